"""A run as bytes, and back. What the city and the trips say is left out; each part says what its arrays are."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation.part import Part

FORMAT = 9
DAMAGED = "The snapshot is damaged; start the simulation from a time of day instead."


class Stored(Protocol):
    """What is kept of a run."""

    @property
    def parts(self) -> Sequence[Part]: ...
    @property
    def time(self) -> float: ...


def arrays(run: Stored) -> dict[str, NDArray]:
    """Everything that a step may change: the arrays of each part under its name, and the time."""
    of_parts = {f"{part.name}.{name}": array for part in run.parts for name, array in part.arrays().items()}
    return {**of_parts, "time": np.array([run.time])}


def digest(run: Stored) -> str:
    """Hash of the whole state."""
    found = hashlib.blake2b(digest_size=16)
    for name, array in arrays(run).items():
        found.update(name.encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def pack(run: Stored, head: dict[str, Any]) -> bytes:
    """The run as bytes; `head` is what they are to be known by, as plain values."""
    out = io.BytesIO()
    text = json.dumps({"format": FORMAT, **head}).encode()
    rows: dict[str, Any] = {"head": np.frombuffer(text, np.uint8), **arrays(run)}
    np.savez(out, **rows)
    return out.getvalue()


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray]]:
    """Head and arrays that `pack` wrote. BadInput where they are damaged or of another format."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
        head = json.loads(found.pop("head").tobytes())
        written = head["format"]
    except (
        ValueError,
        OSError,
        KeyError,
        TypeError,
        EOFError,
        BadZipFile,
        zlib.error,
        struct.error,
    ) as error:
        raise BadInput(DAMAGED) from error
    if written != FORMAT:
        raise BadInput(
            f"The snapshot is of format {written}, and this Cosmopolis reads {FORMAT}; "
            "start from a time of day instead."
        )
    return head, found


def put_back(parts: Sequence[Part], found: Mapping[str, NDArray]) -> None:
    """Give each part its arrays."""
    try:
        for part in parts:
            begin = f"{part.name}."
            own = {name.removeprefix(begin): array for name, array in found.items() if name.startswith(begin)}
            part.restore(own)
    except (KeyError, ValueError, IndexError) as error:
        raise BadInput(DAMAGED) from error
