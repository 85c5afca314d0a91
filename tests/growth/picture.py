"""What the tests ask of a grown town: a digest of all of it, and its street graph."""

import hashlib
import itertools
from collections import defaultdict
from dataclasses import fields, is_dataclass

import numpy as np
import shapely

from cosmopolis.city.raw import RawCity, RawStreet
from cosmopolis.city.words import StreetKind


def digest(value: object) -> str:
    seen = hashlib.sha256()
    _feed(seen, value)
    return seen.hexdigest()


def _feed(seen, value) -> None:
    if is_dataclass(value):
        for field in fields(value):
            seen.update(field.name.encode())
            _feed(seen, getattr(value, field.name))
    elif isinstance(value, np.ndarray):
        seen.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, shapely.Geometry):
        seen.update(shapely.to_wkb(value))
    elif isinstance(value, dict):
        _feed(seen, sorted(value.items()))
    elif isinstance(value, set):
        _feed(seen, sorted(value))
    elif isinstance(value, list | tuple):
        seen.update(str(len(value)).encode())
        for one in value:
            _feed(seen, one)
    else:
        seen.update(repr(value).encode())


def public_streets(town: RawCity) -> list[RawStreet]:
    return [street for street in town.streets if street.kind.drivable]


def arms(town: RawCity) -> dict[int, list[tuple[int, RawStreet]]]:
    """Node -> (neighbour, street) of every drivable segment."""
    out: dict[int, list[tuple[int, RawStreet]]] = defaultdict(list)
    for street in public_streets(town):
        nodes = street.nodes.tolist()
        for a, b in itertools.pairwise(nodes):
            out[a].append((b, street))
            out[b].append((a, street))
    return out


def carriageways(town: RawCity) -> list[shapely.Polygon]:
    """The ground under wheels, kerb to kerb."""
    out = []
    for street in town.streets:
        if street.kind <= StreetKind.RACEWAY:
            lanes = street.forward_lanes + street.backward_lanes
            half = lanes * street.lane_width / 2 + (3.0 if street.cycle_lane_right else 0.0)
            out.append(shapely.LineString(town.node_xy[street.nodes]).buffer(half, cap_style="flat"))
    return out


def line_of(town: RawCity, street: RawStreet) -> shapely.LineString:
    return shapely.LineString(town.node_xy[street.nodes])
