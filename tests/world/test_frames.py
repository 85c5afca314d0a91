"""Binary frames: rules 6.1 to 6.5."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.world import frames

XY = np.array([[-1, 0], [0, 0], [1, 0]], np.int16)


def records(cell: list[int], **changed: list) -> frames.CellRecords:
    n = len(cell)
    fields = {
        "id": np.arange(n, dtype=np.uint32),
        "path": np.arange(n, dtype=np.int32),
        "kind": np.zeros(n, np.uint8),
        "position": np.zeros(n, np.float32),
        "speed": np.zeros(n, np.float32),
    }
    fields |= {key: np.array(value, fields[key].dtype) for key, value in changed.items()}
    return frames.cell_records(np.array(cell, np.int64), XY, **fields)


def read(records: frames.CellRecords) -> list[dict]:
    head = frames.header(frames.VEHICLES, len(records.start) - 1, 1, 0.0)
    return frames.decode(head + bytes(records.data))["cells"]


@given(st.lists(st.integers(0, 2), max_size=30))
def test_every_vehicle_is_in_its_cell_once(cell: list[int]) -> None:
    """6.2, 6.3: sorted into cells, nobody lost or doubled, empty cells said."""
    made = records(cell)
    cells = read(made)
    assert [(c["cx"], c["cy"]) for c in cells] == [(-1, 0), (0, 0), (1, 0)]
    for k, said in enumerate(cells):
        assert [v["id"] for v in said["vehicles"]] == [i for i, c in enumerate(cell) if c == k]
        one = bytes(made.data[made.start[k] : made.start[k + 1]])
        assert len(one) == 8 + 12 * len(said["vehicles"])


def test_numbers_travel_in_centimetres_and_quarters() -> None:
    made = records([1], path=[0x123456], kind=[6], position=[12.346], speed=[13.9])
    assert read(made)[1]["vehicles"] == [
        {"id": 0, "path": 0x123456, "kind": 6, "position": 12.35, "speed": 14.0}
    ]


def test_what_a_field_cannot_hold_is_cut_to_its_range() -> None:
    """A vehicle a hair before its lane's start, or a racing car, must not spoil its neighbour's bits."""
    vehicles = read(records([0, 0], position=[-0.2, 5.0], speed=[100.0, -1.0]))[0]["vehicles"]
    assert [(v["position"], v["speed"]) for v in vehicles] == [(0.0, 63.75), (5.0, 0.0)]


def test_a_cell_tells_at_most_what_it_can_count() -> None:
    cells = read(records([0] * 65_536 + [2]))
    assert [len(c["vehicles"]) for c in cells] == [65_535, 0, 1]


def test_signals_and_flow() -> None:
    """6.4, 6.5."""
    said = frames.decode(frames.signals(7, 10.5, np.array([2, 9]), np.array([1, 0], np.uint16)))
    assert said["phases"] == [{"program": 2, "phase": 1}, {"program": 9, "phase": 0}]
    flow = frames.flow(
        7,
        10.5,
        speed=np.array([0.0, 0.5, 1.0, 2.0, np.nan]),
        density=np.array([0, 30.4, 300, 0, np.nan]),
        flow=np.array([0, 904.0, 1800, 9000, np.nan]),
        queue=np.array([0, 0.25, 1, 1.5, np.nan]),
    )
    said = frames.decode(flow)
    assert said["speed"] == [0, 128, 255, 255, 255]
    assert said["density"] == [0, 30, 255, 0, 0]
    assert said["flow"] == [0, 90, 180, 255, 0]
    assert said["queue"] == [0, 64, 255, 255, 0]


def test_watched_vehicles_are_written_as_those_in_cells_are() -> None:
    """6.8."""
    fields = {
        "id": np.array([5, 9], np.uint32),
        "path": np.array([7, 0x123456], np.int32),
        "kind": np.array([0, 6], np.uint8),
        "position": np.array([0.5, 12.346], np.float32),
        "speed": np.array([0.0, 13.9], np.float32),
    }
    said = frames.decode(frames.watched(3, 10.5, **fields))
    cell = read(frames.cell_records(np.array([1, 1]), XY, **fields))[1]
    assert said == {"type": 4, "count": 0, "tick": 3, "time": 10.5, "vehicles": cell["vehicles"]}


def test_a_header_is_sixteen_bytes_and_its_tick_wraps() -> None:
    """6.1."""
    head = frames.header(frames.VEHICLES, 0, (1 << 32) + 5, 28_800.5)
    assert len(head) == 16
    assert frames.decode(head) == {"type": 1, "count": 0, "tick": 5, "time": 28_800.5, "cells": []}


@given(st.binary(max_size=80))
def test_bad_bytes_are_refused(data: bytes) -> None:
    try:
        frames.decode(data)
    except frames.BrokenFrame:
        return
    assert data[0] in (1, 2, 3, 4)


def test_frames_of_a_large_city_are_of_the_size_that_the_rule_says() -> None:
    rng = np.random.default_rng(1)
    made = records(rng.integers(0, 3, 20_000).tolist())
    assert len(made.data) == 3 * 8 + 20_000 * 12
    assert made.start[-1] == len(made.data)
    with pytest.raises(frames.BrokenFrame):
        frames.decode(frames.header(1, 3, 0, 0.0) + bytes(made.data)[:-1])
