"""The clocks of a place, with daylight saving."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.city.civil_time import DAY_0, civil_time
from cosmopolis.city.errors import BadInput
from cosmopolis.cli.terminal import day_of

WINTER = datetime.date(2026, 1, 15)


@pytest.mark.parametrize(
    ("lon", "lat", "zone", "autumn", "winter"),
    [
        (2.35, 48.86, "Europe/Paris", 2, 1), (-3.70, 40.42, "Europe/Madrid", 2, 1),
        (-9.14, 38.72, "Europe/Lisbon", 1, 0), (87.60, 43.80, "Asia/Shanghai", 8, 8),
        (-149.90, 61.22, "America/Anchorage", -8, -9), (77.21, 28.61, "Asia/Kolkata", 5.5, 5.5),
        (85.32, 27.70, "Asia/Kathmandu", 5.75, 5.75), (151.2, -33.87, "Australia/Sydney", 11, 11),
        (179.99, -16.85, "Pacific/Fiji", 12, 12), (-179.99, -16.85, "Pacific/Fiji", 12, 12),
        (-30.0, 0.0, "Etc/GMT+2", -2, -2),
    ],
)  # fmt: skip
def test_cities_keep_the_clocks_of_their_country(lon, lat, zone, autumn, winter):
    clocks = civil_time(lon, lat)
    assert (clocks.zone, clocks.date, clocks.utc_offset / 3600) == (zone, DAY_0, autumn)
    assert civil_time(lon, lat, WINTER).utc_offset / 3600 == winter


@given(
    st.floats(-180, 180), st.floats(-90, 90), st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))
)
def test_there_are_clocks_everywhere(lon, lat, date):
    clocks = civil_time(lon, lat, date)
    assert -43_200 - 3600 <= clocks.utc_offset <= 50_400 + 3600


def test_dates_are_written_in_one_way():
    assert day_of(None) == DAY_0
    assert day_of("2024-02-29") == datetime.date(2024, 2, 29)
    for text in ("2023-02-29", "21.10.2026", "20261021", "1500-01-01", "9999-12-31", "", "٢٠٢٤-٠١-٠١"):
        with pytest.raises(BadInput, match="is not a day between 1900 and 2100"):
            day_of(text)
