"""A City on disk: a folder with `city.json` and one GeoParquet table a layer.

Written aside and renamed, so that a reader never sees half a city and a full disk costs nothing that was there.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from cosmopolis.city.aside import folder_aside
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City, Network
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.city.raw import Finding, RawCity, Source
from cosmopolis.city.tables import LAYERS, NETWORK, codes_of, columns_of, decode, encode, layers_of
from cosmopolis.city.version import version_of
from cosmopolis.city.words import Provenance
from cosmopolis.geometry.projection import Projection

FORMAT, FORMAT_VERSION = "cosmopolis-city", 1
HEAD = "city.json"
OWN_DIGEST = "digest"  # of everything else in the head; cities stored earlier have none
WRITERS = 2  # tables written at a time


def save(city: City, folder: Path, progress: Progress = quiet) -> City:
    """Stores the city as `folder`, in place of a city that is there already; returns it with its version set.

    Raises BadInput where the folder holds something else, or the disk does not take it; nothing is left then.
    """
    with storing(folder, progress) as tables:
        return tables.finish(city)


@contextmanager
def storing(folder: Path, progress: Progress = quiet) -> Iterator[Tables]:
    """`save` in two parts, so that the network is written while the rest of the city is still made."""
    folder = Path(folder)
    _refuse_foreign(folder)
    with folder_aside(folder) as aside, ThreadPoolExecutor(WRITERS) as pool:
        yield Tables(aside, pool, progress)


class Tables:
    """The tables of one city on their way to disk."""

    def __init__(self, aside: Path, pool: Executor, progress: Progress) -> None:
        self._aside, self._pool, self._progress = aside, pool, progress
        self._begun: dict[str, tuple[Any, Future[dict[str, Any]]]] = {}

    def begin(self, raw: RawCity, network: Network) -> None:
        """Writes the network of the city that `raw` becomes, and does not wait for it."""
        self._write(raw.name, Projection(*raw.origin), {name: getattr(network, name) for name in NETWORK})

    def finish(self, city: City) -> City:
        """Writes what is not begun yet, waits for all, and returns the city with its version set."""
        self._progress("Storing the city", 0.0)
        version = self._pool.submit(version_of, city)
        layers = dict(layers_of(city))
        if any(begun is not layers[name] for name, (begun, _) in self._begun.items()):
            raise ValueError("the network changed after it was written")
        missing = {name: layer for name, layer in layers.items() if name not in self._begun}
        self._write(city.name, city.projection, missing)
        written = {}
        for name in LAYERS:
            written[name] = self._begun[name][1].result()
            self._progress(f"Storing {name.replace('_', ' ')}", len(written) / len(LAYERS))
        city = city.with_version(version.result())
        head = _head(city, written)
        head |= {OWN_DIGEST: _digest_of_head(head)}
        (self._aside / HEAD).write_bytes(orjson.dumps(head, option=orjson.OPT_INDENT_2))
        return city

    def _write(self, city: str, projection: Projection, layers: dict[str, Any]) -> None:
        crs = projection.crs.to_json_dict() | {"name": f"{city}, local plane"}
        for name, layer in layers.items():
            self._begun[name] = layer, self._pool.submit(_write_table, layer, name, crs, self._aside)


def load(folder: Path) -> City:
    """The city stored in `folder`; raises BadInput naming the file that is missing, broken or too new."""
    folder = Path(folder)
    head = _read_head(folder)
    try:
        listed = {name: head["tables"][name] for name in LAYERS}
        tables = {name: _read_table(folder, name, about) for name, about in listed.items()}
        return City(
            name=head["name"],
            origin=tuple(head["origin"]),
            drive_on_left=head["drive_on_left"],
            bounds=tuple(head["bounds"]),
            network=Network(**{name: tables.pop(name) for name in NETWORK}),
            **tables,
            sources=tuple(_source(source) for source in head["sources"]),
            findings=tuple(Finding(**finding) for finding in head["findings"]),
            seed=head["seed"],
            version=head["version"],
            notes=head["notes"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{folder / HEAD} is incomplete ({error}); import or grow the city again.") from error


def _write_table(layer: Any, name: str, crs: dict[str, Any], aside: Path) -> dict[str, Any]:
    """Writes one layer; says what city.json keeps of it."""
    buffer = io.BytesIO()
    # Hardly a value comes twice, so that dictionaries of them cost time and room.
    pq.write_table(
        encode(layer, crs, name), buffer, compression="zstd", compression_level=1, use_dictionary=False
    )
    data = buffer.getbuffer()
    path = aside / f"{name}.parquet"
    path.write_bytes(data)
    return {"file": path.name, "rows": len(layer), "blake2b": _digest(data)}


def _head(city: City, tables: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": city.name,
        "version": city.version,
        "origin": list(city.origin),
        "bounds": list(city.bounds),
        "drive_on_left": city.drive_on_left,
        "seed": city.seed,
        "notes": city.notes,
        "sources": [asdict(source) for source in city.sources],
        "tables": tables,
        "codes": {name: codes_of(kind) for name, kind in LAYERS.items() if codes_of(kind)},
        "findings": [asdict(finding) for finding in city.findings],
    }


def _read_head(folder: Path) -> dict[str, Any]:
    path = folder / HEAD
    if not folder.is_dir():
        raise BadInput(
            f"{folder} is not a city folder; make one with `cosmopolis import` or `cosmopolis grow`."
        )
    try:
        head = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise BadInput(
            f"{folder} has no {HEAD}, so it is not a city; give the folder that was imported."
        ) from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read ({error}); import or grow the city again.") from error
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise BadInput(f"{path} is not of a Cosmopolis city; give a folder made by `cosmopolis import`.")
    version = head.get("format_version")
    if not isinstance(version, int) or version < 1:
        raise BadInput(f"{path} has no valid format_version; import or grow the city again.")
    if version > FORMAT_VERSION:
        raise BadInput(
            f"{folder} is a city of format version {version} and this Cosmopolis reads up to {FORMAT_VERSION}; "
            "update Cosmopolis to open it."
        )
    if head.get(OWN_DIGEST, _digest_of_head(head)) != _digest_of_head(head):
        raise BadInput(f"{path} is damaged or was changed by another program; import or grow the city again.")
    return head


def _read_table(folder: Path, name: str, about: dict[str, Any]) -> Any:
    path = folder / str(about["file"])
    try:
        data = path.read_bytes()
        if _digest(data) != about["blake2b"]:
            raise BadInput(
                f"{path} is damaged or was changed by another program; import or grow the city again."
            )
        table = pq.ParquetFile(pa.BufferReader(data)).read(columns=columns_of(LAYERS[name]))
        return decode(LAYERS[name], table)
    except FileNotFoundError:
        raise BadInput(f"{path} is missing; import or grow the city again.") from None
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise BadInput(f"{path} cannot be read ({error}); import or grow the city again.") from error


def _source(stored: dict[str, Any]) -> Source:
    stored = {**stored, "layers": tuple(stored["layers"]), "provenance": Provenance(stored["provenance"])}
    return Source(**stored)


def _digest(data: bytes | memoryview) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _digest_of_head(head: dict[str, Any]) -> str:
    """Of what it says, however it is laid out."""
    said = {name: value for name, value in head.items() if name != OWN_DIGEST}
    return _digest(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


def _refuse_foreign(folder: Path) -> None:
    """Only a city, an empty folder or nothing is replaced: a slip in --out must not cost a folder of work."""
    if folder.is_dir() and ((folder / HEAD).exists() or not any(folder.iterdir())):
        return
    if folder.exists() or folder.is_symlink():
        raise BadInput(
            f"{folder} is there already and is not a city; choose another name or remove it first."
        )
