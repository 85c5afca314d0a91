"""What the manifest says of a city's clocks."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from cosmopolis.city.model import City
from cosmopolis.world.manifest import manifest
from cosmopolis.world.static.shelf import open_shelf


@pytest.mark.parametrize(
    ("date", "offset"), [(datetime.date(2026, 10, 21), 7200), (datetime.date(2026, 12, 21), 3600)]
)
def test_a_city_in_paris_keeps_the_clocks_of_paris(
    city: City, date: datetime.date, offset: int, tmp_path: Path
) -> None:
    paris = replace(city, origin=(2.35, 48.86))
    shelf, _ = open_shelf(paris, tmp_path)
    said = manifest(paris, shelf.index, live="/live", step=0.5, date=date)
    assert (said["zone"], said["date"], said["utcOffset"]) == ("Europe/Paris", date.isoformat(), offset)
