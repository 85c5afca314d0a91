"""Columns that share memory with NumPy: what goes in comes out, slices and empty columns included."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from cosmopolis.city.arrow import (
    bytes_column,
    bytes_of,
    flat_bytes_column,
    flat_bytes_of,
    number_column,
    numbers_of,
    text_column,
    texts_of,
)

TEXTS = ["", "Rue", "上海", "", "Straße", "🚋"]


@pytest.mark.parametrize("kind", [np.bool_, np.int8, np.uint8, np.int32, np.float32, np.float64])
def test_numbers_come_back(kind: type) -> None:
    values = (np.arange(21) % 5).astype(kind)
    column = number_column(values)
    assert column.equals(pa.array(values))
    for part in (slice(0, 21), slice(3, 14), slice(20, 21), slice(0, 0)):
        back = numbers_of(column[part])
        assert back.dtype == values.dtype
        np.testing.assert_array_equal(back, values[part])


@pytest.mark.parametrize("texts", [TEXTS, ["plain", "", "letters"], []])
def test_texts_come_back(texts: list[str]) -> None:
    column = text_column(texts)
    assert column.equals(pa.array(texts, pa.string()))
    assert texts_of(column) == tuple(texts)
    assert texts_of(column[1:3]) == tuple(texts[1:3])


def test_bytes_come_back() -> None:
    rows = [text.encode() for text in TEXTS]
    column = bytes_column(rows)
    assert column.equals(pa.array(rows, pa.binary()))
    assert bytes_of(column[2:5]) == rows[2:5]
    data, offsets = flat_bytes_of(column[2:5])
    assert offsets[0] == 0 and data.tobytes() == b"".join(rows[2:5])
    assert flat_bytes_column(data, offsets).equals(column[2:5])


def test_a_missing_value_is_no_value() -> None:
    with pytest.raises(ValueError, match="missing"):
        numbers_of(pa.array([1, None, 3]))
    with pytest.raises(ValueError, match="missing"):
        texts_of(pa.array(["a", None]))


def test_storing_a_city_does_without_pandas() -> None:
    program = (
        "import sys, tempfile; from pathlib import Path; from tests.city.towns import ring_network, small_raw; "
        "from cosmopolis.city.furnish import furnish; "
        "from cosmopolis.city.store import load, save; folder = Path(tempfile.mkdtemp()) / 'a.city'; "
        "save(furnish(small_raw(), ring_network()), folder); load(folder); sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
