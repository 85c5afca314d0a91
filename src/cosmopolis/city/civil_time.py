"""The clocks of a place: its civil time zone, and how far they are from universal time on a day.

Zones by place are those of the timezone boundary builder, simplified to about 100 m, as tzfpy carries them; offsets
are those of the IANA time zone database. Neither asks the network.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY_0 = datetime.date(
    2026, 10, 21
)  # an autumn day, when the light is low and long in the morning and the evening


@dataclass(frozen=True)
class CivilTime:
    """What the clocks of a place say on one day."""

    zone: str  # IANA
    date: datetime.date
    utc_offset: (
        int  # s that they are ahead of universal time, at noon: a city's day has 24 hours, whatever happens
    )


def civil_time(lon: float, lat: float, date: datetime.date = DAY_0) -> CivilTime:
    """The clocks at a place in degrees, with daylight saving; at sea those of the meridian."""
    import tzfpy

    zone = tzfpy.get_tz(lon, lat) or _by_meridian(lon)
    try:
        clock = ZoneInfo(zone)
    except ZoneInfoNotFoundError:  # a zone that is newer than this machine's time zone database
        zone = _by_meridian(lon)
        clock = ZoneInfo(zone)
    offset = datetime.datetime.combine(date, datetime.time(12), tzinfo=clock).utcoffset()
    assert offset is not None
    return CivilTime(zone, date, round(offset.total_seconds()))


def _by_meridian(lon: float) -> str:
    """Nautical time; the database counts it westward."""
    hours = round(lon / 15.0)
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
