"""A .sumocfg: which files make a scenario, and which of SUMO's options mean something here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cosmopolis.city.errors import BadInput
from cosmopolis.sources.sumo.stream import Row, rows

ROOTS = ("configuration", "sumoConfiguration", "sumo-guiConfiguration", "guiConfiguration")
SHORT = {
    "net": "net-file", "n": "net-file", "routes": "route-files", "r": "route-files", "additional": "additional-files",
    "a": "additional-files", "b": "begin", "e": "end",
}  # fmt: skip
HEEDED = {
    "net-file", "route-files", "additional-files", "begin", "end", "step-length", "seed", "scale", "time-to-teleport",
    "default.speeddev", "device.rerouting.probability", "device.rerouting.period", "ignore-route-errors",
}  # fmt: skip
# Of these nothing is lost: what SUMO prints, checks and shows.
_SILENT = {
    "verbose", "no-warnings", "no-step-log", "no-duration-log", "print-options", "xml-validation", "xml-validation.net",
    "xml-validation.routes", "gui-settings-file", "start", "quit-on-end", "delay", "window-size", "window-pos",
    "tracker-interval", "error-log", "message-log", "log", "aggregate-warnings", "human-readable-time",
}  # fmt: skip


@dataclass(frozen=True)
class Configuration:
    """The options of one file by their long names, each with its row, whatever section they stand in."""

    path: Path
    options: dict[str, Row]
    shown: frozenset[str] = frozenset()  # those of the sections on what SUMO prints and draws

    @property
    def without_effect(self) -> tuple[str, ...]:
        """Options that the run would differ by in SUMO, and that are not known here."""
        return tuple(sorted(self.options.keys() - HEEDED - _SILENT - self.shown))

    def files(self, key: str) -> list[Path]:
        """The files of an option, beside the configuration; none where it is not given. Commas part their names."""
        if key not in self.options:
            return []
        option, found = self.options[key], []
        for name in filter(None, map(str.strip, option.text("value").split(","))):
            file = self.path.parent / name
            if not file.is_file():
                raise option.bad(f'names the file "{name}", and there is no {file}; correct the path.')
            found.append(file)
        return found

    def network(self) -> Path:
        files = self.files("net-file")
        if not files:
            raise BadInput(f'{self.path}: names no network; add <net-file value="….net.xml"/> under <input>.')
        return files[0]

    def times(self, begin: float | None, end: float | None) -> tuple[float, float | None]:
        """Beginning and end, s, those given before the file's; an end below 0 is none."""
        options = self.options
        if begin is None:
            begin = self.seconds("begin", 0.0)
        if end is None and "end" in options:
            end = options["end"].seconds("value")
        if end is None or end < 0:
            return begin, None
        if end <= begin:
            at = options["end"].at if "end" in options else str(self.path)
            raise BadInput(
                f"{at}: the end at {end:g} s is not after the beginning at {begin:g} s; correct one."
            )
        return begin, end

    def seconds(self, key: str, default: float) -> float:
        return self.options[key].seconds("value") if key in self.options else default

    def number(self, key: str, default: float) -> float:
        """A number from 0 upwards."""
        if key not in self.options:
            return default
        value = self.options[key].real("value")
        if value < 0:
            raise self.options[key].bad(f"is {value:g}; write a number from 0 upwards.")
        return value

    def flag(self, key: str) -> bool:
        return key in self.options and self.options[key].flag("value")

    @property
    def seed(self) -> int | None:
        return self.options["seed"].whole("value") if "seed" in self.options else None

    @property
    def rerouting(self) -> float:
        """Share of the drivers who look for another way again and again; SUMO's do not without a period."""
        if self.seconds("device.rerouting.period", 0.0) <= 0.0:
            return 0.0
        share = self.number("device.rerouting.probability", 0.0)
        if share > 1.0:
            raise self.options["device.rerouting.probability"].bad(f"is {share:g}; write a share up to 1.")
        return share


def read_configuration(path: Path) -> Configuration:
    """BadInput, with file and line, where it is none."""
    stream = rows(path, *ROOTS)
    next(stream)
    found, shown = {}, set()
    for section in stream:
        for row in [section, *section.children]:
            if section.tag in ("report", "gui_only"):
                shown.add(row.tag)
            if "value" in row.attributes or "v" in row.attributes:
                value = row.attributes.get("value", row.attributes.get("v", ""))
                option = Row(row.tag, {**row.attributes, "value": value}, row.file, row.line)
                found[SHORT.get(row.tag, row.tag)] = option
    return Configuration(path, found, frozenset(shown))
