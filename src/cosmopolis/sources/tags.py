"""Text of tags -> numbers. Nothing here raises: what cannot be understood is ``None``."""

from __future__ import annotations

import re

MPH, KNOT, FOOT, INCH = 0.44704, 0.514444, 0.3048, 0.0254

_NUMBER = r"([+-]?\d{1,9}(?:[.,]\d{1,9})?)"
_SPEED = re.compile(rf"^{_NUMBER}\s*(km/?h|kph|kmph|mph|knots|kn|m/s)?$", re.IGNORECASE)
_LENGTH = re.compile(rf"^~?\s*{_NUMBER}\s*(m|metres?|meters?|ft|feet|foot|cm|km|'|′)?\.?$", re.IGNORECASE)
_PLAIN = re.compile(rf"^\s*{_NUMBER}\s*(?:;.*)?$")
_FEET_INCHES = re.compile(rf"^{_NUMBER}\s*(?:'|′|ft)\s*{_NUMBER}\s*(?:\"|″|''|in)?$")
_INTERVAL = re.compile(r"^(\d{1,3})(?::(\d{1,2}))?(?::(\d{1,2}))?$")
_SPEED_FACTOR = {"mph": MPH, "knots": KNOT, "kn": KNOT, "m/s": 1.0}
_LENGTH_FACTOR = {"ft": FOOT, "feet": FOOT, "foot": FOOT, "'": FOOT, "′": FOOT, "cm": 0.01, "km": 1000.0}

# Statutory limits in km/h behind a code such as "DE:rural"; wiki.openstreetmap.org/wiki/Default_speed_limits.
_BY_PLACE: dict[str, float] = {
    "urban": 50,
    "rural": 80,
    "motorway": 120,
    "trunk": 100,
    "living_street": 20,
    "walk": 7,
    "bicycle_road": 30,
}
_BY_COUNTRY: dict[str, dict[str, float]] = {
    "AT": {"rural": 100, "motorway": 130, "trunk": 100},
    "BE": {"rural": 70},
    "CN": {"rural": 70, "urban": 50, "trunk": 80},
    "CZ": {"rural": 90, "motorway": 130},
    "DE": {"rural": 100, "motorway": 130, "living_street": 7},
    "FI": {"motorway": 120},
    "FR": {"motorway": 130, "trunk": 110},
    "GB": {
        "urban": 48.28,
        "rural": 96.56,
        "motorway": 112.65,
        "trunk": 96.56,
        "nsl_single": 96.56,
        "nsl_dual": 112.65,
    },
    "IT": {"rural": 90, "motorway": 130, "trunk": 110},
    "JP": {"urban": 60, "rural": 60, "motorway": 100},
    "NL": {"motorway": 130, "living_street": 15},
    "PL": {"rural": 90, "motorway": 140, "trunk": 120},
    "RU": {"urban": 60, "rural": 90, "motorway": 110},
    "UK": {"urban": 48.28, "rural": 96.56, "motorway": 112.65, "nsl_single": 96.56, "nsl_dual": 112.65},
    "US": {"urban": 40.23, "rural": 88.51, "motorway": 104.61, "trunk": 88.51},
}
_COLOURS = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "blue": "#0000ff",
    "yellow": "#ffff00", "orange": "#ffa500", "brown": "#a52a2a", "grey": "#808080", "gray": "#808080",
    "silver": "#c0c0c0", "maroon": "#800000", "beige": "#f5f5dc", "tan": "#d2b48c", "purple": "#800080",
    "violet": "#ee82ee", "pink": "#ffc0cb", "cyan": "#00ffff", "aqua": "#00ffff", "teal": "#008080",
    "navy": "#000080", "lime": "#00ff00", "magenta": "#ff00ff", "gold": "#ffd700", "ivory": "#fffff0",
    "darkgrey": "#a9a9a9", "darkgray": "#a9a9a9", "lightgrey": "#d3d3d3", "lightgray": "#d3d3d3",
}  # fmt: skip
YES = frozenset({"yes", "true", "1", "designated", "permissive", "official"})


def number(text: str) -> float | None:
    """A plain number: "12", "12.5", "12,5"; of "2;3" the first."""
    match = _PLAIN.match(text) if text else None
    return float(match[1].replace(",", ".")) if match else None


def count(text: str) -> int | None:
    """A number of things, rounded down, between 0 and 1000."""
    value = number(text)
    return int(value) if value is not None and 0 <= value <= 1000 else None


def length(text: str) -> float | None:
    """Metres: "12", "12 m", "12,5m", "40 ft", "5'10\\""."""
    text = text.strip()
    if match := _LENGTH.match(text):
        return float(match[1].replace(",", ".")) * _LENGTH_FACTOR.get((match[2] or "").lower(), 1.0)
    if match := _FEET_INCHES.match(text):
        feet, inches = (float(match[i].replace(",", ".")) for i in (1, 2))
        return feet * FOOT + inches * INCH
    return None


def speed(text: str) -> float | None:
    """m/s of a speed limit: "50", "30 mph", "CN:urban", "DE:zone:30", "walk", "none"; of "60;50" the first."""
    for part in re.split(r"[;|]", text):
        value = _one_speed(part.strip())
        if value is not None and 0 < value <= 150:
            return value
    return None


def _one_speed(text: str) -> float | None:
    if match := _SPEED.match(text):
        return float(match[1].replace(",", ".")) * _SPEED_FACTOR.get((match[2] or "").lower(), 1 / 3.6)
    if text == "none":
        return 130 / 3.6
    country, _, place = (
        text.rpartition(":") if "zone" not in text else text.replace("zone:", "zone").partition(":")
    )
    country, place = country.strip().upper()[:2], place.strip().lower()
    if match := re.match(r"^(?:zone)?(\d{1,3})$", place):
        return float(match[1]) * (MPH if country in ("GB", "UK", "US") else 1 / 3.6)
    limit = _BY_COUNTRY.get(country, {}).get(place, _BY_PLACE.get(place))
    return limit / 3.6 if limit is not None else None


def interval(text: str) -> float | None:
    """Seconds between departures: "10" and "00:10" are ten minutes, "00:07:30" seven and a half."""
    match = _INTERVAL.match(text.strip())
    if not match:
        return None
    if match[2] is None:
        seconds = int(match[1]) * 60
    else:
        seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
    return float(seconds) if 0 < seconds <= 86_400 else None


def colour(text: str) -> str:
    """ "#rrggbb", or "" where the text names no colour we know."""
    text = text.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{6}", text):
        return text
    if re.fullmatch(r"#[0-9a-f]{3}", text):
        return "#" + "".join(c * 2 for c in text[1:])
    return _COLOURS.get(text.replace("_", "").replace(" ", ""), "")
