"""A .sumocfg with the files it names -> Scenario: the spine."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from pathlib import Path

from cosmopolis.city.model import City
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import Finding
from cosmopolis.sources.sumo.city import city_of
from cosmopolis.sources.sumo.configuration import ROOTS, read_configuration
from cosmopolis.sources.sumo.drawing import Extension, read_drawing
from cosmopolis.sources.sumo.faults import Faults
from cosmopolis.sources.sumo.place import Move, place_of
from cosmopolis.sources.sumo.stream import rows
from cosmopolis.sources.sumo.traffic import Traffic


@dataclass(frozen=True)
class Scenario:
    """A City and what shall drive in it; times are s after midnight of day 0."""

    name: str
    city: City
    traffic: Traffic
    begin: float
    end: float | None  # None: until everybody has arrived
    step: float  # s, SUMO's; ours is its own
    extended: dict[int, Extension]  # signal programs that wait for vehicles, by row of Signals
    to_local: Move  # from the plane of the net to the city's
    seed: int | None = None  # where the configuration names one
    scale: float = 1.0  # vehicles for each that the route files ask for
    teleport_after: float = 0.0  # s of standing; 0, other than in SUMO where nothing is said: never
    rerouting: float = 0.0  # share of the drivers who go round jams
    without_effect: tuple[str, ...] = ()  # options of the configuration that mean nothing here

    @property
    def findings(self) -> list[Finding]:
        return self.traffic.faults.found


def read_scenario(
    path: Path,
    *,
    skip_bad: bool = False,
    begin: float | None = None,
    end: float | None = None,
    progress: Progress = quiet,
) -> Scenario:
    """The scenario of the configuration `path` (.sumocfg); `begin` and `end`, s, instead of its own.

    Raises BadInput with file and line for the first thing that is wrong; with `skip_bad` what is wrong is left
    out and told in `findings`. Elements that are none of ours, such as persons, are counted in `traffic.ignored`.
    """
    path = Path(path)
    asked = read_configuration(path)
    faults = Faults(skip_bad or asked.flag("ignore-route-errors"))
    network = asked.network()
    progress("Reading the network", 0.1)
    drawing = read_drawing(network, faults)
    begin, end = asked.times(begin, end)
    traffic = Traffic(faults, inf if end is None else end)
    if "default.speeddev" in asked.options:
        traffic.vary(asked.number("default.speeddev", 0.0))
    for file in [*asked.files("additional-files"), *asked.files("route-files")]:
        progress(f"Reading {file.name}", 0.3)
        stream = rows(file, never=("net", *ROOTS))
        next(stream)
        traffic.read(stream)
    city = city_of(drawing, programs=traffic.programs, begin=begin, name=path.name.partition(".")[0])
    return Scenario(
        city.name,
        city,
        traffic,
        begin,
        end,
        asked.seconds("step-length", 1.0),
        drawing.extended,
        place_of(drawing)[2],
        seed=asked.seed,
        scale=asked.number("scale", 1.0),
        teleport_after=max(asked.seconds("time-to-teleport", 0.0), 0.0),
        rerouting=asked.rerouting,
        without_effect=asked.without_effect,
    )
