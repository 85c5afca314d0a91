"""Commands that run a city's traffic and write down what happened."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from cosmopolis.city.errors import BadInput
from cosmopolis.cli.arguments import AsJson
from cosmopolis.cli.cities import load
from cosmopolis.cli.terminal import counted, part_of_day, print_json, progress, told

if TYPE_CHECKING:
    from cosmopolis.planning.conditions import Conditions

LISTED = 10  # skipped things that are told one by one


class SignalControl(StrEnum):
    fixed = "fixed"
    actuated = "actuated"
    pressure = "pressure"
    webster = "webster"
    green_wave = "green-wave"
    optimised = "optimised"


class ParameterSet(StrEnum):
    field = "field"
    hcm = "hcm"
    sumo = "sumo"


def simulate(
    what: Annotated[
        Path, typer.Argument(metavar="CITY|X.sumocfg", help="A city folder, or a scenario of SUMO.")
    ],
    out: Annotated[Path, typer.Option(metavar="RUN", help="The folder to write the run to.")],
    begin: Annotated[
        str | None, typer.Option("--from", metavar="HH:MM", help="A scenario says it itself.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="HH:MM", help="Likewise.")] = None,
    interval: Annotated[
        float, typer.Option(min=0.1, max=1440.0, metavar="MINUTES", help="Of edges, lanes and detectors.")
    ] = 5.0,
    fcd: Annotated[
        float | None,
        typer.Option(min=0.5, metavar="SECONDS", help="Write where every vehicle is, so often."),
    ] = None,
    detectors: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Loops and areas: a CSV name,lane,position,end, or SUMO's additional."
        ),
    ] = None,
    xml: Annotated[bool, typer.Option("--xml", help="Write all of it in SUMO's formats too.")] = False,
    control: Annotated[
        SignalControl, typer.Option(help="Who decides about the signals: their plans, or a controller.")
    ] = SignalControl.fixed,
    priority: Annotated[
        bool, typer.Option("--priority", help="Buses and emergency vehicles get their green sooner.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Same seed, same run; 1, or what a scenario says.")
    ] = None,
    parameters: Annotated[
        ParameterSet | None,
        typer.Option("--set", help="How drivers drive: in a city as in the field, in a scenario as in SUMO."),
    ] = None,
    rules: Annotated[
        list[str],
        typer.Option(
            "--rule",
            metavar="NAME=NUMBER",
            help="teleport-after=300, rerouting=0.3, toll=0.5 ...; again for more, and a wrong one lists all.",
        ),
    ] = [],  # noqa: B006  typer's way to say that it may be given any number of times
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Of a scenario: leave out what is wrong, and list it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the traffic of a day, or a part of it, or a SUMO scenario; write what happened as Parquet."""
    first, last = part_of_day(begin, end)
    from cosmopolis.control import Scheme, Steering
    from cosmopolis.planning.conditions import Conditions
    from cosmopolis.planning.recorder import Wanted

    usual = ParameterSet.sumo if what.is_file() else ParameterSet.field
    conditions = Conditions((parameters or usual).value).turned(rules)
    recording = {
        "out": out,
        "wanted": Wanted(interval=60.0 * interval, fcd=fcd, xml=xml, detectors=detectors),
        "control": Steering(Scheme(control.value), priority),
    }
    if what.is_file():
        result = run_scenario(what, first, last, seed, conditions.parameters, rules, skip_bad, recording)
    else:
        result = run_day(what, first, last, 1 if seed is None else seed, conditions, recording)
    if as_json:
        print_json(result)
    else:
        tell_of_run(result, out)


def tell_of_run(result: dict[str, Any], out: Path) -> None:
    for sentence in result.get("left_out", [])[:LISTED]:
        told.print(f"[yellow]Left out[/] {escape(sentence)}")
    if len(result.get("left_out", [])) > LISTED:
        told.print(f"{len(result['left_out']):,} were left out; run.json lists them all")
    for name, count in result.get("not_on_streets", {}).items():
        told.print(f"{count:,} vehicles of vClass {escape(name)} do not drive here")
    if result["teleported"]:
        told.print(f"{result['teleported']:,} that stood too long were lifted along their route")
    if result.get("ignored_elements"):
        elements = ", ".join(f"{count:,} {tag}" for tag, count in result["ignored_elements"].items())
        told.print(f"[yellow]Not simulated here[/] and left out: {escape(elements)}")
    if result.get("options_without_effect"):
        options = ", ".join(result["options_without_effect"])
        told.print(f"[yellow]Without effect here[/] are the configuration's {escape(options)}")
    on_road = counted(result["vehicles"], "vehicle")
    told.print(
        f"{counted(result['arrived'], 'trip')} arrived, {on_road} on the road at the end; "
        f"those that arrived lost {result['mean_time_loss'] or 0.0:.0f} s each. "
        f"{result['vehicle_updates_per_second'] / 1e6:.1f} million vehicle updates a second. "
        f"Written to {escape(str(out))}"
    )


def run_day(
    folder: Path,
    first: float | None,
    last: float | None,
    seed: int,
    conditions: Conditions,
    recording: dict[str, Any],
) -> dict[str, Any]:
    """A part of a day of a stored city, with the trips planned for it."""
    if first is None or last is None:
        raise BadInput(
            "A city is simulated from one time of day to another: give --from HH:MM and --to HH:MM."
        )
    the_city = load(folder)
    from cosmopolis.demand.store import cached_trips
    from cosmopolis.planning.run import record

    with progress() as tell:
        trips = cached_trips(the_city, folder, seed=seed, progress=tell)
        return record(
            the_city,
            trips,
            begin=first,
            end=last,
            seed=seed,
            conditions=conditions,
            progress=tell,
            **recording,
        )


def run_scenario(
    config: Path,
    first: float | None,
    last: float | None,
    seed: int | None,
    parameters: str,
    settings: list[str],
    skip_bad: bool,
    recording: dict[str, Any],
) -> dict[str, Any]:
    """A SUMO scenario as it is, to its end, or until everybody has arrived where it has none."""
    from cosmopolis.planning.sumo_scenario import record_scenario
    from cosmopolis.sources.sumo import read_scenario

    with progress() as tell:
        scenario = read_scenario(config, skip_bad=skip_bad, begin=first, end=last, progress=tell)
        recording["control"] = replace(recording["control"], extended=scenario.extended)
        if seed is None:
            seed = 1 if scenario.seed is None else scenario.seed
        return record_scenario(
            scenario, seed=seed, parameters=parameters, settings=settings, progress=tell, **recording
        )
