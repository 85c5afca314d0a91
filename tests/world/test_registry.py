"""A room that only this file knows contributes to the world and to the command line; no other file mentions it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cosmopolis.city.model import City
from cosmopolis.cli import command_line
from cosmopolis.cli.compose import BENCHMARKS, COMMANDS, shown
from cosmopolis.demand.trips import Trips
from cosmopolis.registry import (
    Argument,
    Benchmark,
    Channel,
    Client,
    CommandLine,
    Contribution,
    Effects,
    Endpoint,
    LiveRoom,
    NamedKind,
    NamedThing,
    NoSuchThing,
    Panel,
    Parameter,
    Problem,
    Refused,
    Request,
    Send,
    ThingKind,
    Told,
    composed,
)
from cosmopolis.registry.commands import TimeOfDay
from cosmopolis.registry.live import Later, Reader, number
from cosmopolis.world.gate import Gate
from cosmopolis.world.room import Room
from cosmopolis.world.site import Site
from tests.world.conftest import Running, Socket

HELLO = {"type": "hello", "protocol": 1, "name": "Ada"}

# The room: lanterns that hang in the city, and that visitors light.


@dataclass(frozen=True)
class CountVehicles:
    """Asks the engine something; the answer comes from its own thread."""

    room: LiveRoom
    client: Client

    def carry_out(self, engine: Any, later: Later) -> None:
        def answered(counts: Any) -> None:
            later(lambda: [self.room.message(self.client, "lit", vehicles=counts.result()["vehicles"])])

        engine.ask(lambda simulation: simulation.counts()).add_done_callback(answered)


class Lanterns(Channel):
    name = "lanterns"
    messages: Mapping[str, Reader] = {"light": lambda fields: number(fields, "brightness", 0, 1)}

    def __init__(self) -> None:
        self.lit: dict[int, float] = {}  # by client
        self.dawn: float | None = None  # city time at which the engine began

    def opened(self, room: LiveRoom, engine: Any, later: Later) -> None:
        def began(time: Any) -> Effects:
            self.dawn = time.result()
            return list(room.to_all("dawn", at=self.dawn))

        engine.ask(lambda simulation: simulation.time).add_done_callback(
            lambda time: later(lambda: began(time))
        )

    def act(self, room: LiveRoom, client: Client, message: float, now: float) -> Effects:
        if client.id in self.lit:
            raise Refused("lit", "You have lit your lantern already.")
        self.lit[client.id] = message
        return [*room.to_all("lantern", by=client.name, brightness=message), CountVehicles(room, client)]

    def welcome(self, room: LiveRoom, client: Client, token: str) -> dict[str, Any]:
        return {"lanterns": len(self.lit), "dawn": self.dawn, **({"keeper": True} if token == "oil" else {})}

    def tick(self, room: LiveRoom, now: float) -> Effects:
        """A lantern burns for a minute."""
        out = [id for id, _ in self.lit.items() if now > 60.0]
        for id in out:
            del self.lit[id]
        return list(room.to_all("lantern", brightness=0.0)) if out else []

    def left(self, room: LiveRoom, client: Client) -> Effects:
        return list(room.to_all("lantern", brightness=0.0)) if self.lit.pop(client.id, None) else []


def describe(site: Site, id: int) -> dict[str, Any]:
    if id == 1:
        raise NoSuchThing("Lantern 1 has been taken down.")
    return {
        "title": f"Lantern {id} of {site.city.name}",
        "provenance": "invented",
        "source": "",
        "x": 1.0,
        "y": 2.0,
    }


def names(city: City) -> Iterator[NamedThing]:
    yield NamedThing(0, ("Moon Lantern", "月灯"), "by the gate", 1.0, 2.0)


def brightness(site: Site, request: Request) -> dict[str, Any]:
    if request.path["id"] > 2:
        raise Problem(404, "There are three lanterns.")
    picture = site.picture()
    return {
        "brightness": 0.5,
        "at": picture.time if picture else None,
        "unit": request.query.get("unit", "share"),
    }


async def hang(site: Site, request: Request) -> dict[str, Any]:
    return {"words": json.loads(request.body)["words"], "city": site.city.name}


def count(*, wicks: int, colours: list[str], until: float | None, progress: Any) -> Told:
    progress("counting", 0.5)
    facts = {"wicks": 2 * wicks, "colours": colours, "until": until}
    return Told(facts, [f"{2 * wicks} wicks [in two rows]"])


ID = Parameter("id", "path", "Which lantern", {"type": "integer"})
CONTRIBUTION = Contribution(
    "lanterns",
    endpoints=(
        Endpoint(
            "lantern",
            "/api/lanterns/{id}",
            brightness,
            "How bright a lantern is",
            (ID, Parameter("unit", "query", "In what", {"type": "string"})),
            {"type": "object", "required": ["brightness"]},
            errors=(404,),
            in_thread=True,
        ),
        Endpoint("hang_lantern", "/api/lanterns", hang, "Hang a lantern up", method="POST"),
    ),
    kinds=(ThingKind("lantern", describe, lambda site: 3),),
    named=(NamedKind("lantern", names),),
    channels=lambda site: [Lanterns()],
    panels=(Panel("lanterns", "lamp", "l", {"en": "Lanterns", "zh": "灯笼"}, "LanternPanel"),),
)
COMMAND = CommandLine(
    "lanterns",
    count,
    "Count the wicks.",
    (
        Argument("wicks", int, "How many a lantern has.", metavar="WICKS", least=1, most=9),
        Argument(
            "colours", str, "Of the paper.", ["red"], "--colour", choices=("red", "gold-leaf"), many=True
        ),
        Argument("until", TimeOfDay, "When they go out.", None, "--until"),
    ),
)
BENCHMARK = Benchmark("lanterns", lambda: [{"case": "one lantern", "lux": 3}], "light")


@pytest.fixture(scope="module")
def running(city: City, trips: Trips) -> Iterator[Running]:
    server = Running(city, trips, contributions=(*shown(), CONTRIBUTION))
    yield server
    assert server.end()


def get(running: Running, path: str, **options: Any) -> httpx.Response:
    return httpx.get(running.url + path, **options)


def test_its_endpoint_answers_and_is_described(running: Running, city: City) -> None:
    said = get(running, "/api/lanterns/2?unit=lux").json()
    assert (said["brightness"], said["unit"]) == (0.5, "lux")
    assert said["at"] >= 28_800.0
    assert get(running, "/api/lanterns/3").json()["error"] == {
        "code": "not_found",
        "message": "There are three lanterns.",
    }
    assert get(running, "/api/lanterns/two").status_code == 404
    posted = httpx.post(running.url + "/api/lanterns", json={"words": "long life"})
    assert posted.json() == {"words": "long life", "city": city.name}
    paths = get(running, "/api/openapi.json").json()["paths"]
    described = paths["/api/lanterns/{id}"]["get"]
    assert described["operationId"] == "lantern"
    assert [p["name"] for p in described["parameters"]] == ["id", "unit"]
    assert set(paths["/api/lanterns"]) == {"post"}
    assert "/api/city" in paths  # beside those of the world
    assert "How bright a lantern is" in get(running, "/api").text


def test_what_a_request_may_bring_has_an_end(running: Running) -> None:
    answer = httpx.post(running.url + "/api/lanterns", content=b" " * 100_000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_big")


def test_its_things_are_told_of_and_found(running: Running, city: City) -> None:
    said = get(running, "/api/things/lantern/0").json()
    assert (said["kind"], said["id"], said["title"]) == ("lantern", 0, f"Lantern 0 of {city.name}")
    assert (
        get(running, "/api/things/lantern/1").json()["error"]["message"] == "Lantern 1 has been taken down."
    )
    assert get(running, "/api/things/lantern/3").status_code == 404
    (found,) = get(running, "/api/search", params={"q": "月灯"}).json()["results"]
    assert found == {
        "kind": "lantern",
        "id": 0,
        "name": "Moon Lantern",
        "detail": "by the gate",
        "x": 1.0,
        "y": 2.0,
    }
    described = get(running, "/api/openapi.json").json()["paths"]
    kinds = described["/api/things/{kind}/{id}"]["get"]["parameters"][0]["schema"]["enum"]
    assert {"lantern", "edge", "vehicle"} <= set(kinds)


def test_its_panel_is_in_the_manifest(running: Running, server: Running) -> None:
    """2.1"""
    assert get(running, "/api/city").json()["panels"] == [
        {
            "name": "lanterns",
            "icon": "lamp",
            "key": "l",
            "words": {"en": "Lanterns", "zh": "灯笼"},
            "component": "LanternPanel",
        }
    ]
    assert get(server, "/api/city").json()["panels"] == []


def test_its_messages_are_answered_over_a_real_socket(running: Running) -> None:
    async def visit() -> None:
        ada = await Socket.open(running.live, HELLO)
        bob = await Socket.open(running.live, {**HELLO, "name": "Bob"})
        welcome = await bob.until("welcome")
        assert (welcome["lanterns"], welcome["dawn"]) == (0, 28_800.0)
        bob.say({"type": "light", "brightness": 0.25})
        assert await ada.until("lantern") == {"type": "lantern", "by": "Bob", "brightness": 0.25}
        assert (await bob.until("lit"))["vehicles"] >= 0  # the engine's answer, for who asked
        bob.say({"type": "light", "brightness": 0.5})
        assert (await bob.until("error"))["code"] == "lit"
        bob.say({"type": "light", "brightness": 2})
        await bob.until("error", lambda m: m["code"] == "range")
        assert not [m for m in ada.heard if m["type"] in ("lit", "error")]
        cleo = await Socket.open(running.live, HELLO)
        assert (await cleo.until("welcome"))["lanterns"] == 1
        bob.transport.disconnect()
        await ada.until("lantern", lambda m: m["brightness"] == 0.0)

    asyncio.run(visit())


def test_an_answer_before_the_sockets_open_is_not_lost() -> None:
    class Prompt:
        """An engine that answers at once."""

        def ask(self, question: Any) -> Future[float]:
            answer: Future[float] = Future()
            answer.set_result(5.0)
            return answer

    async def run() -> None:
        lanterns = Lanterns()
        gate = Gate(Room("v1", [lanterns]))
        gate.attach(Prompt())
        assert lanterns.dawn is None
        gate.open(asyncio.get_running_loop())
        await asyncio.sleep(0)
        assert lanterns.dawn == 5.0

    asyncio.run(run())


def test_a_channel_is_told_the_time_and_the_token() -> None:
    room = Room("v1", [Lanterns()])
    keeper, guest = room.join(), room.join()
    said = [
        json.loads(room.receive(id, json.dumps({**HELLO, "token": token}), 0.0)[0].data)  # type: ignore[union-attr]
        for id, token in ((keeper, "oil"), (guest, ""))
    ]
    assert [message.get("keeper") for message in said] == [True, None]
    room.receive(guest, json.dumps({"type": "light", "brightness": 1}), 0.0)

    def told(now: float) -> list[int]:
        effects = [effect for effect in room.tick(now) if isinstance(effect, Send)]
        return [effect.to for effect in effects if json.loads(effect.data)["type"] == "lantern"]

    assert (told(59.0), told(61.0), told(62.0)) == ([], [keeper, guest], [])


def test_another_server_does_not_know_it(server: Running) -> None:
    async def visit() -> None:
        ada = await Socket.open(server.live, HELLO, {"type": "light", "brightness": 1})
        assert (await ada.until("error"))["code"] == "unknown"
        ada.transport.disconnect()

    asyncio.run(visit())
    assert get(server, "/api/lanterns/0").status_code == 404


# The command line


def typed(*arguments: str) -> Any:
    app = command_line((*COMMANDS, COMMAND), (*BENCHMARKS, BENCHMARK))
    return CliRunner().invoke(app, list(arguments))


def test_its_command_is_a_command() -> None:
    assert "Count the wicks." in typed("--help").stdout
    done = typed("lanterns", "3", "--colour", "gold-leaf", "--colour", "red", "--until", "22:30", "--json")
    assert json.loads(done.stdout) == {"wicks": 6, "colours": ["gold-leaf", "red"], "until": 81_000.0}
    assert json.loads(typed("lanterns", "1", "--json").stdout) == {
        "wicks": 2,
        "colours": ["red"],
        "until": None,
    }
    said = typed("lanterns", "3")
    assert (said.stdout, said.stderr) == ("", "6 wicks [in two rows]\n")


@pytest.mark.parametrize("wrong", [["0"], ["10"], ["x"], [], ["1", "--colour", "blue"], ["1", "--no-such"]])
def test_what_its_record_does_not_allow_is_refused(wrong: list[str]) -> None:
    assert typed("lanterns", *wrong).exit_code == 2


def test_its_benchmark_can_be_asked_for() -> None:
    done = typed("bench", "lanterns", "--json")
    assert json.loads(done.stdout) == {"benchmark": "lanterns", "case": "one lantern", "lux": 3}
    assert typed("bench", "lanterns").stderr == "lanterns  case one lantern  lux 3\n"
    assert typed("bench", "candles").exit_code == 2


def test_every_benchmark_of_ours_can_be_run() -> None:
    """Their files are imported by name only when one is asked for."""
    from importlib import import_module

    assert len(BENCHMARKS) >= 7
    for benchmark in BENCHMARKS:
        module = "imports" if benchmark.name == "import" else benchmark.name
        assert callable(import_module(f"cosmopolis.benchmarks.{module}").run)


# Two of one name


@pytest.mark.parametrize(
    "other",
    [
        Contribution("lanterns"),
        Contribution("other", endpoints=CONTRIBUTION.endpoints[:1]),
        Contribution("other", endpoints=(replace(CONTRIBUTION.endpoints[0], name="another"),)),
        Contribution("other", kinds=CONTRIBUTION.kinds),
        Contribution("other", named=CONTRIBUTION.named),
        Contribution("other", panels=CONTRIBUTION.panels),
    ],
)
def test_nothing_is_replaced_in_silence(other: Contribution) -> None:
    composed((CONTRIBUTION,))
    with pytest.raises(ValueError, match="two rooms contribute the same"):
        composed((CONTRIBUTION, other))


@pytest.mark.parametrize("type", ["light", "ping", "hello"])
def test_two_channels_do_not_read_one_message(type: str) -> None:
    class Other(Channel):
        name = "other"
        messages: Mapping[str, Reader] = {type: lambda fields: None}

    with pytest.raises(ValueError, match=f"'{type}'"):
        Room("v1", [Lanterns(), Other()])


def test_two_commands_or_benchmarks_do_not_share_a_name() -> None:
    with pytest.raises(ValueError, match="'lanterns'"):
        command_line((COMMAND, COMMAND))
    with pytest.raises(ValueError, match="'run'"):
        command_line((replace(COMMAND, name="run"),))
    with pytest.raises(ValueError, match="'lanterns'"):
        command_line((), (BENCHMARK, BENCHMARK))


def test_a_panel_has_words_in_both_languages() -> None:
    with pytest.raises(ValueError, match="en and zh"):
        Panel("x", "lamp", "", {"en": "X"}, "X")
