"""Compressed files have a ceiling: of what they unpack to, and of how many times their own size that is.

A few kilobytes can unpack to gigabytes, on purpose. Real maps and traffic files unpack to 2 .. 40 times their size.
"""

from __future__ import annotations

import bz2
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cosmopolis.city.errors import BadInput

MOST = 1 << 36  # bytes unpacked: a country as XML
HARMLESS = 1 << 26  # bytes unpacked that are always taken
STEEPEST = 200.0  # bytes unpacked for one of the file
_CHUNK = 1 << 20
_LARGEST_HEADER, _LARGEST_BLOB = 1 << 16, 1 << 25  # bytes, fileformat.proto


def expect_bounded(path: Path, kind: str) -> None:
    """Raises BadInput where unpacking the file ("gz", "bz2" or "pbf") goes beyond the ceiling, or is not possible."""
    if kind == "pbf":
        _expect_bounded_blobs(path)
        return
    with open_bounded(path, kind) as file:
        while file.read(_CHUNK):
            pass


def open_bounded(path: Path, kind: str) -> BinaryIO:
    """A "gz" or "bz2" file to be read unpacked; a read beyond the ceiling raises BadInput."""
    return io.BufferedReader(_Bounded(path, kind), _CHUNK)


class _Bounded(io.RawIOBase):
    def __init__(self, path: Path, kind: str) -> None:
        self._path = path
        self._packed = path.open("rb")
        self._file: gzip.GzipFile | bz2.BZ2File = (
            gzip.GzipFile(fileobj=self._packed) if kind == "gz" else bz2.BZ2File(self._packed)
        )
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._file.read(len(view))
        view[: len(data)] = data
        self._unpacked += len(data)
        _check(self._path, self._unpacked, self._packed.tell())
        return len(data)

    def close(self) -> None:
        self._file.close()
        self._packed.close()
        super().close()


def _check(path: Path, unpacked: int, packed: int) -> None:
    if unpacked <= HARMLESS:
        return
    if unpacked > MOST:
        raise BadInput(
            f"{path}: unpacks to more than {MOST >> 30} GiB, which is no map of a city; cut a part out of it first."
        )
    if unpacked > STEEPEST * packed:
        raise BadInput(
            f"{path}: unpacks to more than {STEEPEST:.0f} times its size, which no map does; download it again from "
            "where you trust it."
        )


def _expect_bounded_blobs(path: Path) -> None:
    """OpenStreetMap PBF: every blob says how much it unpacks to, and readers hold it to that."""
    unpacked = 0
    with path.open("rb") as file:
        for size in _blob_sizes(file):
            unpacked += size
            _check(path, unpacked, file.tell())


def _blob_sizes(file: BinaryIO) -> Iterator[int]:
    """Unpacked bytes of each blob (fileformat.proto); stops at what is none: the reader will tell."""
    while len(prefix := file.read(4)) == 4:
        size = int.from_bytes(prefix, "big")
        if size > _LARGEST_HEADER:
            return
        data_size = _varints(file.read(size)).get(3, 0)
        if data_size > _LARGEST_BLOB:
            return
        blob = file.read(data_size)
        yield _varints(blob).get(2, len(blob))  # raw_size; the last one counts, wherever it stands


def _varints(message: bytes) -> dict[int, int]:
    """The whole numbers of a protocol buffer message by field, up to where it does not go on."""
    found: dict[int, int] = {}
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        value, after = _varint(message, at)
        if key & 7 == 0:
            found[key >> 3], at = value, after
        elif key & 7 == 2:
            at = after + value
        else:
            break
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """(number, where the next begins)"""
    value = shift = 0
    while at < len(message) and shift < 70:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            break
    return value, at
