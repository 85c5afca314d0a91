"""Xinting from midnight to midnight: nobody is lost, nobody overlaps, no junction stands blocked."""

from __future__ import annotations

import pytest

from cosmopolis.city.build import build
from cosmopolis.demand import plan_trips
from cosmopolis.growth import grow
from cosmopolis.simulation import Simulation
from tests.simulation.path_occupancy import PathOccupancy, standing_longest

HOUR = 3600.0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_day_of_xinting_ends_without_a_knot() -> None:
    city = build(grow(seed=1, population=60_000), seed=1)
    trips = plan_trips(city, seed=1)
    simulation = Simulation(city, trips, seed=1)
    ground = PathOccupancy(simulation)
    peak = 0
    for _ in range(48):
        simulation.run(HOUR / 2)
        counts = simulation.counts()
        peak = max(peak, counts["vehicles"])
        assert ground.overlaps() == []
        assert standing_longest(simulation) < 600.0, f"a knot at {simulation.time / HOUR:.1f} h"
        assert counts["departed"] == counts["arrived"] + counts["broken"] + counts["vehicles"]
    assert peak > 1_300
    assert counts["broken"] == counts["unroutable"] == 0
    assert counts["departed"] + counts["waiting"] == len(trips)
    assert counts["vehicles"] < 400, "the evening empties the streets"
