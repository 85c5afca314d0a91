"""Columns, beyond the shared vectors: whatever goes in comes out, and no bytes break the reader."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cosmopolis.world.columns import BrokenColumns, Delta, decode, encode

names = st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=12)
kinds = st.sampled_from(["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"])
arrays = kinds.flatmap(lambda kind: hnp.arrays(kind, st.integers(0, 40)))
texts = st.lists(st.text(st.characters(blacklist_categories=("Cs",)), max_size=8), max_size=8)


@given(st.dictionaries(names, arrays | texts | arrays.filter(lambda a: a.dtype.kind in "iu").map(Delta)))
def test_what_goes_in_comes_out(columns: dict) -> None:
    """Rules 1.1 to 1.4."""
    data = encode(columns)
    out = decode(data, "it")
    assert list(out) == list(columns)
    for name, column in columns.items():
        wanted = column.values if isinstance(column, Delta) else column
        if isinstance(wanted, np.ndarray):
            assert out[name].dtype == wanted.dtype
            np.testing.assert_array_equal(out[name], wanted)
        else:
            assert out[name] == [text.replace("\n", " ") for text in wanted]


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"CPC1" + tail))
def test_bad_bytes_are_refused_by_name(data: bytes) -> None:
    """Rule 1.5."""
    try:
        decode(data, "tile 3")
    except BrokenColumns as error:
        assert "tile 3" in str(error)


@given(st.data())
def test_a_file_cut_anywhere_is_refused(data: st.DataObject) -> None:
    """Rule 1.5: no cut may pass unnoticed while values are missing."""
    whole = encode({"a": np.arange(9, dtype=np.int32), "b": ["x", "yz"]})
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(BrokenColumns):
        decode(whole[:cut], "cut")


def test_column_bytes_begin_at_multiples_of_four() -> None:
    """Rule 1.1: typed arrays of a browser can be laid over them."""
    data = encode({"abc": np.arange(3, dtype=np.uint8), "de": np.arange(5, dtype=np.int32)})
    offset = int.from_bytes(data[8 + 18 + 1 + 2 + 6 :][:4], "little")
    assert offset % 4 == 0
    assert np.frombuffer(data[offset : offset + 20], "<i4").tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("wrong", [np.arange(3), np.zeros(2, bool), np.zeros((2, 2), np.uint8)])
def test_the_caller_says_how_wide_a_number_is(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"rule 1\.3"):
        encode({"wrong": wrong})
