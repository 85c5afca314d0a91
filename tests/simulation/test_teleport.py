"""Lifting the stuck: only where the rules say so, counted, and never onto ground that others have."""

from __future__ import annotations

import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.simulation import Simulation, TakenOut, Teleported, TrafficRules
from tests.simulation.drawings import busy_trips, chessboard, one_trip, roads_with_lights
from tests.simulation.path_occupancy import PathOccupancy, standing_longest
from tests.simulation.roads import trips_of

FOREVER = [(10_000.0, Light.RED)]


def dead_light(after: float = 400.0) -> City:
    """A road with a light that never turns green."""
    return roads_with_lights(1, 200.0, after, FOREVER)


def queue(city: City, count: int, kind: VehicleKind = VehicleKind.CAR):  # type: ignore[no-untyped-def]
    return trips_of([one_trip(city, [0, 1], 2.0 * n, kind) for n in range(count)])


def test_without_the_rule_nobody_is_lifted() -> None:
    city = dead_light()
    simulation = Simulation(city, queue(city, 5), threads=1)
    simulation.run(600.0)
    counts = simulation.counts()
    assert counts["teleported"] == counts["taken_out"] == counts["arrived"] == 0
    assert standing_longest(simulation) > 500.0


def test_who_stands_too_long_goes_on_behind_the_knot_and_is_counted() -> None:
    city = dead_light()
    simulation = Simulation(city, queue(city, 5), threads=1, rules=TrafficRules(teleport_after=60.0))
    ground, told = PathOccupancy(simulation), []
    while simulation.time < 600.0:
        told += [event for event in simulation.step() if isinstance(event, Teleported)]
        assert ground.overlaps() == []
        assert standing_longest(simulation) <= 66.0
    counts = simulation.counts()
    assert counts["teleported"] == len(told) == counts["arrived"] == 5
    lifted = [event.vehicle for event in told]
    assert lifted[0] == 0, "the first in the queue has stood longest"
    assert sorted(lifted) == [0, 1, 2, 3, 4]


def test_where_no_edge_has_room_the_vehicle_is_taken_out_and_the_books_balance() -> None:
    city = dead_light(after=7.0)
    simulation = Simulation(
        city, queue(city, 2, VehicleKind.TRUCK), threads=1, rules=TrafficRules(teleport_after=30.0)
    )
    told = []
    while simulation.time < 200.0:
        told += [event.vehicle for event in simulation.step() if isinstance(event, TakenOut)]
        counts = simulation.counts()
        gone = counts["arrived"] + counts["broken"] + counts["taken_out"]
        assert counts["departed"] == gone + counts["vehicles"]
    assert told == [0, 1] and simulation.counts()["vehicles"] == 0


def test_a_bus_at_its_stop_is_not_stuck() -> None:
    city = roads_with_lights(1, 400.0, 200.0, [(10_000.0, Light.GREEN_PROTECTED)])
    bus = one_trip(city, [0, 1], 0.0, VehicleKind.BUS, halts=[(0, 200.0, 120.0)])
    simulation = Simulation(city, trips_of([bus]), threads=1, rules=TrafficRules(teleport_after=20.0))
    simulation.run(300.0)
    assert simulation.counts()["teleported"] == 0 and simulation.counts()["arrived"] == 1


def test_lifting_in_a_crowded_grid_overlaps_nobody_and_is_the_same_after_a_restore() -> None:
    city, rules = chessboard(), TrafficRules(teleport_after=15.0)
    simulation = Simulation(city, busy_trips(), threads=1, rules=rules)
    ground = PathOccupancy(simulation)
    while simulation.time < 100.0:
        simulation.step()
        assert ground.overlaps() == []
    restored = Simulation.restore(city, busy_trips(), simulation.snapshot(), threads=2)
    while simulation.time < 200.0:
        simulation.step()
        restored.step()
        assert ground.overlaps() == []
    assert simulation.counts()["teleported"] > 10
    assert restored.digest() == simulation.digest()


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_rule_that_is_no_sensible_number_is_refused(value: float) -> None:
    with pytest.raises(BadInput, match="teleport_after"):
        TrafficRules(teleport_after=value)
