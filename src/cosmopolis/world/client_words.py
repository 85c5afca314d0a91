"""Writes the codes, lengths and limits that client and server share: `python -m cosmopolis.world.client_words`.

They are those of `city/words.py`, of the wire's columns and of the simulation's drivers; a test holds the file in
`web/` to them. With `--check` nothing is written, and the exit code is 1 if the file is not current.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum, IntFlag
from pathlib import Path

from cosmopolis.city import words
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.world.history import MOST_PATHS
from cosmopolis.world.static.network import EDGE_FLAGS
from cosmopolis.world.things.ground import AREA_LAYERS

FILE = Path(__file__).parents[3] / "web/src/protocol/words.generated.ts"
HEAD = """/**
 * The codes of the wire, lengths of vehicles and limits. Generated from the server's sources, so do not edit it:
 *
 *     python -m cosmopolis.world.client_words
 */
"""

ENUMS: dict[str, type[IntEnum] | type[IntFlag]] = {  # what the client calls them
    "Provenance": words.Provenance,
    "Mode": words.Mode,
    "Street": words.StreetKind,
    "Turn": words.Turn,
    "Control": words.Control,
    "Light": words.Light,
    "Use": words.BuildingUse,
    "Roof": words.Roof,
    "LandUse": words.LandUse,
    "Transit": words.TransitMode,
    "Vehicle": words.VehicleKind,
}


def source() -> str:
    """The TypeScript file."""
    codes = {
        name: (f"words.{kind.__name__}", {str(word.name): int(word) for word in kind})
        for name, kind in ENUMS.items()
    }
    codes["EdgeFlag"] = ("edge_flags (SPEC 3.1)", EDGE_FLAGS)
    codes["AreaLayer"] = (
        "area_layer (SPEC 4.1)",
        {name.upper(): layer for layer, name in enumerate(AREA_LAYERS)},
    )
    parts = [_codes(name, comment, values) for name, (comment, values) in codes.items()]
    lengths = [round(float(length), 3) for length in drivers().length]
    parts.append(_numbers("VEHICLE_LENGTH", "m, by words.VehicleKind", lengths))
    parts.append(
        f"/** Paths that one client may watch (SPEC 5.2). */\nexport const MOST_PATHS = {MOST_PATHS};\n"
    )
    return "\n".join([HEAD, *parts])


def _codes(name: str, comment: str, values: Mapping[str, int]) -> str:
    body = "".join(f"  {word}: {value},\n" for word, value in values.items())
    return f"/** {comment} */\nexport const {name} = {{\n{body}}} as const;\n"


def _numbers(name: str, comment: str, values: Sequence[float]) -> str:
    return f"/** {comment} */\nexport const {name}: readonly number[] = [{', '.join(f'{v:g}' for v in values)}];\n"


def main(arguments: Sequence[str]) -> int:
    if not FILE.parent.is_dir():
        sys.stderr.write(f"There is no {FILE.parent}: run this in a checkout of the project.\n")
        return 2
    current = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    if current == source():
        return 0
    if "--check" in arguments:
        return 1
    FILE.write_text(source(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
