"""What format a file has, by what is in it; the name is only believed for the error message."""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from pathlib import Path

from cosmopolis.city.errors import BadInput
from cosmopolis.sources.compressed import expect_bounded
from cosmopolis.sources.json_documents import SEPARATOR

_HEAD = 4096
_LONG_HEAD = 1 << 17  # netconvert writes all of its options in a comment before the network
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_NET = re.compile(rb"\s*(<\?xml[^>]*>)?\s*<net[\s>]")

# (first bytes, what it is)
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "a GeoPackage or SQLite database"), (b"PAR1", "a Parquet table"), (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"), (b"glTF", "a glTF model"), (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"), (b"\xfd7zXZ", "an XZ archive"), (b"\x00\x00\x27\x0a", "a shapefile"),
    (b"PK\x03\x04", "a ZIP archive (perhaps of shapefiles, KMZ or GTFS)"), (b"fgb", "a FlatGeobuf file"),
)  # fmt: skip
# (root element, what it is)
_FOREIGN_XML: tuple[tuple[bytes, str], ...] = (
    (b"<osmchange", "an OpenStreetMap change file"), (b"<gpx", "a GPX track"), (b"<kml", "a KML file"),
    (b"<net ", "a SUMO network"), (b"<routes", "a SUMO file of routes"), (b"<additional", "a SUMO additional file"),
    (b"<configuration", "a SUMO scenario, which `cosmopolis simulate` runs"),
    (b"<sumoconfiguration", "a SUMO scenario, which `cosmopolis simulate` runs"),
    (b"<opendrive", "an OpenDRIVE road"), (b"citymodel", "a CityGML model"),
    (b"<!doctype html", "a web page"), (b"<html", "a web page"), (b"<svg", "an SVG drawing"),
)  # fmt: skip
READABLE = "OpenStreetMap (.osm, .osm.gz, .osm.bz2, .osm.pbf), GeoJSON, CityJSON or a SUMO network (.net.xml)"


def sniff(path: Path) -> str:
    """ "osm", "osm.gz", "osm.bz2", "pbf" or "json"; raises BadInput for anything else."""
    head = _head(path)
    if head[:2] == b"\x1f\x8b":
        return _inside(path, head, "gz")
    if head[:3] == b"BZh":
        return _inside(path, head, "bz2")
    if b"OSMHeader" in head[:64]:
        expect_bounded(path, "pbf")
        return "pbf"
    text = _text(head)
    if text.startswith(b"<"):
        _expect_osm(path, text)
        return "osm"
    if text.startswith((b"{", b"[", SEPARATOR)):
        return "json"
    for start, what in _FOREIGN:
        if head.startswith(start):
            raise BadInput(f"{path}: this is {what}, not a map that can be read; give {READABLE}.")
    if path.name.endswith(".pbf"):
        raise BadInput(f"{path}: not an OpenStreetMap PBF file, or a damaged one; download it again.")
    raise BadInput(f"{path}: unknown format; give {READABLE}.")


def is_sumo_net(path: Path) -> bool:
    """Whether the file is a SUMO network, gzipped or not; False for what is no file or cannot be opened."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            head = _COMMENT.sub(b"", _text(file.read(_LONG_HEAD)))
    except (OSError, EOFError, zlib.error):
        return False
    return _NET.match(head) is not None


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise BadInput(f"{path}: this is a folder, not a map file; give {READABLE}.")
    if path.exists() and not path.is_file():  # a pipe, that nobody may write to, or a device without an end
        raise BadInput(
            f"{path}: this is a pipe or a device, which cannot be read twice; write a file and give that."
        )
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file; check the path.") from None
    except OSError as error:
        raise BadInput(f"{path}: cannot be opened ({error.strerror}); check its permissions.") from None
    if not head.strip(b"\x00 \t\r\n"):
        raise BadInput(f"{path}: the file is empty; download or export it again.")
    return head


def _inside(path: Path, head: bytes, kind: str) -> str:
    try:
        inner = (
            zlib.decompressobj(31).decompress(head, _HEAD)
            if kind == "gz"
            else bz2.BZ2Decompressor().decompress(head)
        )
        if not inner:  # one bz2 block may be larger than the head
            with (gzip.open if kind == "gz" else bz2.open)(path) as file:
                inner = file.read(_HEAD)
    except (OSError, EOFError, zlib.error):
        raise BadInput(f"{path}: the compressed file is broken or cut off; download it again.") from None
    text = _text(inner)
    if not text.startswith(b"<"):
        raise BadInput(
            f"{path}: no OpenStreetMap XML inside this compressed file; unpack it and give what is in it."
        )
    _expect_osm(path, text)
    try:
        expect_bounded(path, kind)
    except (OSError, EOFError, zlib.error):
        raise BadInput(f"{path}: the compressed file is broken or cut off; download it again.") from None
    return f"osm.{kind}"


def _expect_osm(path: Path, text: bytes) -> None:
    lower = text.lower()
    for root, what in _FOREIGN_XML:
        if root in lower and b"<osm " not in lower:
            raise BadInput(f"{path}: this is {what}, not a map that can be read; give {READABLE}.")


def _text(head: bytes) -> bytes:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(encoding, "ignore").encode().lstrip()
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()
