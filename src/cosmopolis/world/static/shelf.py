"""Keeps the static files of a city, compressed, so that a second start does no work (SPEC 2.2).

A shelf is a folder: `index.json` with its digest and, by content hash, `HASH.br` and `HASH.gz`. It is written aside
and renamed, so that there is a whole one or none, and checked against the hashes when it is opened. Without a folder
to write to, it is kept in memory only.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
import shutil
import sys
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import brotli
import platformdirs

from cosmopolis.city.model import City
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.world import columns
from cosmopolis.world.static.ground import ground
from cosmopolis.world.static.network import network
from cosmopolis.world.static.tiles import Tile, tiles

log = logging.getLogger(__name__)

FORMAT = 1  # grow it when the same city gives other bytes
QUICK, BEST = 5, 11  # brotli's quality at once, and later in the background
GZIP = 6
INDEX, DIGEST = "index.json", "index.sha256"
UNPACK: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gz": gzip.decompress}
SETTLE = 20.0  # s that a city that was just opened is left alone


@dataclass(frozen=True)
class Entry:
    """One file on the shelf."""

    hash: str
    bytes: int  # before compression
    x: int = 0
    y: int = 0
    buildings: int = 0

    @property
    def url(self) -> str:
        return f"/static/{self.hash}.bin"


@dataclass(frozen=True)
class Index:
    version: str  # of the City
    network: Entry
    ground: Entry
    tiles: tuple[Entry, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return (self.network, self.ground, *self.tiles)


class Shelf:
    """`index` says what there is; `read` gives the bytes of a hash in one of the encodings br, gzip, identity."""

    def __init__(self, index: Index, files: dict[tuple[str, str], bytes]) -> None:
        self.index = index
        self._files = files  # (hash, "br" | "gz")
        self._known = {entry.hash for entry in index.entries}
        self._unpacked = lru_cache(maxsize=8)(self._unpack)  # few clients want it so, and it costs much

    def __contains__(self, hash: str) -> bool:
        return hash in self._known

    def read(self, hash: str, encoding: str) -> bytes:
        if encoding == "br":
            return self._files[hash, "br"]
        if encoding == "gzip":
            return self._files[hash, "gz"]
        return self._unpacked(hash)

    def _unpack(self, hash: str) -> bytes:
        return gzip.decompress(self._files[hash, "gz"])

    def size(self, entry: Entry, encoding: str = "br") -> int:
        """Bytes over the wire."""
        return len(self.read(entry.hash, encoding))

    def squeeze(self, folder: Path | None, stop: threading.Event) -> None:
        """Compress every file as well as it goes, largest first, and keep that too. Slow: for a thread of its
        own, which lets everything else go first."""
        if sys.platform == "linux":  # where a priority is a thread's
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        if stop.wait(SETTLE):
            return
        for entry in sorted(self.index.entries, key=lambda e: -e.bytes):
            if stop.is_set():
                return
            mark = folder / f"{entry.hash}.best" if folder else None
            if mark is not None and mark.exists():
                continue
            best = brotli.compress(self.read(entry.hash, "identity"), quality=BEST, lgwin=22)
            if len(best) < len(self._files[entry.hash, "br"]):
                self._files[entry.hash, "br"] = best
            if mark is not None:
                try:
                    _replace(mark.with_suffix(".br"), self._files[entry.hash, "br"])
                    _replace(mark, b"")
                except OSError as error:
                    log.info("the better compression is not kept: %s", error)
                    folder = None


def open_shelf(
    city: City, folder: Path | None = None, progress: Progress = quiet
) -> tuple[Shelf, Path | None]:
    """The shelf of a city and the folder it is kept in, made now if it is not there. `folder` is the city's own
    folder; the cache goes in there, or in the user's cache if that cannot be written."""
    for place in _places(city, folder):
        shelf = _load(place, city.version)
        if shelf is not None:
            return shelf, place
    progress("Preparing the city for the browser", 0.0)
    shelf = make(city)
    for place in _places(city, folder):
        try:
            _store(shelf, place)
            return shelf, place
        except OSError as error:
            log.info("the shelf is not kept in %s: %s", place, error)
    return shelf, None


