"""Columns, the container of static data on the wire (SPEC 1). Knows nothing about cities."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAGIC = b"CPC1"
TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8")
TEXT = 8
DELTA = 1

Texts = Sequence[str]


@dataclass(frozen=True)
class Delta:
    """Integers to be stored as differences (1.4): small numbers compress well."""

    values: NDArray


Column = NDArray | Texts | Delta


class BrokenColumns(ValueError):
    """Bytes that are not columns; the message names the file (1.5)."""


def encode(columns: Mapping[str, Column]) -> bytes:
    """One file of named columns. Arrays are one-dimensional, of the types of rule 1.3; text is a list of str.

    Raises ValueError for an array of another type (int64, bool): the caller says how wide a number is.
    """
    bodies = [_body(name, column) for name, column in columns.items()]
    directory = sum(15 + len(name) for name in columns)
    at = 8 + directory
    head, body = [MAGIC, struct.pack("<I", len(columns))], []
    for name, (code, flags, count, data) in zip(columns, bodies):
        gap = -at % 4
        body += [b"\0" * gap, data]
        at += gap
        head.append(bytes([len(name)]) + name.encode("ascii"))
        head.append(struct.pack("<BBIII", code, flags, count, at, len(data)))
        at += len(data)
    return b"".join(head + body)


def _body(name: str, column: Column) -> tuple[int, int, int, bytes]:
    """Type code, flags, count and bytes of one column."""
    flags = DELTA if isinstance(column, Delta) else 0
    values = column.values if isinstance(column, Delta) else column
    if not isinstance(values, np.ndarray):
        return TEXT, 0, len(values), "\n".join(text.replace("\n", " ") for text in values).encode()
    kind = f"{values.dtype.kind}{values.dtype.itemsize}"
    if kind not in TYPES or values.ndim != 1 or (flags and kind[0] == "f"):
        raise ValueError(
            f"column {name!r} of type {values.dtype}, {values.ndim} dimensions, is not in rule 1.3"
        )
    if flags:
        values = np.diff(values, prepend=values.dtype.type(0))  # wraps around in the type
    return TYPES.index(kind), flags, len(values), values.astype(f"<{kind}", copy=False).tobytes()


def decode(data: bytes, name: str) -> dict[str, NDArray | list[str]]:
    """The columns of a file; `name` is for the message of BrokenColumns, which is all that bad bytes can raise."""
    if data[:4] != MAGIC:
        raise BrokenColumns(f"{name} does not begin with {MAGIC.decode()}: it is not a file of columns")
    try:
        columns, at = {}, 8
        for _ in range(struct.unpack_from("<I", data, 4)[0]):
            length = data[at]
            column = data[at + 1 : at + 1 + length].decode("ascii")
            entry = struct.unpack_from("<BBIII", data, at + 1 + length)
            columns[column] = _values(data, *entry)
            at += 15 + length
    except (struct.error, IndexError, ValueError) as error:
        raise BrokenColumns(f"{name} is cut off or damaged: {error}") from error
    return columns


def _values(data: bytes, code: int, flags: int, count: int, offset: int, length: int) -> NDArray | list[str]:
    if offset % 4 or offset + length > len(data):
        raise ValueError(f"a column lies at {offset} .. {offset + length} of {len(data)} bytes")
    if code == TEXT:
        texts = data[offset : offset + length].decode().split("\n") if count else []
        if len(texts) != count:
            raise ValueError(f"{len(texts)} texts where {count} were announced")
        return texts
    if code > TEXT:
        raise ValueError(f"type {code} is unknown")
    values = np.frombuffer(data[offset : offset + length], dtype=f"<{TYPES[code]}")
    if len(values) != count:
        raise ValueError(f"{len(values)} values where {count} were announced")
    if flags & DELTA and values.dtype.kind in "iu":
        with np.errstate(over="ignore"):
            return np.cumsum(values, dtype=values.dtype)
    return values
