"""Driving and re-routing come to rest: the gap falls, and all are better off than on the shortest way."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet as pq
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import Mode
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.routing import route
from cosmopolis.demand.trips import Trips
from cosmopolis.planning.equilibrium import Equilibrium, equilibrium
from cosmopolis.planning.equilibrium_store import plot, write
from tests.simulation.drawings import chessboard, one_trip
from tests.simulation.roads import trips_of

MINUTES = {"begin": 0.0, "end": 900.0, "seed": 1}


def across(count: int, seconds: float) -> Trips:
    """Trips from the south-west of a chessboard to its north-east, everybody by the shortest way."""
    network = (city := chessboard(4, 1)).network
    begin, end = (network.junctions.xy[e] for e in (network.edges.from_junction, network.edges.to_junction))
    west = np.flatnonzero((begin[:, 0] < 10) & (end[:, 0] > 10) & (begin[:, 1] < 200))
    east = np.flatnonzero((end[:, 0] > 440) & (begin[:, 0] < 440) & (end[:, 1] > 200))
    rng = np.random.default_rng(3)
    origin, goal = rng.choice(west, count), rng.choice(east, count)
    routes = route(RoadGraph.of(network, Mode.CAR), origin, goal, spread=0.0)
    depart = rng.uniform(0, seconds, count).tolist()
    return trips_of([one_trip(city, routes[row].tolist(), depart[row]) for row in range(count)])


@pytest.fixture(scope="module")
def found() -> Equilibrium:
    return equilibrium(chessboard(4, 1), across(200, 900.0), iterations=6, gap=0.0, **MINUTES)


def test_the_gap_falls_and_trips_are_quicker_than_by_the_shortest_way(found):
    assert found.gap[0] > 0.15
    assert found.gap.min() < 0.4 * found.gap[0]
    assert found.duration[found.gap.argmin()] < 0.9 * found.duration[0]
    assert found.changed[0] > 0 and found.changed[-1] == 0


def test_nobody_begins_or_ends_elsewhere_and_routes_hang_together(found):
    before, after = across(200, 900.0), found.trips
    assert np.array_equal(before.depart, after.depart)
    for trips in (before, after):
        assert (np.diff(trips.route_start) > 0).all()
    for place in (lambda t: t.route[t.route_start[:-1]], lambda t: t.route[t.route_start[1:] - 1]):
        assert np.array_equal(place(before), place(after))
    from cosmopolis.simulation import Simulation

    assert Simulation(chessboard(4, 1), after, threads=1).counts()["unroutable"] == 0


def test_an_empty_city_is_in_equilibrium_at_once():
    found = equilibrium(chessboard(4, 1), across(3, 900.0), iterations=5, gap=0.2, **MINUTES)
    assert len(found.gap) == 1 and found.gap[0] <= 0.2


def test_what_is_written_can_be_read(found, tmp_path: Path):
    out = tmp_path / "morning.due"
    write(found, out, city="chessboard", seed=1)
    facts = json.loads((out / "equilibrium.json").read_text())
    assert facts["city"] == "chessboard" and len(facts["gap"]) == len(found.gap)
    table = pq.read_table(out / "trips.parquet")
    assert table["route"][7].as_py() == found.trips.route[slice(*found.trips.route_start[7:9])].tolist()
    write(found, out)  # an older one is replaced
    (out / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match="holds other files"):
        write(found, out)


def test_the_plot_is_a_drawing_with_a_point_an_iteration():
    for gap in ([0.5, 0.2, 0.03], [0.1], [0.0, 0.0]):
        drawing = ElementTree.fromstring(plot(np.array(gap)))
        assert len(drawing.findall("{http://www.w3.org/2000/svg}circle")) == len(gap)
