"""Binary frames of the live socket (SPEC 6). Pure: numbers to bytes and back."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEADER = struct.Struct("<BBHId")  # type, flags, count, tick, city time (6.1)
VEHICLES, SIGNALS, FLOW, WATCHED = 1, 2, 3, 4
FLOW_STEP = 10.0  # vehicles an hour that one unit of a byte of flow stands for
LOW_24 = 0xFFFFFF
MOST_IN_CELL = 0xFFFF


@dataclass(frozen=True)
class CellRecords:
    """Every cell's record of rule 6.2, in the grid's order: cell c is ``data[start[c]:start[c + 1]]``.

    Neighbours in a row of the grid are neighbours here, so what one client sees is a few slices.
    """

    data: memoryview
    start: NDArray[np.int64]  # (cells + 1,) bytes


def header(kind: int, count: int, tick: int, time: float) -> bytes:
    """The 16 bytes of rule 6.1."""
    return HEADER.pack(kind, 0, count, tick & 0xFFFFFFFF, time)


def cell_records(
    cell: NDArray[np.integer],
    cell_xy: NDArray[np.int16],
    *,
    id: NDArray[np.uint32],
    path: NDArray[np.integer],
    kind: NDArray[np.uint8],
    position: NDArray[np.floating],
    speed: NDArray[np.floating],
) -> CellRecords:
    """Sort N vehicles into cells once a tick. `cell` (N,) is the row of `cell_xy` (C, 2) that each is in;
    `position` in m, `speed` in m/s. What the fields cannot hold is cut to their range (6.2)."""
    cells = len(cell_xy)
    order = np.argsort(cell, kind="stable")
    inside = np.minimum(np.bincount(cell, minlength=cells), MOST_IN_CELL)
    order, cell = _at_most(order, cell[order], inside)
    first = np.zeros(cells + 1, dtype=np.int64)
    np.cumsum(inside, out=first[1:])
    start = 3 * first + 2 * np.arange(cells + 1)  # in words of 4 bytes
    out = np.empty(start[-1], dtype="<u4")
    xy = cell_xy.astype(np.uint16).astype(np.uint32)
    out[start[:-1]] = xy[:, 0] | xy[:, 1] << 16
    out[start[:-1] + 1] = inside
    at = 3 * np.arange(len(order)) + 2 * (cell + 1)
    words = _words(id[order], path[order], kind[order], position[order], speed[order])
    for k, word in enumerate(words):
        out[at + k] = word
    return CellRecords(memoryview(out.tobytes()), 4 * start)


def _words(
    id: NDArray[np.uint32],
    path: NDArray[np.integer],
    kind: NDArray[np.uint8],
    position: NDArray[np.floating],
    speed: NDArray[np.floating],
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
    """The three words (N,) of each vehicle (6.2)."""
    centimetres = np.clip(np.rint(position * 100.0), 0, LOW_24).astype(np.uint32)
    quarters = np.clip(np.rint(speed * 4.0), 0, 255).astype(np.uint32)
    where = path.astype(np.uint32) & np.uint32(LOW_24) | kind.astype(np.uint32) << np.uint32(24)
    return id, where, centimetres | quarters << np.uint32(24)


def _at_most(
    order: NDArray[np.int64], cell: NDArray[np.integer], inside: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Leave out what a u16 cannot count; a cell that full is a fault elsewhere, but no reason to send nonsense."""
    if inside.sum() == len(order):
        return order, cell.astype(np.int64, copy=False)
    rank = np.arange(len(order)) - np.searchsorted(cell, cell)
    keep = rank < inside[cell]
    return order[keep], cell[keep].astype(np.int64)


def signals(tick: int, time: float, programs: NDArray[np.integer], phases: NDArray[np.integer]) -> bytes:
    """Frame of type 2 (6.4): programs (n,) and the phase (n,) each one shows."""
    pairs = np.column_stack([programs, phases]).astype("<u2")
    return header(SIGNALS, len(pairs), tick, time) + pairs.tobytes()


