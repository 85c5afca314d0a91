"""The same city, trips, seed and commands give the same bytes: on one thread, on two, and after a restore."""

from __future__ import annotations

import numpy as np
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips, take
from cosmopolis.kernels import crew
from cosmopolis.simulation import AddTrip, CloseLane, OpenLane, SetSpeedLimit, Simulation
from cosmopolis.simulation.traffic import network as roads_of
from cosmopolis.validation.places import random_trips
from tests.simulation.drawings import busy_trips, chessboard

MINUTES = 240.0  # s of a run


@pytest.fixture(scope="module")
def city() -> City:
    return chessboard()


@pytest.fixture(scope="module")
def trips() -> Trips:
    return busy_trips()


@pytest.fixture(scope="module")
def finished(city: City, trips: Trips) -> Simulation:
    """An uninterrupted run of seed 1 on one thread."""
    simulation = Simulation(city, trips, seed=1, threads=1)
    simulation.run(MINUTES)
    return simulation


def test_the_run_has_crossings_lane_changes_and_buses_at_stops(city: City, trips: Trips) -> None:
    """Or the other tests here would say little."""
    simulation = Simulation(city, trips, seed=1, threads=1)
    lanes = city.network.lanes
    crossed, changed, last = 0, 0, np.full(len(trips), -1)
    while simulation.time < MINUTES:
        simulation.step()
        vehicles = simulation.vehicles()
        before, now = last[vehicles.id], vehicles.path
        crossed += int(np.count_nonzero((before >= len(lanes)) & (now < len(lanes))))
        both = (before >= 0) & (before < len(lanes)) & (now < len(lanes)) & (before != now)
        changed += int(np.count_nonzero(lanes.edge[before[both]] == lanes.edge[now[both]]))
        last[:] = -1
        last[vehicles.id] = vehicles.path
    counts = simulation.counts()
    assert crossed > 300 and changed > 50
    assert counts["halted"] > 10 and counts["arrived"] > 30


def test_the_same_seed_gives_the_same_bytes_twice(city: City, trips: Trips, finished: Simulation) -> None:
    again = Simulation(city, trips, seed=1, threads=1)
    again.run(MINUTES)
    assert again.digest() == finished.digest()
    assert again.snapshot() == finished.snapshot()


def test_one_thread_and_two_give_the_same_bytes_at_every_look(city: City, trips: Trips) -> None:
    one, two = (Simulation(city, trips, seed=1, threads=threads) for threads in (1, 2))
    while one.time < MINUTES:
        one.run(30.0)
        two.run(30.0)
        assert one.digest() == two.digest(), f"they part before {one.time:.0f} s"


def test_another_seed_differs(city: City, trips: Trips, finished: Simulation) -> None:
    other = Simulation(city, trips, seed=2, threads=1)
    other.run(MINUTES)
    assert other.digest() != finished.digest()
    assert not np.array_equal(other.vehicles().position, finished.vehicles().position)


def test_the_digest_sees_a_single_step(city: City, trips: Trips) -> None:
    simulation = Simulation(city, trips, threads=1)
    seen = {simulation.digest()}
    for _ in range(20):
        simulation.step()
        seen.add(simulation.digest())
    assert len(seen) == 21


@pytest.mark.parametrize("middle", [0.0, 61.5, 150.0])
def test_a_restored_run_goes_on_as_the_uninterrupted_one(
    city: City, trips: Trips, finished: Simulation, middle: float
) -> None:
    first = Simulation(city, trips, seed=1, threads=1)
    first.run(middle)
    restored = Simulation.restore(city, trips, first.snapshot(), threads=2)
    assert restored.digest() == first.digest()
    assert restored.time == first.time and restored.counts() == first.counts()
    restored.run(MINUTES - middle)
    assert restored.digest() == finished.digest()


def test_a_snapshot_does_not_disturb_the_run(city: City, trips: Trips, finished: Simulation) -> None:
    simulation = Simulation(city, trips, seed=1, threads=1)
    while simulation.time < MINUTES:
        simulation.run(40.0)
        simulation.snapshot()
    assert simulation.digest() == finished.digest()


def test_commands_are_part_of_what_is_restored(city: City, trips: Trips) -> None:
    """A closed lane, a limit and an added trip live on in the snapshot, and its vehicle's route with it."""
    lane = int(city.network.edges.first_lane[4])
    far = int(city.network.edges.first_lane[-1])
    simulation = Simulation(city, trips, seed=1, threads=1)
    simulation.run(60.0)
    simulation.step([CloseLane(lane), SetSpeedLimit(7, 6.0), AddTrip(0, 20.0, far, 50.0)])
    simulation.run(60.0)
    restored = Simulation.restore(city, trips, simulation.snapshot(), threads=1)
    for run in (simulation, restored):
        run.run(30.0)
        run.step([OpenLane(lane), AddTrip(far, 20.0, 0, 90.0)])
        run.run(60.0)
    assert restored.digest() == simulation.digest()


def test_a_warm_start_too_is_the_same_on_one_thread_and_two(city: City, trips: Trips) -> None:
    one, two = (Simulation(city, trips, seed=1, start=100.0, threads=threads) for threads in (1, 2))
    assert one.counts()["vehicles"] > 20
    assert one.digest() == two.digest()
    one.run(60.0)
    two.run(60.0)
    assert one.digest() == two.digest()


def test_those_who_turn_away_from_a_jam_do_so_alike_on_one_thread_and_two() -> None:
    """They look at the room beyond the junction, on paths that another thread may be at work on."""
    city = chessboard(6, 1)
    trips = random_trips(city, 3_000, seconds=300.0, seed=3)
    one, two = (Simulation(city, trips, seed=1, threads=threads) for threads in (1, 2))
    while one.time < 900.0:
        one.run(60.0)
        two.run(60.0)
        assert one.digest() == two.digest(), f"they part before {one.time:.0f} s"
    assert one.counts()["strayed"] > 50


def test_a_city_of_any_size_has_no_more_chunks_than_a_ticket_can_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    city = chessboard(6, 2)
    usual = roads_of.flatten(city.network).chunks
    monkeypatch.setattr(roads_of, "MOST_CHUNKS", usual - 1)
    fewer = roads_of.flatten(city.network)
    assert 1 <= fewer.chunks < usual
    assert fewer.chunk[0] == 0 and fewer.chunk[-1] == fewer.paths
    assert crew.END >= roads_of.MOST_CHUNKS


DAMAGE = {
    "other bytes": lambda data: b"no snapshot at all",
    "nothing": lambda data: b"",
    "half of it": lambda data: data[: len(data) // 2],
    "last byte missing": lambda data: data[:-1],
    "a hole near the beginning": lambda data: data[:200] + bytes(100) + data[300:],
    "a hole near the end": lambda data: data[:-5000] + bytes(100) + data[-4900:],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_snapshot_is_one_clear_error(
    city: City, trips: Trips, finished: Simulation, damage: str
) -> None:
    with pytest.raises(BadInput, match="snapshot is damaged"):
        Simulation.restore(city, trips, DAMAGE[damage](finished.snapshot()))


def test_a_snapshot_of_other_trips_or_another_city_is_refused(
    city: City, trips: Trips, finished: Simulation
) -> None:
    data = finished.snapshot()
    with pytest.raises(BadInput, match="snapshot is of"):
        Simulation.restore(city, take(trips, np.arange(len(trips) - 1)), data)
    with pytest.raises(BadInput, match="snapshot is of"):
        Simulation.restore(city.with_version("another"), trips, data)
