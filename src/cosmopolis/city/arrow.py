"""Arrow columns that share NumPy's memory, in both directions.

By their buffers, because Arrow's own conversions look for pandas and import it where it is installed: a quarter of a
second that a city has no use for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Offsets = NDArray[np.int32]


def number_column(values: NDArray) -> pa.Array:
    """(N,) numbers or truth values."""
    bits = (
        np.packbits(values, bitorder="little") if values.dtype == np.bool_ else np.ascontiguousarray(values)
    )
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(bits)])


def text_column(texts: Sequence[str]) -> pa.Array:
    """N texts."""
    words = [text.encode() for text in texts]
    return _column(pa.string(), b"".join(words), _ends(words))


def bytes_column(rows: Sequence[bytes] | NDArray[np.object_]) -> pa.Array:
    """N rows of bytes."""
    return _column(pa.binary(), b"".join(rows), _ends(rows))


def flat_bytes_column(data: NDArray[np.uint8], offsets: Offsets) -> pa.Array:
    """N rows of bytes that lie end to end, and the (N + 1,) offsets of each."""
    return _column(pa.binary(), np.ascontiguousarray(data), offsets)


def numbers_of(array: pa.Array) -> NDArray:
    """(N,) numbers or truth values; raises ValueError where one is missing."""
    if array.null_count:
        raise ValueError("a value is missing in a column of numbers")
    first, end = array.offset, array.offset + len(array)
    data = array.buffers()[1]
    if pa.types.is_boolean(array.type):
        bits = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
        return np.unpackbits(bits, bitorder="little")[first:end].astype(np.bool_)
    kind = np.dtype(array.type.to_pandas_dtype())
    return np.frombuffer(data, kind)[first:end] if data is not None else np.zeros(0, kind)


def texts_of(array: pa.Array) -> tuple[str, ...]:
    """N texts."""
    data, offsets = flat_bytes_of(array)
    whole = data.tobytes()
    text = whole.decode()
    if len(text) == len(whole):  # plain letters: a place in the bytes is a place in the text
        return tuple([text[a:b] for a, b in pairwise(offsets.tolist())])
    return tuple([whole[a:b].decode() for a, b in pairwise(offsets.tolist())])


def bytes_of(array: pa.Array) -> list[bytes]:
    """N rows of bytes."""
    data, offsets = flat_bytes_of(array)
    whole = data.tobytes()
    return [whole[a:b] for a, b in pairwise(offsets.tolist())]


def flat_bytes_of(array: pa.Array) -> tuple[NDArray[np.uint8], Offsets]:
    """The bytes of N rows end to end, and the (N + 1,) offsets of each; raises ValueError where one is missing."""
    if array.null_count:
        raise ValueError("a value is missing in a column of texts or shapes")
    if not len(array):
        return np.zeros(0, np.uint8), np.zeros(1, np.int32)
    _, offsets, data = array.buffers()
    rows = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    whole = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return whole[rows[0] : rows[-1]], rows - rows[0]


def _column(kind: pa.DataType, data: bytes | NDArray[np.uint8], offsets: Offsets) -> pa.Array:
    return pa.Array.from_buffers(kind, len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def _ends(rows: Sequence[bytes] | NDArray[np.object_]) -> Offsets:
    """(N + 1,) where each row begins when they lie end to end, and where the last ends."""
    offsets = np.zeros(len(rows) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, rows), np.int32, len(rows)), out=offsets[1:])
    return offsets
