"""A .sumocfg with the files it names -> Scenario: the spine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import Finding
from cosmopolis.sources.sumo.city import city_of
from cosmopolis.sources.sumo.drawing import Extension, read_drawing
from cosmopolis.sources.sumo.faults import Faults
from cosmopolis.sources.sumo.stream import Row, rows
from cosmopolis.sources.sumo.traffic import Traffic

OPTIONS = {  # short names of options that matter here
    "net": "net-file", "n": "net-file", "routes": "route-files", "r": "route-files", "additional": "additional-files",
    "a": "additional-files", "b": "begin", "e": "end",
}  # fmt: skip


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
    options = _options(path)
    if "net-file" not in options:
        raise BadInput(f'{path}: names no network; add <net-file value="….net.xml"/> under <input>.')
    faults = Faults(skip_bad)
    progress("Reading the network", 0.1)
    drawing = read_drawing(_files(path, options["net-file"])[0], faults)
    begin, end = _times(path, options, begin, end)
    traffic = Traffic(faults)
    for key in ("additional-files", "route-files"):
        for file in _files(path, options[key]) if key in options else []:
            progress(f"Reading {file.name}", 0.3)
            stream = rows(file, "routes", "additional")
            next(stream)
            traffic.read(stream)
    city = city_of(drawing, programs=traffic.programs, begin=begin, name=path.name.partition(".")[0])
    step = options["step-length"].seconds("value") if "step-length" in options else 1.0
    return Scenario(city.name, city, traffic, begin, end, step, drawing.extended)


def _times(
    path: Path, options: dict[str, Row], begin: float | None, end: float | None
) -> tuple[float, float | None]:
    """Beginning and end, the user's before the file's; an end below 0 is none."""
    if begin is None:
        begin = options["begin"].seconds("value") if "begin" in options else 0.0
    if end is None and "end" in options:
        end = options["end"].seconds("value")
    if end is None or end < 0:
        return begin, None
    if end <= begin:
        at = options["end"].at if "end" in options else str(path)
        raise BadInput(f"{at}: the end at {end:g} s is not after the beginning at {begin:g} s; correct one.")
    return begin, end


def _options(path: Path) -> dict[str, Row]:
    """Each option with its row, whatever section it stands in."""
    stream = rows(path, "configuration", "sumoConfiguration")
    next(stream)
    found = {}
    for section in stream:
        for row in [section, *section.children]:
            if "value" in row.attributes or "v" in row.attributes:
                value = row.attributes.get("value", row.attributes.get("v", ""))
                option = Row(row.tag, {**row.attributes, "value": value}, row.file, row.line)
                found[OPTIONS.get(row.tag, row.tag)] = option
    return found


def _files(config: Path, option: Row) -> list[Path]:
    """The files of an option, beside the configuration."""
    found = []
    for name in option.text("value").replace(",", " ").split():
        file = config.parent / name
        if not file.is_file():
            raise option.bad(f'names the file "{name}", and there is no {file}; correct the path.')
        found.append(file)
    return found
