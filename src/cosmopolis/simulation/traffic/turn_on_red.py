"""Turning on red: what the law allows where a city lies."""

from __future__ import annotations

from cosmopolis.city.model import City

# West, south, east, north in degrees, roughly; a city near a border says it in its notes.
_TURN_ON_RED = (
    (73.0, 18.0, 123.5, 50.0),  # mainland China: a round red light leaves the right turn free
    (123.5, 40.0, 135.0, 53.5),  # its north-east
    (-170.0, 15.0, -52.0, 72.0),  # North America
)


def allows_turn_on_red(city: City) -> bool:
    """Whether the turn to the kerb side is allowed at red, yielding to all; ``notes["turn_on_red"]`` overrules."""
    said = city.notes.get("turn_on_red")
    if said is not None:
        return said == "yes"
    lon, lat = city.origin
    return any(west <= lon <= east and south <= lat <= north for west, south, east, north in _TURN_ON_RED)
