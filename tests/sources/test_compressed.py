"""Compressed files are read up to a ceiling of size and of ratio."""

from __future__ import annotations

import bz2
import gzip
import random

import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.sources import compressed, read
from cosmopolis.sources.compressed import expect_bounded, open_bounded
from tests.sources.maps import DATA, Map

XML = Map().street(1, [(0, 0), (100, 0)]).text().encode()
SQUEEZE = {"gz": gzip.compress, "bz2": bz2.compress}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Ceilings that tests reach at once."""
    monkeypatch.setattr(compressed, "HARMLESS", 1 << 20)
    monkeypatch.setattr(compressed, "MOST", 1 << 23)


@pytest.mark.parametrize("kind", SQUEEZE)
def test_a_bomb_is_refused_at_its_first_megabytes(tmp_path, kind):
    bomb = XML.replace(b"</osm>", b" " * (6 << 20) + b"</osm>")
    path = tmp_path / f"town.osm.{kind}"
    path.write_bytes(SQUEEZE[kind](bomb))
    with pytest.raises(BadInput, match="unpacks to more than 200 times its size"):
        read([path])


@pytest.mark.parametrize("kind", SQUEEZE)
def test_what_is_too_large_however_well_it_packs_is_refused(tmp_path, kind):
    noise = random.Random(1).randbytes(9 << 20)
    path = tmp_path / f"noise.{kind}"
    path.write_bytes(SQUEEZE[kind](noise))
    with pytest.raises(BadInput, match="unpacks to more than 0 GiB"):
        expect_bounded(path, kind)


@pytest.mark.parametrize("kind", SQUEEZE)
def test_what_is_within_the_ceiling_is_read_whole(tmp_path, kind):
    data = random.Random(1).randbytes(1 << 19) * 8
    path = tmp_path / f"data.{kind}"
    path.write_bytes(SQUEEZE[kind](data[: len(data) // 2]) + SQUEEZE[kind](data[len(data) // 2 :]))
    with open_bounded(path, kind) as file:
        assert file.read() == data
    if kind == "gz":
        expect_bounded(path, kind)


def blob(kind: bytes, raw_size: int, data: bytes) -> bytes:
    """A file block of fileformat.proto: the sizes that it states, and any data."""

    def field(number: int, value: int) -> bytes:
        out = bytearray([number << 3])
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        return bytes(out) + bytes([value])

    body = field(2, raw_size) + bytes([3 << 3 | 2]) + field(0, len(data))[1:] + data
    header = bytes([1 << 3 | 2, len(kind)]) + kind + field(3, len(body))
    return len(header).to_bytes(4, "big") + header + body


def test_blobs_of_a_pbf_that_unpack_too_far_are_refused(tmp_path):
    path = tmp_path / "town.osm.pbf"
    head = blob(b"OSMHeader", 100, b"x" * 50)
    path.write_bytes(head + blob(b"OSMData", 1 << 20, b"y" * 100) * 3)
    with pytest.raises(BadInput, match="unpacks to more than 200 times its size"):
        read([path])
    path.write_bytes(head + blob(b"OSMData", 1 << 20, b"y" * 50_000) * 3)
    expect_bounded(path, "pbf")


@pytest.mark.parametrize(
    "data", [b"", b"\0\0\0", b"\0\0\0\5abcde", b"\xff" * 100, blob(b"OSMData", 5, b"")[:-1], b"\0" * 64]
)
def test_what_is_no_pbf_is_left_to_its_reader(tmp_path, data):
    path = tmp_path / "x.pbf"
    path.write_bytes(data)
    expect_bounded(path, "pbf")


def test_a_real_extract_is_within_the_ceiling():
    real = DATA / "osm/helsinki.osm.pbf"
    if not real.exists():
        pytest.skip(f"needs {real}")
    with real.open("rb") as file:
        sizes = list(compressed._blob_sizes(file))
    assert len(sizes) > 2 and real.stat().st_size < sum(sizes) < 10 * real.stat().st_size
