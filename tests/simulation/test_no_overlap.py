"""No vehicle stands where another does: on a lane, on a connection, or across the end of either."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosmopolis.city.raw import RawCity
from cosmopolis.city.words import StreetKind, VehicleKind
from cosmopolis.demand.trips import concatenate, sorted_by_departure
from cosmopolis.simulation import Simulation
from tests.network.towns import street, town
from tests.simulation.drawings import bus_runs, chessboard, one_trip, parallel_roads, streets_of
from tests.simulation.path_occupancy import PathOccupancy
from tests.simulation.roads import random_trips, trips_of

FEW = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@FEW
@given(
    n=st.sampled_from([2, 3]),
    lanes=st.sampled_from([1, 2, 3]),
    block=st.sampled_from([70.0, 110.0, 200.0]),
    signals=st.booleans(),
    count=st.integers(50, 400),
    seed=st.integers(0, 2**31),
)
def test_on_random_grids_nobody_overlaps_anybody(
    n: int, lanes: int, block: float, signals: bool, count: int, seed: int
) -> None:
    city = chessboard(n, lanes, block=block, signals=signals)
    trips = random_trips(city, count, seconds=100.0, seed=seed, mixed=True)
    trips = sorted_by_departure(concatenate([trips, bus_runs(city, trips, 6)]))
    simulation = Simulation(city, trips, seed=seed % 97, threads=1)
    ground = PathOccupancy(simulation)
    while simulation.time < 220.0:
        simulation.step()
        assert ground.overlaps() == [], f"at {simulation.time} s"
    assert simulation.counts()["departed"] > 20


@st.composite
def mixed_towns(draw: st.DrawFn) -> RawCity:
    """A roundabout whose arms go on: each to its end, to a T, or over a crossing with or without lights.

    One or two lanes, on all streets or some; speeds, radius and the number of arms vary.
    """
    arms, radius = draw(st.sampled_from([3, 4])), draw(st.sampled_from([14.0, 18.0, 26.0]))
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    nodes = {f"r{i}": (radius * np.cos(a), radius * np.sin(a)) for i, a in enumerate(angle)}
    ring = " ".join(f"r{i}" for i in [*range(16), 0])
    streets = [street(ring, StreetKind.TERTIARY, backward_lanes=0, roundabout=True)]
    signals = []
    for k in range(arms):
        at = k * (16 // arms)
        along = np.array([np.cos(angle[at]), np.sin(angle[at])])
        across = np.array([-along[1], along[0]])
        lanes = draw(st.sampled_from([1, 2]))
        each = {
            "forward_lanes": lanes,
            "backward_lanes": lanes,
            "speed": draw(st.sampled_from([30, 50, 70])) / 3.6,
        }
        nodes |= {f"a{k}": tuple(130.0 * along), f"b{k}": tuple(260.0 * along)}
        kind = draw(st.sampled_from(["end", "t", "crossing", "lights"]))
        streets.append(street(f"r{at} a{k} b{k}", StreetKind.SECONDARY, **each))
        if kind != "end":
            nodes[f"l{k}"] = tuple(130.0 * along + 110.0 * across)
            side = f"a{k} l{k}"
            if kind != "t":
                nodes[f"m{k}"] = tuple(130.0 * along - 110.0 * across)
                side = f"m{k} {side}"
            streets.append(
                street(side, draw(st.sampled_from([StreetKind.SECONDARY, StreetKind.RESIDENTIAL])))
            )
        if kind == "lights":
            signals.append(f"a{k}")
    return town(nodes, *streets, signals=" ".join(signals))


@FEW
@given(raw=mixed_towns(), count=st.integers(60, 350), seed=st.integers(0, 2**31))
def test_in_random_towns_with_roundabouts_nobody_overlaps_anybody(
    raw: RawCity, count: int, seed: int
) -> None:
    """All kinds of vehicles on one and two lanes: roundabouts, T's, priority crossings, lights."""
    city = streets_of(raw)
    trips = random_trips(city, count, seconds=120.0, seed=seed, mixed=True)
    trips = sorted_by_departure(concatenate([trips, bus_runs(city, trips, 4)]))
    simulation = Simulation(city, trips, seed=seed % 97, threads=1)
    ground, kinds = PathOccupancy(simulation), set()
    while simulation.time < 240.0:
        simulation.step()
        assert ground.overlaps() == [], f"at {simulation.time} s"
        kinds |= set(simulation.vehicles().kind.tolist())
    assert simulation.counts()["departed"] > 20
    assert len(kinds) >= 5


def test_vehicles_lie_in_the_order_of_paths_and_positions() -> None:
    """Contiguous by path, rearmost first: what clients and the kernels both rely on."""
    city = chessboard()
    simulation = Simulation(city, random_trips(city, 250, seconds=60.0, mixed=True), threads=1)
    while simulation.time < 90.0:
        simulation.step()
        vehicles = simulation.vehicles()
        same = vehicles.path[1:] == vehicles.path[:-1]
        assert (np.diff(vehicles.position)[same] > 0).all()
        assert np.count_nonzero(~same) + 1 == len(np.unique(vehicles.path)) or len(vehicles.path) == 0


def test_an_insertion_waits_for_a_gap() -> None:
    """Everyone wants to pull out at the same spot at once; they come one after the other, apart."""
    city = parallel_roads(1, 400.0)
    kinds = [VehicleKind.CAR, VehicleKind.ARTICULATED_BUS, VehicleKind.E_BIKE, VehicleKind.TRUCK] * 5
    trips = trips_of([one_trip(city, [0], 0.0, kind, from_position=150.0) for kind in kinds])
    simulation = Simulation(city, trips, threads=1)
    ground = PathOccupancy(simulation)
    most = 0
    while simulation.time < 150.0:
        before = simulation.counts()["departed"]
        simulation.step()
        most = max(most, simulation.counts()["departed"] - before)
        assert ground.overlaps() == []
    assert most == 1 and simulation.counts()["departed"] == len(kinds)
