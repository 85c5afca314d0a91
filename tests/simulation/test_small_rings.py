"""Roundabouts of a few metres let everybody through: none waits for ever to come on, none stands on the ring."""

import pytest

from cosmopolis.city.model import City
from cosmopolis.city.words import StreetKind
from cosmopolis.simulation import Simulation
from tests.network.towns import CROSS, edge_pairs, small_ring, street, town
from tests.simulation.drawings import one_trip, run_out, streets_of
from tests.simulation.roads import trips_of

ARMS = 4


def routes(city: City) -> list[list[int]]:
    """The shortest way over the ring from every arm to every other."""
    edges, following = city.network.edges, sorted(edge_pairs(city.network))
    arms = [e for e, name in enumerate(edges.name) if name.startswith("Arm")]
    towards = [e for e in arms if edges.key[e].endswith("#0")]
    away = {e for e in arms if edges.key[e].endswith("#0-")}
    out = []
    for start in towards:
        ways = {start: [start]}
        ahead = [start]
        for here in ahead:
            for a, b in following:
                if a == here and b not in ways and (edges.roundabout[b] or b in away):
                    ways[b] = [*ways[here], b]
                    ahead += [] if b in away else [b]
        out += [ways[e] for e in away if e in ways and e != edges.twin[start]]
    return out


def crosses(**more: str) -> City:
    arms = [street(f"{a} c", StreetKind.RESIDENTIAL, name=f"Arm {a}") for a in "wesn"]
    return streets_of(town(CROSS, *arms, **more))


def everybody_arrives(city: City) -> bool:
    """Two cars a minute and pair of arms for three minutes, which fill a single ring to about two thirds."""
    ways = routes(city)
    assert len(ways) == ARMS * (ARMS - 1)
    count = 6
    trips = [
        one_trip(city, way, 30.0 * k + 2.3 * i, from_position=10.0)
        for k in range(count)
        for i, way in enumerate(ways)
    ]
    simulation = Simulation(city, trips_of(sorted(trips, key=lambda t: t["depart"])), threads=1)
    simulation.run(30.0 * count)
    return run_out(simulation, at_most=600.0) and simulation.counts()["arrived"] == len(trips)


@pytest.mark.parametrize("radius", [5.0, 9.2, 12.0, 15.0])
@pytest.mark.parametrize("places", [4, 2])
def test_a_small_ring_lets_everybody_through(radius: float, places: int) -> None:
    assert everybody_arrives(streets_of(small_ring(radius, ARMS, 2, corners=16, places=places)))


def test_a_mini_roundabout_lets_everybody_through() -> None:
    assert everybody_arrives(crosses(mini_roundabouts="c"))


def test_the_last_piece_of_an_open_ring_is_no_full_ring() -> None:
    """It is shorter than what a ring keeps free; but nobody is on it, and it leads off what is no circle."""
    nodes = {
        "b": (-60, -40),
        "c": (0, 0),
        "d": (30, 0),
        "w": (-150, 60),
        "e": (180, 0),
        "m": (30, -150),
        "n": (-60, -150),
    }
    city = streets_of(
        town(
            nodes,
            street("b c d", StreetKind.TERTIARY, backward_lanes=0, roundabout=True),
            street("w c", StreetKind.TERTIARY, name="In"),
            street("d e", StreetKind.TERTIARY, name="Out"),
            street("d m", StreetKind.TERTIARY, name="South"),
            street("n b", StreetKind.TERTIARY, name="North"),
            street("m n w", StreetKind.RESIDENTIAL, name="Back"),
        )
    )
    keys = list(city.network.edges.key)
    way = [keys.index(key) for key in ("w c#0", "b c d#1", "d e#0")]
    assert city.network.lanes.length[city.network.edges.first_lane[way[1]]] < 20.0
    simulation = Simulation(city, trips_of([one_trip(city, way, 0.0, from_position=10.0)]), threads=1)
    assert run_out(simulation, at_most=120.0) and simulation.counts()["arrived"] == 1
