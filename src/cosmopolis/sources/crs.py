"""Coordinate systems as files name them -> degrees and metres of height.

Read are codes ("EPSG:7415", "EPSG:28992+5709"), OGC names with or without a version, single or compound, as URN or as
URL (OGC 07-092r3; OGC 09-048r5), the addresses of well-known registers, WKT and PROJ strings.

Which coordinate comes first is not settled by the formats in practice. The order of a format is taken unless only the
other one lies where the system is used (the authority's area of use); that is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

Points = NDArray[np.float64]

_LONGEST = 20_000  # letters; the longest WKT in use has some thousands
_MARGIN = 0.5  # degrees around an area of use: sheets and cities do not end where it does
_SAMPLE = 5_000  # points that are looked at
_SLACK = 1e-5  # of a coordinate; some metres, which shifts of datum there and back may differ by
_SWAPPED = [1, 0, 2]

_CODE = r"(?P<authority>[A-Za-z_]+)(?::[^:,]*)?:(?P<code>[A-Za-z0-9_]+)"
_URN = re.compile(rf"urn:(?:x-)?(?:ogc|opengis)(?::def)?:crs:{_CODE}", re.IGNORECASE)
_URN_COMPOUND = re.compile(r"urn:(?:x-)?ogc:def:crs((?:,crs:[^,]+){2,})", re.IGNORECASE)
_PART = re.compile(_CODE)
_URL = re.compile(r"/def/crs/(?P<authority>[A-Za-z_]+)/[^/?#]*/(?P<code>[A-Za-z0-9_]+)/?$", re.IGNORECASE)
_GML = re.compile(r"/gml/srs/(?P<authority>[A-Za-z_]+)\.xml#(?P<code>[A-Za-z0-9_]+)$", re.IGNORECASE)
_REGISTER = re.compile(r"/ref/(?P<authority>epsg|esri|sr-org)/(?P<code>\d+)(?:/|$)", re.IGNORECASE)
_EPSG_IO = re.compile(r"//(?:www\.)?epsg\.io/(?P<code>\d+)(?:\.\w+)?/?$", re.IGNORECASE)
_AUTHORITY_CODE = re.compile(r"[A-Z]+:\w+")
_PLAIN = re.compile(r"(?P<authority>EPSG|ESRI|OGC|IGNF|CRS)[:\s/]*(?P<code>[A-Za-z0-9_]+)", re.IGNORECASE)


class UnknownSystem(Exception):
    """What was found where a coordinate system should be named, as the end of a sentence about the file."""


class Misplaced(Exception):
    """Coordinates and the system that is named do not fit: what was found, as the end of a sentence."""


@dataclass(frozen=True)
class System:
    """A coordinate system on the ground and a unit of height."""

    label: str  # short: "EPSG:28992", else what the file says
    ground: CRS  # of two axes, or geocentric
    height_unit: float  # m for a unit of the third coordinate; negative where it counts downward
    height_guessed: str = ""  # the unit's name, where the file says none and it is the one of the ground

    @cached_property
    def _transformer(self) -> Transformer:
        target = "EPSG:4979" if self.ground.is_geocentric else "OGC:CRS84"
        return Transformer.from_crs(self.ground, target, always_xy=True)

    @property
    def latitude_first(self) -> bool:
        """Whether the authority writes a geographic system that way."""
        axes = self.ground.axis_info
        return bool(self.ground.is_geographic and axes and axes[0].direction.lower() in ("north", "south"))

    def to_degrees(self, points: Points) -> Points:
        """(N, 3) easting or longitude, northing or latitude, height -> (N, 3) lon, lat, metres; not finite outside."""
        if self.ground.is_geocentric:
            lon, lat, height = self._transformer.transform(*points.T)
        else:
            (lon, lat), height = (
                self._transformer.transform(*points[:, :2].T),
                points[:, 2] * self.height_unit,
            )
        return np.column_stack([lon, lat, height])

    def from_degrees(self, lonlat: Points) -> Points:
        """(N, 2+) lon, lat -> (N, 2) easting or longitude, northing or latitude; not for geocentric systems."""
        return np.column_stack(self._transformer.transform(*lonlat[:, :2].T, direction="INVERSE"))

    def holds(self, lonlat: Points) -> bool:
        """Whether most degrees are degrees, and lie where the system is used, as far as that is known."""
        lon, lat = lonlat[:, 0], lonlat[:, 1]
        inside = _degrees(lonlat)
        area = self.ground.area_of_use
        if area is not None:
            west, south, east, north = area.bounds
            inside &= (lat >= south - _MARGIN) & (lat <= north + _MARGIN)
            after, before = lon >= west - _MARGIN, lon <= east + _MARGIN
            inside &= (after & before) if west <= east else (after | before)  # across the antimeridian
        return _most(inside)


@dataclass(frozen=True)
class Placing:
    """How the coordinates of one file become degrees."""

    system: System
    swapped: bool  # they are written northing or latitude first
    note: str = ""  # what is odd about it, as a sentence's predicate

    def to_degrees(self, points: Points) -> Points:
        """(N, 2) or (N, 3) as written -> (N, 3) lon, lat, metres."""
        return self.system.to_degrees(_ordered(points, self.swapped))


def system_of(text: Any) -> System:
    """The system of a name; raises UnknownSystem."""
    if isinstance(text, int) and not isinstance(text, bool):
        text = f"EPSG:{text}"
    if not isinstance(text, str) or not text.strip():
        raise UnknownSystem(f"names its coordinate system by {_shown(text)}, which is not read")
    if len(text) > _LONGEST:
        raise UnknownSystem(f"names its coordinate system in {len(text):,} letters, which is not read")
    try:
        names = list(_names(text.strip()))
        first, *others = [CRS.from_user_input(name) for name in names]
        short = "+".join(names) if all(_AUTHORITY_CODE.fullmatch(name) for name in names) else text
        return _system(short, first, others)
    except (ProjError, ValueError, TypeError):
        raise UnknownSystem(f"names an unknown coordinate system {_shown(text)}") from None


def place(system: System, points: Points, *, by_authority: bool) -> Placing:
    """How most of (N, 2) or (N, 3) coordinates of a file are to be read; raises Misplaced where they cannot be.

    `by_authority`: the format leaves the order of degrees to the authority; else east comes first.
    """
    usual = by_authority and system.latitude_first
    points = _sample(points)
    _refuse_degrees(system, points)
    if system.ground.is_geocentric:
        if not _most_degrees(system.to_degrees(_ordered(points, False))):
            raise Misplaced(_outside(system, points))
        return Placing(system, False)
    ways = [(swapped, _sound(system, _ordered(points, swapped))) for swapped in (usual, not usual)]
    for swapped, lonlat in ways:
        if system.holds(lonlat):
            told = (
                f"are written {'north' if swapped else 'east'} first, as only then they lie where it is used"
            )
            return Placing(system, swapped, told if swapped != usual else "")
    for swapped, lonlat in ways:
        if _most_degrees(lonlat):
            lon, lat = np.median(lonlat[_degrees(lonlat), :2], axis=0).tolist()
            at = f"({lon:.3f}, {lat:.3f})"
            return Placing(system, swapped, f"lie at {at}, outside the area where it is used")
    raise Misplaced(_outside(system, points))


def _names(text: str) -> Iterator[str]:
    """The names for PROJ: one, or the ground's and then the heights'."""
    if "/crs-compound?" in text.lower():
        parts = sorted(
            ((key, value) for key, value in parse_qsl(urlsplit(text).query)), key=lambda part: part[0]
        )
        for _, value in parts:
            yield from [value] if "/crs-compound?" in value.lower() else _names(value)
    elif match := _URN_COMPOUND.fullmatch(text):
        for part in match[1].split(",crs:")[1:]:
            found = _PART.fullmatch(part)
            yield _name(found["authority"], found["code"]) if found else part
    elif (match := _URN.fullmatch(text)) or (
        match := _URL.search(text) or _GML.search(text) or _REGISTER.search(text)
    ):
        yield _name(match["authority"], match["code"])
    elif match := _EPSG_IO.search(text):
        yield _name("EPSG", match["code"])
    elif match := _PLAIN.fullmatch(text):
        yield _name(match["authority"], match["code"])
    elif text.isascii() and text.isdigit():
        yield _name("EPSG", text)
    else:
        yield text


def _name(authority: str, code: str) -> str:
    if authority.upper() in ("OGC", "CRS"):
        known = code.upper().removeprefix("CRS")
        return "OGC:CRS84h" if known == "84H" else f"OGC:CRS{known}"
    return f"{authority.upper()}:{code}"


def _system(text: str, first: CRS, others: list[CRS]) -> System:
    while first.is_bound and first.source_crs is not None:
        first = first.source_crs
    parts = [*(first.sub_crs_list if first.is_compound else [first]), *others]
    ground, *heights = parts
    while ground.is_bound and ground.source_crs is not None:
        ground = ground.source_crs
    if not (ground.is_projected or ground.is_geographic or ground.is_geocentric):
        raise UnknownSystem(
            f"names {_shown(text)}, which is a {ground.type_name} and does not say where on the globe"
        )
    code = ground.to_authority(min_confidence=100)
    label = ":".join(code) if code and not heights else _short(text)
    up = next((axis for part in heights for axis in part.axis_info), None)
    if up is None and len(ground.axis_info) == 3 and not ground.is_geocentric:
        up = ground.axis_info[2]
    flat = ground if ground.is_geocentric or len(ground.axis_info) < 3 else ground.to_2d()
    if up is not None:
        return System(label, flat, up.unit_conversion_factor * (-1 if up.direction.lower() == "down" else 1))
    across = ground.axis_info[0] if ground.is_projected and ground.axis_info else None
    if across is None or across.unit_conversion_factor == 1.0:
        return System(label, flat, 1.0)
    return System(label, flat, across.unit_conversion_factor, across.unit_name)


def _refuse_degrees(system: System, points: Points) -> None:
    """Metres that are all within 180 of zero are degrees: the zero of a registered system lies outside its cities."""
    if system.ground.is_geographic or system.ground.area_of_use is None:
        return
    if len(points) and np.abs(points[:, :2]).max() <= 180.0:
        raise Misplaced(
            f"says {system.label}, and its coordinates look like degrees, such as {_example(points)}"
        )


def _outside(system: System, points: Points) -> str:
    if system.ground.is_geographic:
        return f"says {system.label}, which is in degrees, and its coordinates are none, such as {_example(points)}"
    return f"says {system.label}, and its coordinates lie outside that system, such as {_example(points)}"


def _sound(system: System, points: Points) -> Points:
    """`to_degrees` of those that the way back leads to as well; the formulas run on beyond where they hold."""
    lonlat = system.to_degrees(points)
    back = system.from_degrees(lonlat)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(back - points[:, :2]) <= _SLACK * np.maximum(1.0, np.abs(points[:, :2]))).all(axis=1)
    lonlat[wrong] = np.nan
    return lonlat


def _sample(points: Points) -> Points:
    return points[:: max(1, len(points) // _SAMPLE)]


def _example(points: Points) -> str:
    x, y = points[np.argmax(np.abs(points[:, :2]).max(axis=1)), :2].tolist()
    return f"({x:.10g}, {y:.10g})"


def _ordered(points: Points, swapped: bool) -> Points:
    full = points if points.shape[1] == 3 else np.column_stack([points[:, :2], np.zeros(len(points))])
    return full[:, _SWAPPED] if swapped else full


def _degrees(lonlat: Points) -> NDArray[np.bool_]:
    """(N,) finite, and within 180 and 90."""
    with np.errstate(invalid="ignore"):
        inside = np.asarray(np.isfinite(lonlat).all(axis=1))
        inside &= (np.abs(lonlat[:, :2]) <= [180.0, 90.0]).all(axis=1)
    return inside


def _most_degrees(lonlat: Points) -> bool:
    return _most(_degrees(lonlat))


def _most(mask: NDArray[np.bool_]) -> bool:
    """One wrong point does not make a whole file wrong."""
    return bool(2 * np.count_nonzero(mask) > len(mask))


def _shown(value: Any) -> str:
    return f'"{_short(value)}"' if isinstance(value, str) else _short(repr(value))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else line[:97] + "..."
