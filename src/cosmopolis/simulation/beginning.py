"""How a run began: with its orders, all that determines its bytes."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from dataclasses import asdict, dataclass, fields
from typing import Any
from zipfile import BadZipFile

import numpy as np

from cosmopolis import __version__
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.version import version_of
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.traffic.options import RunOptions
from cosmopolis.simulation.traffic.rules import TrafficRules


@dataclass(frozen=True)
class Beginning:
    """The version of the program, the contents of city and trips by their hashes, and the options of the run."""

    package: str
    city: str
    trips: str
    parts: dict[str, dict[str, Any]]  # identity of each part, by its name
    options: RunOptions

    @classmethod
    def of(cls, city: City, trips: Trips, parts: dict[str, dict[str, Any]], options: RunOptions) -> Beginning:
        return cls(__version__, city_hash(city), trips_hash(trips), parts, options)

    def to_json(self) -> dict[str, Any]:
        """As plain values; `from_json` is the way back."""
        options = self.options
        return {
            "package": self.package,
            "city": self.city,
            "trips": self.trips,
            "parts": self.parts,
            "seed": options.seed,
            "start": options.start,
            "daily": options.daily,
            "rules": asdict(options.rules),
            "guidance": asdict(options.guidance) if options.guidance else None,
            "drivers": _packed(options.drivers) if options.drivers else None,
        }

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Beginning:
        """BadInput where `said` is not what `to_json` gives."""
        try:
            options = RunOptions(
                seed=int(said["seed"]),
                start=float(said["start"]),
                daily=bool(said["daily"]),
                rules=TrafficRules(**said["rules"]),
                guidance=Guidance(**said["guidance"]) if said["guidance"] else None,
                drivers=_unpacked(said["drivers"]) if said["drivers"] else None,
            )
            return cls(said["package"], said["city"], said["trips"], dict(said["parts"]), options)
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(f"The head does not say how the run began ({error}).") from error

    def unlike(self, other: Beginning) -> list[str]:
        """Which of city, trips and parts differ from those of `other`, by name."""
        found = [name for name in ("city", "trips") if getattr(self, name) != getattr(other, name)]
        for part in sorted({*self.parts, *other.parts}):
            mine, theirs = self.parts.get(part, {}), other.parts.get(part, {})
            found += [
                f"{part} {name}" for name in sorted({*mine, *theirs}) if mine.get(name) != theirs.get(name)
            ]
        return found


def city_hash(city: City) -> str:
    """The hash of its contents, which a stored city knows as its version."""
    return city.version or version_of(city)


def trips_hash(trips: Trips) -> str:
    """A hash of who leaves when, where and by which way."""
    digest = hashlib.blake2b(digest_size=12)
    for column in fields(trips):
        array = np.ascontiguousarray(getattr(trips, column.name))
        digest.update(f"{column.name}{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _packed(drivers: Drivers) -> str:
    out = io.BytesIO()
    np.savez_compressed(out, **drivers._asdict())
    return base64.b64encode(out.getvalue()).decode()


def _unpacked(text: str) -> Drivers:
    try:
        with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as stored:
            return Drivers(**{name: stored[name] for name in stored.files})
    except (ValueError, TypeError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise BadInput("The head's table of vehicle types is damaged.") from error