def flow(
    tick: int,
    time: float,
    *,
    speed: NDArray[np.floating],
    density: NDArray[np.floating],
    flow: NDArray[np.floating],
    queue: NDArray[np.floating],
) -> bytes:
    """Frame of type 3 (6.5), of (E,) each: share of the free speed, vehicles per lane-kilometre, vehicles an hour
    and lane, share of the fullest lane that stands."""
    columns = (
        _byte(np.nan_to_num(speed, nan=1.0) * 255),
        _byte(density),
        _byte(flow / FLOW_STEP),
        _byte(queue * 255),
    )
    return b"".join([header(FLOW, 0, tick, time), struct.pack("<I", len(speed)), *columns])


def _byte(values: NDArray[np.floating]) -> bytes:
    return np.rint(np.clip(np.nan_to_num(values), 0, 255)).astype(np.uint8).tobytes()


def watched(
    tick: int,
    time: float,
    *,
    id: NDArray[np.uint32],
    path: NDArray[np.integer],
    kind: NDArray[np.uint8],
    position: NDArray[np.floating],
    speed: NDArray[np.floating],
) -> bytes:
    """Frame of type 4 (6.8): the N vehicles on the paths that a client watches."""
    rows = np.column_stack(_words(id, path, kind, position, speed)).astype("<u4")
    return header(WATCHED, 0, tick, time) + struct.pack("<I", len(rows)) + rows.tobytes()


class BrokenFrame(ValueError):
    """Bytes that are not a frame of version 1."""


def decode(data: bytes) -> dict[str, Any]:
    """What a frame says, in metres and m/s: for tests, and for clients written in Python."""
    try:
        kind, _, count, tick, time = HEADER.unpack_from(data)
        body = {VEHICLES: _cells, SIGNALS: _phases, FLOW: _flow, WATCHED: _watched}[kind](data, count)
    except (struct.error, KeyError, ValueError) as error:
        raise BrokenFrame(f"not a frame of version 1: {error}") from error
    return {"type": kind, "count": count, "tick": tick, "time": time, **body}


def _cells(data: bytes, count: int) -> dict[str, Any]:
    cells, at = [], HEADER.size
    for _ in range(count):
        cx, cy, n, _zero = struct.unpack_from("<hhHH", data, at)
        cells.append({"cx": cx, "cy": cy, "vehicles": _vehicles(data, at + 8, n)})
        at += 8 + 12 * n
    return {"cells": cells}


def _vehicles(data: bytes, at: int, n: int) -> list[dict[str, Any]]:
    words = struct.unpack_from(f"<{3 * n}I", data, at)
    return [
        {
            "id": words[i],
            "path": words[i + 1] & LOW_24,
            "kind": words[i + 1] >> 24,
            "position": (words[i + 2] & LOW_24) / 100,
            "speed": (words[i + 2] >> 24) / 4,
        }
        for i in range(0, 3 * n, 3)
    ]


def _phases(data: bytes, count: int) -> dict[str, Any]:
    words = struct.unpack_from(f"<{2 * count}H", data, HEADER.size)
    return {"phases": [{"program": p, "phase": q} for p, q in zip(words[::2], words[1::2])]}


def _flow(data: bytes, count: int) -> dict[str, Any]:
    (edges,) = struct.unpack_from("<I", data, HEADER.size)
    values = struct.unpack_from(f"<{4 * edges}B", data, HEADER.size + 4)
    names = ("speed", "density", "flow", "queue")
    return {name: list(values[k * edges : (k + 1) * edges]) for k, name in enumerate(names)}


def _watched(data: bytes, count: int) -> dict[str, Any]:
    (n,) = struct.unpack_from("<I", data, HEADER.size)
    return {"vehicles": _vehicles(data, HEADER.size + 4, n)}
