"""What an Observer adds up, against exact trajectories, theory and itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.simulation import AddTrip, IntervalReading, Observer, Simulation, Vehicles
from cosmopolis.simulation.traffic.safety import CONFLICT, time_to_collision
from tests.simulation.drawings import (
    LIMIT,
    busy_trips,
    chessboard,
    one_trip,
    parallel_roads,
    ring,
    roads_with_lights,
)
from tests.simulation.roads import trips_of

SECONDS = 240.0
DT = Simulation.dt


def watched(
    simulation: Simulation, seconds: float, each: Callable[[Vehicles, Vehicles], None] | None = None
) -> Observer:
    """Run with an observer; `each` is shown the vehicles before and after every step."""
    observer = Observer(simulation)
    end = simulation.time + seconds
    before = simulation.vehicles()
    while simulation.time < end - 1e-9:
        observer.see(simulation.step())
        if each is not None:
            after = simulation.vehicles()
            each(before, after)
            before = after
    return observer


@pytest.fixture(scope="module")
def busy() -> tuple[Simulation, Observer, IntervalReading]:
    """Crossings, lane changes, buses at stops and all kinds of vehicles; and what was read at the end."""
    simulation = Simulation(chessboard(), busy_trips(), seed=1, threads=1)
    observer = watched(simulation, SECONDS)
    return simulation, observer, observer.read()


def test_a_watched_run_has_the_same_bytes(busy):
    plain = Simulation(chessboard(), busy_trips(), seed=1, threads=2)
    plain.run(SECONDS)
    assert plain.digest() == busy[0].digest()


def test_what_is_added_up_does_not_depend_on_threads(busy):
    two = watched(Simulation(chessboard(), busy_trips(), seed=1, threads=2), SECONDS)
    reading, trips = two.read(), two.trips()
    for name in IntervalReading.columns():
        assert np.array_equal(getattr(reading, name), getattr(busy[2], name)), name
    assert np.array_equal(trips.carbon, busy[1].trips().carbon)
    assert np.array_equal(trips.nearest, busy[1].trips().nearest, equal_nan=True)


def test_what_paths_add_up_is_what_trips_add_up(busy):
    """Time on all paths is vehicles x time; distance is what the trips drove."""
    simulation, observer, reading = busy
    assert reading.time.sum() == pytest.approx(simulation.counts()["updates"] * DT)
    trips = observer.trips()
    assert reading.distance.sum() == pytest.approx(trips.distance.sum())
    assert reading.loss.sum() == pytest.approx(trips.time_loss.sum())
    assert reading.standing.sum() == trips.waited.sum()
    assert reading.conflicts.sum() == trips.conflicts.sum()
    for name in ("carbon", "nitrogen", "particles", "fuel", "drawn", "recovered"):
        assert getattr(reading, name).sum() == pytest.approx(getattr(trips, name).sum()), name
        assert getattr(reading, name).sum() > 0


def test_who_came_went_or_is_still_there():
    """On every path and in every interval: in = out + more on it than before."""
    simulation = Simulation(chessboard(), busy_trips(), seed=1, threads=1)
    observer, paths = Observer(simulation), None
    for _ in range(4):
        before = np.bincount(simulation.vehicles().path, minlength=paths or 0)
        end = simulation.time + 45.0
        while simulation.time < end:
            observer.see(simulation.step())
        reading = observer.read()
        paths = len(reading.time)
        after = np.bincount(simulation.vehicles().path, minlength=paths)
        before = np.pad(before, (0, paths - len(before)))
        come = reading.departed + reading.entered + reading.changed_in
        gone = reading.left + reading.arrived + reading.broken + reading.changed_out
        assert np.array_equal(come - gone, after - before)
    assert simulation.counts()["arrived"] > 20


def test_flow_is_density_times_speed(busy):
    network = chessboard().network
    for stretches in (busy[2].by_edge(network), busy[2].by_lane(network)):
        used = stretches.time > 0
        assert used.any()
        product = stretches.density[used] * stretches.speed[used]
        assert product == pytest.approx(stretches.flow[used], rel=1e-12)
        assert np.isnan(stretches.speed[~used]).all()


def test_lanes_and_edges_add_up_alike(busy):
    network = chessboard().network
    edges, lanes = busy[2].by_edge(network), busy[2].by_lane(network)
    for name in ("time", "distance", "standing", "conflicts", "carbon", "departed", "arrived"):
        by_edge = np.bincount(lanes.edge, getattr(lanes, name), minlength=len(edges.row))
        assert by_edge == pytest.approx(getattr(edges, name)), name


def test_edies_sums_are_those_of_exact_trajectories():
    """Through a light: time and metres before it, in the junction and behind it, from positions joined by lines."""
    city = roads_with_lights(1, 150.0, 150.0, [(20.0, Light.GREEN_PROTECTED), (25.0, Light.RED)])
    trips = trips_of([one_trip(city, [0, 1], 3.0 * n) for n in range(12)])
    simulation = Simulation(city, trips, threads=1)
    steps: list[tuple[Vehicles, Vehicles]] = []
    reading = watched(simulation, 120.0, lambda before, after: steps.append((before, after))).read()
    place = np.array([0, 2, 1])  # of path 0, 1 and 2 along the way: lane, lane beyond, connection between
    border = np.concatenate([[0.0], np.cumsum(reading.length[[0, 2, 1]])])
    time, metres = np.zeros(3), np.zeros(3)
    for before, after in steps:
        _, a, b = np.intersect1d(before.id, after.id, return_indices=True)
        start = border[place[before.path[a]]] + before.position[a]
        end = border[place[after.path[b]]] + after.position[b]
        for piece in range(3):
            low, high = border[piece], border[piece + 1]
            way = np.clip(end, low, high) - np.clip(start, low, high)
            inside = ((start >= low) & (start < high)).astype(float)
            metres[piece] += way.sum()
            time[piece] += DT * np.divide(way, end - start, out=inside, where=end > start).sum()
    assert simulation.counts()["arrived"] == 12
    assert reading.distance[[0, 2]] == pytest.approx(metres[:2], abs=1e-3)
    assert reading.time[[0, 2]] == pytest.approx(time[:2], abs=1e-4)
    # the last step of each trip ends off the road, so only the observer sees it
    assert 0.0 < reading.distance[1] - metres[2] < 12 * LIMIT * DT
    assert reading.time[1] - time[2] == pytest.approx(12 * DT)
    assert reading.standing[0] > 50.0


def test_a_lone_car_takes_the_length_over_its_speed():
    city = parallel_roads(1, 1000.0)
    simulation = Simulation(city, trips_of([one_trip(city, [0], 0.0)]), threads=1)
    observer = watched(simulation, 10.0)
    observer.read()
    speed = float(simulation.vehicles().speed[0])
    while simulation.time < 40.0:
        observer.see(simulation.step())
    edge = observer.read().by_edge(city.network)
    assert edge.speed[0] == pytest.approx(speed, rel=1e-3)
    assert edge.travel_time[0] == pytest.approx(1000.0 / speed, rel=1e-3)
    assert edge.flow[0] == pytest.approx(speed / 1000.0, rel=1e-3)
    assert edge.density[0] == pytest.approx(1 / 1000.0)
    assert edge.time[0] == 30.0


def test_the_record_of_a_trip_is_what_one_saw():
    city = parallel_roads(1, 600.0)
    trips = trips_of([one_trip(city, [0], 5.2, to_position=500.0)])
    simulation = Simulation(city, trips, threads=1)
    seen: list[tuple[float, float, float]] = []

    def look(before: Vehicles, after: Vehicles) -> None:
        if len(after):
            seen.append((simulation.time, float(after.position[0]), float(after.speed[0])))

    trip = watched(simulation, 120.0, look).trips()
    assert len(trip) == 1 and trip.whole[0] and trip.kind[0] == VehicleKind.CAR
    assert trip.due[0] == 5.2
    assert trip.entered[0] == seen[0][0] and trip.arrived[0] == seen[-1][0] + DT
    assert trip.depart_delay[0] == pytest.approx(trip.entered[0] - 5.2)
    assert trip.duration[0] == pytest.approx(len(seen) * DT)
    assert trip.distance[0] == pytest.approx(500.0 - seen[0][1], abs=2.0)
    own = LIMIT * trip.speed_factor[0]
    assert trip.time_loss[0] == pytest.approx(trip.duration[0] - trip.distance[0] / own, abs=0.01)
    assert trip.first_speed[0] == pytest.approx(seen[0][2])
    assert trip.waited[0] == trip.stops[0] == trip.conflicts[0] == 0
    assert np.isnan(trip.nearest[0])


def test_a_queue_at_red_is_its_cars_times_their_spacing():
    city = roads_with_lights(1, 300.0, 50.0, [(600.0, Light.RED)])
    count = 8
    simulation = Simulation(
        city, trips_of([one_trip(city, [0, 1], 2.5 * n) for n in range(count)]), threads=1
    )
    observer = watched(simulation, 120.0)
    observer.read()
    while simulation.time < 150.0:
        observer.see(simulation.step())
    edge, vehicles = observer.read().by_edge(city.network), simulation.vehicles()
    assert len(vehicles) == count and vehicles.speed.max() < 0.1
    spacing = float(np.diff(vehicles.position).mean())
    assert 4.6 + 2.0 < spacing < 4.6 + 3.7
    front = 300.0 - float(vehicles.position[-1])
    expected = front + (count - 1) * spacing + 4.6
    assert edge.farthest_back[0] == pytest.approx(expected, abs=0.05)
    assert edge.mean_back[0] == pytest.approx(expected, abs=0.05)
    assert edge.most_standing[0] == edge.mean_standing[0] == count
    assert edge.speed[0] == pytest.approx(0.0, abs=1e-3)
    trips = observer.trips()
    assert (trips.stops >= 1).all() and (trips.waited > 60).all() and np.isnan(trips.arrived).all()


def test_the_time_to_collision_is_the_gap_over_the_closing_speed():
    assert time_to_collision(20.0, 15.0, 5.0) == pytest.approx(2.0)
    assert time_to_collision(20.0, 5.0, 5.0) == time_to_collision(3.0, 5.0, 9.0) == 1e9
    assert time_to_collision(-0.2, 5.0, 0.0) == 0.0


def test_the_least_time_to_collision_is_that_of_the_vehicles_one_saw():
    """On one lane, up to a queue: from the positions and speeds after every step."""
    city = roads_with_lights(1, 300.0, 50.0, [(600.0, Light.RED)])
    kinds = [VehicleKind.CAR, VehicleKind.BUS, VehicleKind.MOTORCYCLE, VehicleKind.TRUCK] * 2
    trips = trips_of([one_trip(city, [0, 1], 3.0 * n, kind) for n, kind in enumerate(kinds)])
    simulation = Simulation(city, trips, threads=1)
    length = simulation._traffic.drivers.length
    least = np.full(len(trips), 1e9)

    def look(before: Vehicles, after: Vehicles) -> None:
        old = set(before.id.tolist())
        for i in range(len(after) - 1):
            if after.id[i] in old and after.id[i + 1] in old:
                gap = after.position[i + 1] - length[after.kind[i + 1]] - after.position[i]
                left = time_to_collision(gap, after.speed[i], after.speed[i + 1])
                least[after.id[i]] = min(least[after.id[i]], left)

    records = watched(simulation, 90.0, look).trips()
    assert (least[1:] < 20.0).all()
    assert records.nearest[records.trip > 0] == pytest.approx(least[1:], rel=1e-3)


def test_conflicts_are_counted_where_it_came_close(busy):
    records = busy[1].trips()
    close = records.nearest < CONFLICT
    assert close.any() and not close.all()
    assert np.array_equal(records.conflicts > 0, close)


def test_a_bus_at_its_stop_does_not_wait_in_a_queue():
    city = parallel_roads(1, 500.0)
    bus = one_trip(city, [0], 0.0, VehicleKind.BUS, halts=[(0, 200.0, 20.0)], line=0)
    simulation = Simulation(city, trips_of([bus]), threads=1)
    observer = watched(simulation, 120.0)
    trip, edge = observer.trips(), observer.read().by_edge(city.network)
    assert trip.halted[0] == pytest.approx(20.0, abs=DT)
    assert trip.waited[0] <= 2.0 and edge.standing[0] == trip.waited[0]
    own = min(LIMIT * trip.speed_factor[0], 22.3)
    free = trip.distance[0] / own
    assert trip.time_loss[0] == pytest.approx(trip.duration[0] - trip.halted[0] - free, abs=0.02)


def test_who_drives_on_batteries_is_a_share_by_the_seed():
    city = chessboard()
    trips = busy_trips()

    def electric(share: float, seed: int) -> np.ndarray:
        simulation = Simulation(city, trips, seed=seed, threads=1)
        observer = Observer(simulation, electric=share)
        while simulation.time < 60.0:
            observer.see(simulation.step())
        records = observer.trips()
        bikes = records.kind == VehicleKind.E_BIKE
        assert records.electric[bikes].all() and bikes.any()
        assert (records.carbon[records.electric] == 0).all()
        assert (records.drawn[~records.electric] == 0).all()
        out = np.zeros(len(trips), bool)
        out[records.trip[~bikes]] = records.electric[~bikes]
        return out

    assert electric(0.0, 1).sum() == 0
    half = electric(0.5, 1)
    assert 0.35 < half.sum() / max(electric(1.0, 1).sum(), 1) < 0.65
    assert np.array_equal(half, electric(0.5, 1))
    assert not np.array_equal(half, electric(0.5, 2))


def test_a_value_that_is_no_number_does_not_spread():
    simulation = Simulation(chessboard(), busy_trips(), seed=1, threads=1)
    observer = watched(simulation, 60.0)
    simulation._traffic.cars.speed[3] = np.nan
    while simulation.time < 90.0:
        observer.see(simulation.step())
    assert simulation.counts()["broken"] == 1
    reading, trips = observer.read(), observer.trips()
    assert reading.broken.sum() == 1
    assert all(np.isfinite(getattr(reading, name)).all() for name in IntervalReading.columns())
    for name in ("distance", "time_loss", "waited", "carbon", "drawn", "recovered"):
        assert np.isfinite(getattr(trips, name)).all(), name


def test_a_trip_that_a_command_adds_is_recorded_too():
    city, trips = chessboard(), busy_trips()
    simulation = Simulation(city, trips, seed=1, threads=1)
    observer = watched(simulation, 30.0)
    far = int(city.network.edges.first_lane[-1])
    observer.see(simulation.step([AddTrip(0, 20.0, far, 50.0)]))
    while simulation.time < 200.0:
        observer.see(simulation.step())
    records = observer.trips()
    added = records.trip == len(trips)
    assert added.sum() == 1 and records.distance[added] > 100.0


def test_those_under_way_at_the_beginning_are_told_apart():
    simulation = Simulation(chessboard(), busy_trips(), seed=1, start=100.0, threads=1)
    there = simulation.vehicles().id
    observer = watched(simulation, 20.0)
    records = observer.trips()
    known = np.isin(records.trip, there)
    assert known.sum() == len(there) > 20
    assert not records.whole[known].any() and records.whole[~known].all()
    assert (records.entered[known] == 100.0).all() and (records.depart_delay[known] == 0).all()


def test_a_second_day_begins_a_trip_anew():
    """The record is of the last run of a trip that is driven every day."""
    city = ring(400.0, 4)
    trips = trips_of([one_trip(city, [0, 1, 2], 86_390.0, from_position=20.0, to_position=50.0)])
    simulation = Simulation(city, trips, start=86_380.0, threads=1)
    observer = watched(simulation, 80.0)
    first = observer.trips()
    assert first.distance[0] > 150.0 and np.isfinite(first.arrived[0])
    simulation.time += 86_300.0
    while not np.isfinite(observer.trips().arrived[0]) or observer.trips().arrived[0] == first.arrived[0]:
        observer.see(simulation.step())
    assert observer.trips().distance[0] == pytest.approx(first.distance[0], abs=3.0)
