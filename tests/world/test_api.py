"""The HTTP side of a running server: rules of section 2."""

from __future__ import annotations

import contextlib
import gzip
import socket
from typing import Any

import brotli
import httpx
import pytest

from cosmopolis.city.civil_time import civil_time
from cosmopolis.city.model import City
from cosmopolis.world import columns
from cosmopolis.world.static.ground import AREA_ROWS
from tests.world.conftest import Running


def get(server: Running, path: str, **options: Any) -> httpx.Response:
    return httpx.get(server.url + path, **options)


def raw(server: Running, path: str, **headers: str) -> tuple[httpx.Headers, bytes]:
    """Headers and body as they come over the wire, not decompressed."""
    with httpx.stream("GET", server.url + path, headers=headers) as response:
        return response.headers, b"".join(response.iter_raw())


def test_2_1_the_manifest(server: Running, city: City) -> None:
    said = get(server, "/api/city").json()
    assert said["protocol"] == 1
    assert said["name"] == city.name
    assert said["bounds"] == list(city.bounds)
    assert said["counts"]["lanes"] == len(city.network.lanes)
    assert sum(tile["buildings"] for tile in said["tiles"]) == len(city.buildings)
    assert (said["tileSize"], said["cellSize"], said["step"]) == (1000, 500, 0.5)
    assert said["live"] == "/live"
    assert said["invented"] is True
    assert said["population"] > 0
    clocks = civil_time(*city.origin)
    assert (said["zone"], said["date"], said["utcOffset"]) == (clocks.zone, "2026-10-21", clocks.utc_offset)


def test_2_2_static_files_come_as_the_client_takes_them(server: Running) -> None:
    network = get(server, "/api/city").json()["network"]
    plain = {}
    for wanted, unpack in {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}.items():
        headers, body = raw(server, network["url"], **{"accept-encoding": wanted})
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert headers.get("content-encoding", "identity") == wanted
        assert "accept-encoding" in headers["vary"].lower()
        plain[wanted] = unpack(body)
    assert plain["br"] == plain["gzip"] == plain["identity"]
    assert len(plain["br"]) == network["bytes"]
    assert "lane_x" in columns.decode(plain["br"], "network")


def test_2_2_an_encoding_that_the_client_refuses_is_not_sent(server: Running) -> None:
    network = get(server, "/api/city").json()["network"]
    headers, _ = raw(server, network["url"], **{"accept-encoding": "br;q=0, gzip"})
    assert headers["content-encoding"] == "gzip"


def test_2_4_search_finds_streets_best_first(server: Running) -> None:
    results = get(server, "/api/search", params={"q": "ROW/1"}).json()["results"]
    assert results[0]["name"] == "row/1"
    assert results[0]["kind"] == "street"
    assert {"id", "detail", "x", "y"} <= results[0].keys()
    assert get(server, "/api/search?q=").json() == {"results": []}
    assert len(get(server, "/api/search?q=o&limit=2").json()["results"]) == 2


@pytest.mark.parametrize(
    "limit", ["0", "-1", "x", "101", "1e3", "٣", "9" * 400, "000000100999999", "0" * 4300 + "1"]
)
def test_2_6_a_limit_that_is_none_is_refused(server: Running, limit: str) -> None:
    answer = get(server, "/api/search", params={"q": "a", "limit": limit})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "bad_input"
    assert "limit" in answer.json()["error"]["message"]


def test_2_8_history_tells_who_was_on_a_street(server: Running, city: City) -> None:
    net = city.network
    every = ",".join(map(str, range(len(net.lanes))))
    said = get(server, "/api/history", params={"paths": every, "programs": "0,2"}).json()
    columns = ("id", "path", "kind", "position", "speed")
    assert said["start"][0] == 0 and len(said["start"]) == len(said["pictures"]) + 1
    assert {len(said[name]) for name in columns} == {said["start"][-1]}
    assert said["start"][-1] > 0
    assert said["pictures"] == sorted(said["pictures"]) and said["pictures"][-1] <= said["time"]
    assert {len(light["phases"]) for light in said["lights"]} == {2}
    one = said["path"][0]
    alone = get(server, "/api/history", params={"paths": str(one)}).json()
    assert set(alone["path"]) == {one}
    assert alone["lights"] == []
    assert get(server, "/api/history").json()["id"] == []