def make(city: City) -> Shelf:
    """All static files of a city, compressed quickly."""
    made: list[tuple[bytes, Tile | None]] = [
        (columns.encode(network(city.network)), None),
        (columns.encode(ground(city)), None),
    ]
    made += [(columns.encode(tile.columns), tile) for tile in tiles(city)]
    entries, files = [], {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # brotli and zlib let go of the interpreter
        packed = pool.map(lambda row: (_brotli(row[0]), _gzip(row[0])), made)
        for (data, tile), (br, gz) in zip(made, packed):
            hash = _name(data)
            place = (tile.x, tile.y, tile.buildings) if tile else (0, 0, 0)
            entries.append(Entry(hash, len(data), *place))
            files[hash, "br"], files[hash, "gz"] = br, gz
    version = city.version or hashlib.sha256("".join(e.hash for e in entries).encode()).hexdigest()[:20]
    return Shelf(Index(version, entries[0], entries[1], tuple(entries[2:])), files)


def _brotli(data: bytes) -> bytes:
    return brotli.compress(data, quality=QUICK, lgwin=22)


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, GZIP, mtime=0)


def _places(city: City, folder: Path | None) -> Iterable[Path]:
    """Where a shelf may be, best first; nowhere for a city that was never stored, as it has no version."""
    if city.version:
        name = "world-" + hashlib.sha256(f"{city.version} {FORMAT}".encode()).hexdigest()[:16]
        if folder is not None:
            yield folder / ".cache" / name
        cache = os.environ.get("COSMOPOLIS_CACHE") or platformdirs.user_cache_path("cosmopolis")
        yield Path(cache) / name


def _load(place: Path, version: str) -> Shelf | None:
    """The shelf in a folder, None if there is none or anything of it is damaged: browsers keep for a year what is
    served from it."""
    try:
        text = (place / INDEX).read_text(encoding="utf-8")
        if (place / DIGEST).read_text(encoding="ascii") != _digest(text):
            raise ValueError("the index is not what was written")
        said = json.loads(text)
        tiles_ = tuple(Entry(**entry) for entry in said["tiles"])
        index = Index(said["version"], Entry(**said["network"]), Entry(**said["ground"]), tiles_)
        if index.version != version:
            return None
        rows = [(entry, suffix) for entry in index.entries for suffix in UNPACK]
        with ThreadPoolExecutor(
            os.cpu_count()
        ) as pool:  # reading, unpacking and hashing let go of the interpreter
            files = dict(pool.map(lambda row: ((row[0].hash, row[1]), _whole(place, *row)), rows))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zlib.error, brotli.error) as error:
        log.warning("the files for the browser in %s are damaged and made anew: %s", place, error)
        return None
    return Shelf(index, files)


def _whole(place: Path, entry: Entry, suffix: str) -> bytes:
    """The packed file of an entry. Raises ValueError, or what unpacking raises, if it is not what it is named."""
    packed = (place / f"{entry.hash}.{suffix}").read_bytes()
    data = UNPACK[suffix](packed)
    if len(data) != entry.bytes or _name(data) != entry.hash:
        raise ValueError(f"{entry.hash}.{suffix} has another content than its name says")
    return packed


def _name(data: bytes) -> str:
    """What a file of this content is called."""
    return hashlib.sha256(data).hexdigest()[:20]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _store(shelf: Shelf, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".world-", dir=place.parent))
    try:
        for (hash, suffix), data in shelf._files.items():
            (aside / f"{hash}.{suffix}").write_bytes(data)
        text = json.dumps(asdict(shelf.index))
        (aside / INDEX).write_text(text, encoding="utf-8")
        (aside / DIGEST).write_text(_digest(text), encoding="ascii")
        if place.exists():
            shutil.rmtree(place)  # damaged, or it would have been loaded
        aside.rename(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _replace(path: Path, data: bytes) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(data)
    aside.replace(path)
