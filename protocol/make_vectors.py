"""Writes `vectors/`: bytes and what they mean, which the Python and the TypeScript tests both read.

Made with `struct` alone, from SPEC.md and not from either implementation, so that neither can agree with itself.
Run `python protocol/make_vectors.py`; it writes the same bytes every time. Each NAME.bin stands beside NAME.json:

    {"kind": "columns" | "frame", "rules": ["1.1", …], "says": "…", "expect": {…}}      a good one
    {"kind": "columns" | "frame", "rules": […], "says": "…", "error": true}             one to be refused
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

FOLDER = Path(__file__).parent / "vectors"
FORMAT = {"u8": "B", "i8": "b", "u16": "H", "i16": "h", "u32": "I", "i32": "i", "f32": "f", "f64": "d"}
CODE = {"u8": 0, "i8": 1, "u16": 2, "i16": 3, "u32": 4, "i32": 5, "f32": 6, "f64": 7, "text": 8}
BITS = {"u8": 8, "i8": 8, "u16": 16, "i16": 16, "u32": 32, "i32": 32}

Column = tuple[str, str, bool, list]  # name, type, delta, values


def wrap(value: int, kind: str) -> int:
    """`value` brought into the range of an integer type, as its arithmetic wraps around."""
    bits = BITS[kind]
    value %= 1 << bits
    return value - (1 << bits) if kind.startswith("i") and value >= 1 << (bits - 1) else value


def column_bytes(kind: str, delta: bool, values: list) -> bytes:
    if kind == "text":
        return "\n".join(text.replace("\n", " ") for text in values).encode()
    if delta:
        values = [wrap(b - a, kind) for a, b in zip([0, *values], values)]
    return struct.pack(f"<{len(values)}{FORMAT[kind]}", *values)


def columns_file(columns: list[Column], *, magic: bytes = b"CPC1", shift: int = 0) -> bytes:
    """Rules 1.1 to 1.4. `shift` moves every offset, to make a broken file."""
    bodies = [column_bytes(kind, delta, values) for _, kind, delta, values in columns]
    at = 8 + sum(1 + len(name) + 14 for name, *_ in columns)
    head, body = magic + struct.pack("<I", len(columns)), b""
    for (name, kind, delta, values), data in zip(columns, bodies):
        gap = -at % 4
        body += b"\0" * gap + data
        at += gap
        head += struct.pack("<B", len(name)) + name.encode("ascii")
        head += struct.pack("<BBIII", CODE[kind], int(delta), len(values), at + shift, len(data))
        at += len(data)
    return head + body


def meaning(columns: list[Column]) -> dict:
    said = {
        name: {"type": kind, "values": [t.replace("\n", " ") for t in values] if kind == "text" else values}
        for name, kind, _, values in columns
    }
    return {"columns": said}


def header(kind: int, count: int, tick: int, time: float) -> bytes:
    """Rule 6.1."""
    return struct.pack("<BBHId", kind, 0, count, tick, time)


def vehicle_bytes(v: dict) -> bytes:
    """Twelve bytes of rule 6.2."""
    place = round(v["position"] * 100) | round(v["speed"] * 4) << 24
    return struct.pack("<III", v["id"], v["path"] | v["kind"] << 24, place)


def vehicles_frame(tick: int, time: float, cells: list[dict]) -> bytes:
    """Rule 6.2."""
    out = header(1, len(cells), tick, time)
    for cell in cells:
        out += struct.pack("<hhHH", cell["cx"], cell["cy"], len(cell["vehicles"]), 0)
        out += b"".join(map(vehicle_bytes, cell["vehicles"]))
    return out


def signals_frame(tick: int, time: float, phases: list[dict]) -> bytes:
    """Rule 6.4."""
    pairs = b"".join(struct.pack("<HH", p["program"], p["phase"]) for p in phases)
    return header(2, len(phases), tick, time) + pairs


def flow_frame(tick: int, time: float, columns: dict[str, list[int]]) -> bytes:
    """Rule 6.5."""
    body = b"".join(bytes(columns[name]) for name in ("speed", "density", "flow", "queue"))
    return header(3, 0, tick, time) + struct.pack("<I", len(columns["speed"])) + body


def watched_frame(tick: int, time: float, vehicles: list[dict]) -> bytes:
    """Rule 6.8."""
    body = b"".join(map(vehicle_bytes, vehicles))
    return header(4, 0, tick, time) + struct.pack("<I", len(vehicles)) + body


def write(name: str, data: bytes, **described: object) -> None:
    (FOLDER / f"{name}.bin").write_bytes(data)
    text = json.dumps(described, indent=2, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


EVERY_TYPE: list[Column] = [
    ("a", "u8", False, [0, 1, 255]),
    ("bc", "i8", False, [-128, 0, 127]),
    ("def", "u16", False, [0, 65535]),
    ("ghij", "i16", False, [-32768, 32767, 5]),
    ("klmno", "u32", False, [0, 4294967295]),
    ("p", "i32", False, [-2147483648, 2147483647]),
    ("q", "f32", False, [0.0, -1.5, 3.25]),
    ("r", "f64", False, [0.1, -1e300]),
    ("s", "text", False, ["", "Main Street", "人民路", "two\nlines", ""]),
    ("t", "text", False, []),
    ("u", "text", False, [""]),
    ("v", "f32", False, []),
]
DELTA: list[Column] = [
    ("lane_x", "i32", True, [100, 150, 149, -2147483648, 2147483647, 0]),
    ("start", "u32", True, [0, 3, 3, 4294967295, 7]),
    ("small", "u8", True, [250, 5, 255, 0]),
    ("signed", "i16", True, [-32768, 32767, -1]),
    ("byte", "i8", True, [127, -128]),
    ("none", "i32", True, []),
]
RAGGED: list[Column] = [
    ("lane_start", "u32", True, [0, 2, 2, 5]),
    ("lane_x", "i32", True, [0, 1000, -500, -510, -520]),
    ("lane_y", "i32", True, [0, 0, 25, 26, 28]),
    ("lane_z", "i32", True, [0, 0, 600, 600, 600]),
    ("a_column_of_version_9", "u8", False, [1, 2, 3]),
]
CELLS = [
    {"cx": -2, "cy": 3, "vehicles": [
        {"id": 7, "path": 0, "kind": 0, "position": 12.34, "speed": 13.75},
        {"id": 4294967295, "path": 16777215, "kind": 7, "position": 167772.15, "speed": 63.75},
    ]},
    {"cx": 0, "cy": 0, "vehicles": []},
    {"cx": 1, "cy": -1, "vehicles": [{"id": 0, "path": 41, "kind": 3, "position": 0.0, "speed": 0.0}]},
]  # fmt: skip
PHASES = [{"program": 0, "phase": 0}, {"program": 1, "phase": 5}, {"program": 65535, "phase": 2}]


def columns_vectors() -> None:
    good = columns_file(EVERY_TYPE)
    write("columns_types", good, kind="columns", rules=["1.1", "1.2", "1.3"], says="every type, empty ones too",
          expect=meaning(EVERY_TYPE))  # fmt: skip
    write("columns_delta", columns_file(DELTA), kind="columns", rules=["1.4"], says="differences that wrap around",
          expect=meaning(DELTA))  # fmt: skip
    write("columns_ragged", columns_file(RAGGED), kind="columns", rules=["1.5", "1.6"],
          says="three lines of 2, 0 and 3 points, and a column that a reader does not know",
          expect=meaning(RAGGED))  # fmt: skip
    write("columns_none", columns_file([]), kind="columns", rules=["1.1"], says="no column",
          expect={"columns": {}})  # fmt: skip
    bad = {
        "columns_bad_magic": (columns_file(EVERY_TYPE, magic=b"CPC9"), "wrong magic"),
        "columns_bad_empty": (b"", "no bytes"),
        "columns_bad_directory": (good[:40], "cut off within the directory"),
        "columns_bad_truncated": (good[:-3], "cut off within the last filled column"),
        "columns_bad_offset": (columns_file(DELTA, shift=100000), "offsets outside the file"),
    }
    for name, (data, says) in bad.items():
        write(name, data, kind="columns", rules=["1.5"], says=says, error=True)


def frame_vectors() -> None:
    vehicles = vehicles_frame(123456, 28800.5, CELLS)
    seen = {"type": 1, "count": 3, "tick": 123456, "time": 28800.5, "cells": CELLS}
    write("frame_vehicles", vehicles, kind="frame", rules=["6.1", "6.2"],
          says="three cells, one of them empty; positions in metres, speeds in m/s", expect=seen)  # fmt: skip
    write("frame_vehicles_none", vehicles_frame(1, 0.0, []), kind="frame", rules=["6.2"], says="no cell",
          expect={"type": 1, "count": 0, "tick": 1, "time": 0.0, "cells": []})  # fmt: skip
    write("frame_signals", signals_frame(4294967295, 86399.5, PHASES), kind="frame", rules=["6.1", "6.4"],
          says="three programs at the last tick a u32 holds",
          expect={"type": 2, "count": 3, "tick": 4294967295, "time": 86399.5, "phases": PHASES})  # fmt: skip
    edges = {"speed": [0, 128, 255], "density": [0, 37, 255], "flow": [0, 90, 255], "queue": [255, 64, 0]}
    write("frame_flow", flow_frame(9, 61200.25, edges), kind="frame", rules=["6.5"], says="three edges",
          expect={"type": 3, "count": 0, "tick": 9, "time": 61200.25, **edges})  # fmt: skip
    watched = watched_frame(77, 28801.0, CELLS[0]["vehicles"])
    seen = {"type": 4, "count": 0, "tick": 77, "time": 28801.0, "vehicles": CELLS[0]["vehicles"]}
    write("frame_watched", watched, kind="frame", rules=["6.8"], says="two vehicles on watched paths",
          expect=seen)  # fmt: skip
    write("frame_watched_none", watched_frame(78, 28801.5, []), kind="frame", rules=["6.8"], says="an empty street",
          expect={"type": 4, "count": 0, "tick": 78, "time": 28801.5, "vehicles": []})  # fmt: skip
    bad = {
        "frame_bad_empty": (b"", "no bytes"),
        "frame_bad_header": (vehicles[:15], "half a header"),
        "frame_bad_truncated": (vehicles[:-5], "cut off within a vehicle"),
        "frame_bad_cell": (vehicles[:20], "cut off within a cell's head"),
        "frame_bad_signals": (signals_frame(1, 0.0, PHASES)[:-2], "cut off within a signal"),
        "frame_bad_flow": (flow_frame(9, 0.0, edges)[:-1], "fewer edges than it says"),
        "frame_bad_watched": (watched[:-1], "fewer vehicles than it says"),
        "frame_bad_type": (header(99, 0, 1, 0.0), "a type that version 1 does not have"),
    }
    for name, (data, says) in bad.items():
        write(name, data, kind="frame", rules=["6.1"], says=says, error=True)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    columns_vectors()
    frame_vectors()
