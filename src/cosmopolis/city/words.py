"""The words of the city as numbers: codes that tables, the wire and the client share.

Values are part of the stored format and of the wire: add at the end, never renumber.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag


class Provenance(IntEnum):
    """What a row is: taken from data, computed by a run, or made up from a seed."""

    MEASURED = 0
    MODELLED = 1
    INVENTED = 2


class Mode(IntFlag):
    """Who may use a lane."""

    CAR = 1
    TRUCK = 2
    BUS = 4
    MOTORCYCLE = 8
    BICYCLE = 16
    PEDESTRIAN = 32
    EMERGENCY = 64
    TAXI = 128
    RAIL = 256

    @classmethod
    def road(cls) -> Mode:
        return cls.CAR | cls.TRUCK | cls.BUS | cls.MOTORCYCLE | cls.EMERGENCY | cls.TAXI


class StreetKind(IntEnum):
    """Highway class, most important first. `*_LINK` are ramps."""

    MOTORWAY = 0
    MOTORWAY_LINK = 1
    TRUNK = 2
    TRUNK_LINK = 3
    PRIMARY = 4
    PRIMARY_LINK = 5
    SECONDARY = 6
    SECONDARY_LINK = 7
    TERTIARY = 8
    TERTIARY_LINK = 9
    UNCLASSIFIED = 10
    RESIDENTIAL = 11
    LIVING_STREET = 12
    SERVICE = 13
    BUSWAY = 14
    RACEWAY = 15
    TRACK = 16
    PEDESTRIAN = 17
    FOOTWAY = 18
    CYCLEWAY = 19
    PATH = 20
    STEPS = 21

    @property
    def drivable(self) -> bool:
        return self <= StreetKind.BUSWAY


class Turn(IntFlag):
    """Turn markings of a lane (a set) and the direction of a connection (one)."""

    THROUGH = 1
    LEFT = 2
    RIGHT = 4
    U_TURN = 8
    SLIGHT_LEFT = 16
    SLIGHT_RIGHT = 32
    SHARP_LEFT = 64
    SHARP_RIGHT = 128
    MERGE = 256


class Control(IntEnum):
    """How a junction decides who goes."""

    DEAD_END = 0
    CONTINUATION = 1
    PRIORITY = 2
    RIGHT_BEFORE_LEFT = 3
    ALL_WAY_STOP = 4
    SIGNAL = 5
    ROUNDABOUT = 6
    BORDER = 7


class DeparturePosition(IntEnum):
    """Where on its first lane a vehicle enters the road (SUMO's departPos)."""

    AS_PLANNED = 0
    BEHIND_LAST = 1  # as far along as it can behind the last one there, at its own speed
    IN_GAP = 2  # in the first gap that is large enough


class Light(IntEnum):
    """What a signal shows to one connection."""

    RED = 0
    YELLOW = 1
    GREEN_PERMISSIVE = 2
    GREEN_PROTECTED = 3
    OFF = 4
    GREEN_ARROW = 5  # beside a red light: after a stop one may turn, behind all others


class BuildingUse(IntEnum):
    UNKNOWN = 0
    RESIDENTIAL = 1
    OFFICE = 2
    RETAIL = 3
    INDUSTRIAL = 4
    SCHOOL = 5
    HOSPITAL = 6
    HOTEL = 7
    CULTURE = 8
    TRANSPORT = 9
    CIVIC = 10
    WORSHIP = 11
    SPORT = 12
    PARKING = 13
    MIXED = 14
    OUTBUILDING = 15


class Roof(IntEnum):
    FLAT = 0
    GABLED = 1
    HIPPED = 2
    PYRAMIDAL = 3
    DOME = 4
    SKILLION = 5
    ROUND = 6
    MESH = 7


class LandUse(IntEnum):
    """Kind of an area: land use, green and water in one vocabulary."""

    UNKNOWN = 0
    RESIDENTIAL = 1
    COMMERCIAL = 2
    RETAIL = 3
    INDUSTRIAL = 4
    CIVIC = 5
    EDUCATION = 6
    HEALTH = 7
    TRANSPORT = 8
    CONSTRUCTION = 9
    FARMLAND = 10
    PLAZA = 11
    PARKING = 12
    SPORT = 13
    PARK = 20
    GRASS = 21
    FOREST = 22
    GARDEN = 23
    SAND = 24
    CEMETERY = 25
    WETLAND = 26
    RIVER = 40
    LAKE = 41
    CANAL = 42
    POOL = 43
    SEA = 44


class TransitMode(IntEnum):
    BUS = 0
    METRO = 1
    TRAM = 2
    RAIL = 3
    FERRY = 4


class VehicleKind(IntEnum):
    CAR = 0
    VAN = 1
    TRUCK = 2
    BUS = 3
    ARTICULATED_BUS = 4
    MOTORCYCLE = 5
    E_BIKE = 6
    EMERGENCY = 7