@pytest.mark.parametrize(
    "query",
    [
        "paths=x",
        "paths=1,,2",
        "paths=-1",
        "paths=" + "1," * 1000 + "1",
        "paths=1&seconds=301",
        "paths=1&seconds=x",
        "paths=1&seconds=nan",
        "paths=1&programs=1.5",
        "paths=123456789",
    ],
)
def test_2_8_a_question_about_the_past_that_makes_no_sense_is_refused(server: Running, query: str) -> None:
    answer = get(server, f"/api/history?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].endswith(".")


KINDS = ["building", "place", "edge", "lane", "connection", "junction", "signal", "stop", "line"]


@pytest.mark.parametrize("kind", KINDS)
def test_2_5_every_thing_has_its_fields(server: Running, kind: str) -> None:
    said = get(server, f"/api/things/{kind}/0").json()
    assert (said["kind"], said["id"]) == (kind, 0)
    assert said["title"]
    assert said["provenance"] in ("measured", "modelled", "invented")
    assert isinstance(said["source"], str)
    assert {"x", "y"} <= said.keys()


def test_2_5_areas_are_named_by_layer_and_row(server: Running, city: City) -> None:
    layers = {0: city.land_use, 1: city.green, 2: city.water}
    for layer, rows in layers.items():
        answer = get(server, f"/api/things/area/{layer * AREA_ROWS}")
        assert answer.status_code == (200 if len(rows) else 404)
        if len(rows):
            assert answer.json()["layer"] == ["land_use", "green", "water"][layer]
    assert get(server, f"/api/things/area/{3 * AREA_ROWS}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/api/things/building/99999999",
        "/api/things/unicorn/1",
        "/api/things/vehicle/4294967295",
        "/api/things/vehicle/99999999999999999999",
        "/api/things/edge/-1",
        "/api/things/edge/one",
        "/api/nothing",
        "/static/0123456789.bin",
        "/static/..%2f..%2fserver.py",
        "/no/such/page",
    ],
)
def test_2_6_what_is_not_there_is_said_to_be_so(server: Running, path: str) -> None:
    answer = get(server, path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert answer.json()["error"]["message"].endswith((".", "is."))


def test_2_6_only_reading(server: Running) -> None:
    answer = httpx.post(server.url + "/api/city", json={})
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_2_7_the_description_names_every_path(server: Running) -> None:
    said = get(server, "/api/openapi.json").json()
    assert said["openapi"].startswith("3.")
    assert set(said["paths"]) == {
        "/api/city",
        "/api/search",
        "/api/things/{kind}/{id}",
        "/api/history",
        "/static/{hash}.bin",
    }
    kinds = said["paths"]["/api/things/{kind}/{id}"]["get"]["parameters"][0]["schema"]["enum"]
    assert set(KINDS) | {"area", "vehicle"} == set(kinds)
    page = get(server, "/api").text
    assert "/api/search" in page
    assert "http://" not in page and "https://" not in page  # it needs nobody else


def test_the_clients_page_is_asked_for_again_and_its_parts_are_kept(server: Running) -> None:
    page = get(server, "/")
    assert "<title>Cosmopolis</title>" in page.text
    assert page.headers["cache-control"] == "no-cache"
    again = get(server, "/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    headers, body = raw(server, "/assets/app-1.js", **{"accept-encoding": "gzip, br"})
    assert headers["cache-control"].endswith("immutable")
    assert headers["content-type"].startswith("text/javascript")
    assert brotli.decompress(body).startswith(b"console.log")


def test_a_page_is_found_without_its_ending(server: Running) -> None:
    assert httpx.get(server.url + "/index").text == httpx.get(server.url + "/index.html").text
    assert httpx.get(server.url + "/assets").status_code == 404


def test_a_client_that_was_not_built_says_so(serve: Any, tmp_path: Any) -> None:
    answer = get(serve(client_dir=tmp_path / "none"), "/")
    assert answer.status_code == 503
    assert "make setup" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/../conftest.py",
        "/..%2f..%2f..%2f..%2fetc/passwd",
        "/assets/..%2f..%2fsecret",
        "/%2e%2e/secret",
        "//etc/passwd",
        "/assets",
        "/a%00b",
        "/" + "a" * 5000,
    ],
)
def test_no_path_leads_out_of_the_clients_folder(server: Running, path: str) -> None:
    """Spoken by hand, as well-mannered clients tidy paths up."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET /live HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET /api/city HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
)
def test_odd_requests_do_no_harm(server: Running, sent: bytes) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=3) as sock:
        sock.sendall(sent)
        sock.settimeout(2)
        with contextlib.suppress(TimeoutError, ConnectionError):
            sock.recv(65536)
    assert get(server, "/api/city").status_code == 200
