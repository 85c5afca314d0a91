"""SUMO's words as ours: vehicle classes, lights, junction types, directions, street types."""

from __future__ import annotations

from cosmopolis.city.words import Control, Light, Mode, StreetKind, Turn, VehicleKind

# vClass -> what it is to a lane of ours, and what it looks like
CLASSES: dict[str, tuple[Mode, VehicleKind]] = {
    "passenger": (Mode.CAR, VehicleKind.CAR),
    "private": (Mode.CAR, VehicleKind.CAR),
    "hov": (Mode.CAR, VehicleKind.CAR),
    "evehicle": (Mode.CAR, VehicleKind.CAR),
    "vip": (Mode.CAR, VehicleKind.CAR),
    "army": (Mode.CAR, VehicleKind.TRUCK),
    "authority": (Mode.CAR, VehicleKind.CAR),
    "custom1": (Mode.CAR, VehicleKind.CAR),
    "custom2": (Mode.CAR, VehicleKind.CAR),
    "taxi": (Mode.TAXI, VehicleKind.CAR),
    "emergency": (Mode.EMERGENCY, VehicleKind.EMERGENCY),
    "delivery": (Mode.TRUCK, VehicleKind.VAN),
    "truck": (Mode.TRUCK, VehicleKind.TRUCK),
    "trailer": (Mode.TRUCK, VehicleKind.TRUCK),
    "bus": (Mode.BUS, VehicleKind.BUS),
    "coach": (Mode.BUS, VehicleKind.BUS),
    "motorcycle": (Mode.MOTORCYCLE, VehicleKind.MOTORCYCLE),
    "moped": (Mode.MOTORCYCLE, VehicleKind.MOTORCYCLE),
    "bicycle": (Mode.BICYCLE, VehicleKind.E_BIKE),
    "scooter": (Mode.BICYCLE, VehicleKind.E_BIKE),
    "tram": (Mode.RAIL, VehicleKind.ARTICULATED_BUS),
    "ignoring": (~Mode(0), VehicleKind.CAR),
}
# Those that SUMO knows and that do not drive on streets.
ELSEWHERE = {
    "pedestrian", "wheelchair", "rail", "rail_urban", "rail_electric", "rail_fast", "subway", "cable_car", "ship",
    "container", "aircraft", "drone",
}  # fmt: skip
# A lane is open to a mode where it is open to the class that the mode is named after.
NAMED = {
    "passenger": Mode.CAR, "truck": Mode.TRUCK, "delivery": Mode.TRUCK, "bus": Mode.BUS,
    "motorcycle": Mode.MOTORCYCLE, "bicycle": Mode.BICYCLE, "pedestrian": Mode.PEDESTRIAN,
    "emergency": Mode.EMERGENCY, "taxi": Mode.TAXI, "tram": Mode.RAIL, "rail": Mode.RAIL,
    "rail_urban": Mode.RAIL,
}  # fmt: skip
EVERY = Mode.road() | Mode.BICYCLE | Mode.PEDESTRIAN | Mode.RAIL

LIGHTS = {
    "r": Light.RED, "u": Light.RED, "y": Light.YELLOW, "Y": Light.YELLOW, "g": Light.GREEN_PERMISSIVE,
    "s": Light.GREEN_ARROW, "G": Light.GREEN_PROTECTED, "o": Light.OFF, "O": Light.OFF,
}  # fmt: skip

STOP_SIGNS = ("s", "w")  # the state of a connection with a stop sign, and of one where everybody has one

CONTROLS = {
    "priority": Control.PRIORITY,
    "priority_stop": Control.PRIORITY,
    "zipper": Control.PRIORITY,
    "unregulated": Control.CONTINUATION,
    "district": Control.CONTINUATION,
    "dead_end": Control.DEAD_END,
    "right_before_left": Control.RIGHT_BEFORE_LEFT,
    "left_before_right": Control.RIGHT_BEFORE_LEFT,
    "allway_stop": Control.ALL_WAY_STOP,
    "traffic_light": Control.SIGNAL,
    "traffic_light_unregulated": Control.SIGNAL,
    "traffic_light_right_on_red": Control.SIGNAL,
    "rail_signal": Control.PRIORITY,
    "rail_crossing": Control.PRIORITY,
}

TURNS = {
    "s": Turn.THROUGH, "l": Turn.LEFT, "r": Turn.RIGHT, "t": Turn.U_TURN, "T": Turn.U_TURN,
    "L": Turn.SLIGHT_LEFT, "R": Turn.SLIGHT_RIGHT,
}  # fmt: skip


def modes_of(allow: str, disallow: str) -> Mode:
    """The words.Mode set of a lane with these attributes; without both it is open to all."""
    if allow:
        return EVERY if allow == "all" else _named(allow.split())
    if disallow == "all":
        return Mode(0)
    shut = set(disallow.split())
    return _named(name for name in NAMED if name not in shut)


def _named(names: object) -> Mode:
    modes = Mode(0)
    for name in names:  # type: ignore[attr-defined]
        modes |= NAMED.get(name, Mode(0))
    return modes


def street_kind(type_name: str) -> StreetKind:
    """Of "highway.primary", "highway.primary|railway.tram" or our own "primary"; UNCLASSIFIED where it says nothing."""
    for part in type_name.split("|"):
        name = part.removeprefix("highway.").upper().replace("BUS_GUIDEWAY", "BUSWAY")
        if name in StreetKind.__members__:
            return StreetKind[name]
    return StreetKind.UNCLASSIFIED
