"""What a street's lanes are each way, in the network made of it: a street between two side streets, and a way round."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosmopolis.city.model import Network
from cosmopolis.city.network.checks import check
from cosmopolis.city.words import Mode, Provenance
from tests.network.towns import network_of
from tests.sources.maps import LONDON, SHANGHAI, Map

BUSES = Mode.BUS | Mode.TAXI | Mode.EMERGENCY
BICYCLES = Mode.BICYCLE


def network_with(folder: Path, centre: tuple[float, float] = SHANGHAI, **tags: str) -> Network:
    """Way 11 has the tags; it lies on a main street between two side streets, and a road leads round."""
    town = Map(centre)
    for id, xy in {1: (-300, 0), 2: (-100, 0), 3: (100, 0), 4: (300, 0), 5: (-100, 150), 6: (-100, -150),
                   7: (100, 150), 8: (100, -150), 20: (-300, 260), 21: (300, 260)}.items():  # fmt: skip
        town.node(id, *xy)
    main: dict[str, Any] = {"highway": "secondary", "lanes": "2", "name": "Main Street"}
    town.way(10, [1, 2], **main).way(12, [3, 4], **main)
    town.way(11, [2, 3], **({"highway": "secondary", "name": "Middle"} | tags))
    for id, nodes in {13: [5, 2, 6], 14: [7, 3, 8], 15: [5, 7], 16: [6, 8]}.items():
        town.way(id, nodes, highway="residential", name=f"Side {id}")
    town.way(17, [4, 21, 20, 1], highway="tertiary", name="Back Road")
    return network_of(town.read(folder))


def middle(network: Network) -> tuple[int, int]:
    """(forward, backward) edge of way 11, -1 without."""
    keys = list(network.edges.key)
    ahead, back = (
        next((keys.index(k) for k in keys if k == key), -1) for key in ("osm:way/11#0", "osm:way/11#0-")
    )
    return ahead, back


def lanes(network: Network, edge: int) -> list[Mode]:
    """Modes of an edge's lanes, the kerb side first."""
    return [Mode(int(m)) for m in network.lanes.modes[network.lanes.edge == edge]]


def offsets(network: Network, edge: int, other: int) -> float:
    """Metres between the middles of two carriageways."""
    a, b = network.edges.line[edge], network.edges.line[other][::-1]
    return float(np.hypot(*(a.mean(axis=0) - b.mean(axis=0))[:2]))


def joined(network: Network, edge: int, mode: Mode) -> tuple[int, int]:
    """How many lanes lead somebody of this mode into an edge, and out of it."""
    of, modes, c = network.lanes.edge, network.lanes.modes, network.connections
    usable = (modes[c.from_lane] & modes[c.to_lane] & int(mode)) > 0
    return int((usable & (of[c.to_lane] == edge)).sum()), int((usable & (of[c.from_lane] == edge)).sum())


@pytest.mark.parametrize("centre", [SHANGHAI, LONDON])
def test_a_bus_lane_against_the_traffic(tmp_path: Path, centre: tuple[float, float]) -> None:
    counts = {"lanes": "2", "lanes__forward": "1", "lanes__backward": "1"}
    network = network_with(tmp_path, centre, oneway="yes", oneway__psv="no", **counts)
    ahead, back = middle(network)
    assert [bool(m & Mode.CAR) for m in lanes(network, ahead)] == [True]
    assert lanes(network, back) == [BUSES]
    assert min(joined(network, back, Mode.BUS)) >= 3
    assert joined(network, back, Mode.CAR) == (0, 0)
    assert check(network) == []


def test_no_lane_of_cars_is_given_up_to_a_bus_lane(tmp_path: Path) -> None:
    """Cars that come to the end of the one-way street find all their lanes leading left, right or on."""
    network = network_with(tmp_path, oneway="yes", oneway__psv="no", lanes="2")
    of, modes, c = network.lanes.edge, network.lanes.modes, network.connections
    cars = np.flatnonzero(modes & int(Mode.CAR))
    goes_on = np.zeros(len(modes), dtype=bool)
    goes_on[c.from_lane[(modes[c.to_lane] & int(Mode.CAR)) > 0]] = True
    assert goes_on[cars].all()
    assert (network.edges.component[of[cars]] == 0).all()


