"""The byte vectors of protocol/, read by the Python side. web/ reads the same files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosmopolis.world import columns, frames

FOLDER = Path(__file__).parents[2] / "protocol/vectors"
VECTORS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
TYPES = {"u1": "u8", "i1": "i8", "u2": "u16", "i2": "i16", "u4": "u32", "i4": "i32", "f4": "f32", "f8": "f64"}


def test_there_are_vectors() -> None:
    assert len(VECTORS) >= 20


@pytest.mark.parametrize("name", VECTORS)
def test_vector(name: str) -> None:
    vector, data = VECTORS[name], (FOLDER / f"{name}.bin").read_bytes()
    if vector.get("error"):
        with pytest.raises(
            columns.BrokenColumns if vector["kind"] == "columns" else frames.BrokenFrame
        ) as told:
            columns.decode(data, "tile.bin") if vector["kind"] == "columns" else frames.decode(data)
        if vector["kind"] == "columns":
            assert "tile.bin" in str(told.value)  # 1.5
    elif vector["kind"] == "columns":
        assert described(columns.decode(data, name)) == vector["expect"]["columns"]
    else:
        assert frames.decode(data) == vector["expect"]


@pytest.mark.parametrize("name", [n for n, v in VECTORS.items() if v["kind"] == "columns" and "expect" in v])
def test_encoding_gives_the_bytes_of_the_vector(name: str) -> None:
    data = (FOLDER / f"{name}.bin").read_bytes()
    delta = name in ("columns_delta", "columns_ragged")
    again = columns.encode(
        {
            key: columns.Delta(values) if delta and isinstance(values, np.ndarray) and values.dtype != np.uint8
            else values
            for key, values in columns.decode(data, name).items()
        }
    )  # fmt: skip
    if name != "columns_delta":  # there, one u8 column is of differences too
        assert again == data
    assert described(columns.decode(again, name)) == VECTORS[name]["expect"]["columns"]


def described(decoded: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {"type": TYPES[values.dtype.str[1:]], "values": values.tolist()}
        if isinstance(values, np.ndarray)
        else {"type": "text", "values": values}
        for name, values in decoded.items()
    }