@pytest.mark.parametrize("centre", [SHANGHAI, LONDON])
@pytest.mark.parametrize("tags", [{"oneway__bicycle": "no"}, {"cycleway": "opposite_lane"}])
def test_bicycles_may_go_back(tmp_path: Path, centre: tuple[float, float], tags: dict[str, str]) -> None:
    network = network_with(tmp_path, centre, highway="residential", oneway="yes", lanes="1", **tags)
    ahead, back = middle(network)
    assert lanes(network, back) == [BICYCLES]
    entered, left = joined(network, back, BICYCLES)
    assert entered >= 3 and left >= 3
    assert network.edges.twin[ahead] == back
    width = network.lanes.width[network.lanes.edge == back]
    assert width[0] == (2.0 if "cycleway" in tags else 1.5)
    # Beside the lane of the cars, not on it: their middles are half of both widths apart.
    assert offsets(network, ahead, back) == pytest.approx((3.0 + width[0]) / 2, abs=0.05)
    assert check(network) == []


def test_speed_each_way(tmp_path: Path) -> None:
    network = network_with(tmp_path, lanes="2", maxspeed__forward="50", maxspeed__backward="30")
    ahead, back = middle(network)
    np.testing.assert_allclose(network.edges.speed[[ahead, back]] * 3.6, [50, 30], rtol=1e-6)
    for edge, limit in ((ahead, 50), (back, 30)):
        np.testing.assert_allclose(network.lanes.speed[network.lanes.edge == edge] * 3.6, limit, rtol=1e-6)


def test_speed_lane_by_lane(tmp_path: Path) -> None:
    network = network_with(tmp_path, oneway="yes", lanes="3", maxspeed__lanes="80|80|60")
    ahead, _ = middle(network)
    kerb_first = network.lanes.speed[network.lanes.edge == ahead] * 3.6
    np.testing.assert_allclose(kerb_first, [60, 80, 80], rtol=1e-6)
    assert network.edges.speed[ahead] * 3.6 == pytest.approx(80)


@pytest.mark.parametrize(
    "tags",
    [
        {"bicycle": "no"},
        {"motorroad": "yes"},
        {"access": "no", "bus": "yes", "psv": "yes"},
        {"vehicle": "no", "bus": "yes"},
    ],
)
def test_bicycles_keep_to_the_kerb_only_where_they_may_ride(tmp_path: Path, tags: dict[str, str]) -> None:
    network = network_with(tmp_path, lanes="2", oneway="no", **tags)
    for edge in middle(network):
        assert not any(m & BICYCLES for m in lanes(network, edge))
    other = [bool(m & BICYCLES) for m in lanes(network, list(network.edges.key).index("osm:way/10#0"))]
    assert other == [True]


def test_one_lane_for_both_ways(tmp_path: Path) -> None:
    network = network_with(tmp_path, highway="unclassified", lanes="1", width="3.5")
    ahead, back = middle(network)
    both = np.isin(network.lanes.edge, [ahead, back])
    assert network.lanes.width[both].sum() == pytest.approx(3.5)
    assert network.edges.lanes_provenance[[ahead, back]].tolist() == [Provenance.MODELLED] * 2
    assert network.edges.provenance[[ahead, back]].tolist() == [Provenance.MEASURED] * 2


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ({"bus__lanes": "|designated|"}, [False, True, False]),
        ({"lanes": "3", "busway__left": "lane"}, [False, False, True]),
        ({"lanes": "3", "busway__right": "lane"}, [True, False, False]),
        ({"psv__lanes": "||designated"}, [True, False, False]),
    ],
)
def test_bus_lanes_are_where_they_are(tmp_path: Path, tags: dict[str, str], wanted: list[bool]) -> None:
    network = network_with(tmp_path, oneway="yes", **tags)
    ahead, _ = middle(network)
    found = lanes(network, ahead)
    assert [m == BUSES for m in found] == wanted
    assert [bool(m & Mode.CAR) for m in found] == [not bus for bus in wanted]
    assert min(joined(network, ahead, Mode.CAR)) >= 3
    assert check(network) == []
