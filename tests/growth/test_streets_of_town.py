"""The street network as a traffic engineer and a geographer would look at it."""

import itertools
from collections import Counter

import numpy as np
import pytest
import shapely

from cosmopolis.city.words import StreetKind, Turn
from tests.growth.picture import arms, line_of, public_streets


@pytest.fixture(scope="module")
def graph(town):
    return arms(town)


@pytest.fixture(scope="module")
def degrees(graph):
    return {node: len(near) for node, near in graph.items() if len(near) != 2}


def test_degree_dead_ends_and_crossings_are_those_of_towns(degrees):
    """Ranges of Boeing's study of the world's street networks, see ORACLES "Streets"."""
    count = Counter(degrees.values())
    total = len(degrees)
    assert 2.7 <= sum(degrees.values()) / total <= 3.4
    assert 0.10 <= count[4] / total <= 0.55
    assert 0.05 <= count[1] / total <= 0.25


def test_circuity(town):
    """Length along streets over length as the crow flies, of named public streets between junctions."""
    lines = [line_of(town, s) for s in public_streets(town) if s.name]
    ends = [shapely.LineString([line.coords[0], line.coords[-1]]) for line in lines]
    straight = sum(line.length for line in ends if line.length > 0)
    assert 1.0 <= sum(line.length for line in lines) / straight <= 1.10


def test_it_is_not_a_chessboard(town):
    """Orientation entropy (Boeing 2019) over 36 bins of 10 degrees: a grid has 1.39, no order at all 3.58."""
    step = np.vstack([np.diff(town.node_xy[s.nodes], axis=0) for s in public_streets(town)])
    angle = np.degrees(np.arctan2(step[:, 1], step[:, 0]))
    both = np.concatenate([angle, angle + 180]) + 5
    length = np.tile(np.hypot(*step.T), 2)
    share = np.histogram(both % 360, bins=36, range=(0, 360), weights=length)[0]
    share = share / share.sum()
    assert 2.4 < -(share[share > 0] * np.log(share[share > 0])).sum() < 3.35


def test_streets_meet_at_no_sharp_angle(town, graph):
    for node, near in graph.items():
        if len(near) < 3 or any(s.kind <= StreetKind.MOTORWAY_LINK for _, s in near):
            continue  # ramps leave a motorway at a small angle
        out = town.node_xy[[other for other, _ in near]] - town.node_xy[node]
        angle = np.sort(np.arctan2(out[:, 1], out[:, 0]))
        gap = np.degrees(np.diff(np.append(angle, angle[0] + 2 * np.pi)).min())
        assert gap > 25, (node, town.node_xy[node])


def test_junctions_keep_their_distance(town, degrees, graph):
    """But for the entries of a roundabout and the ends of a motorway's ramps."""
    nodes = [
        node
        for node, degree in degrees.items()
        if degree >= 3 and not any(s.roundabout or s.kind <= StreetKind.MOTORWAY_LINK for _, s in graph[node])
    ]
    points = shapely.points(town.node_xy[nodes])
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=29.0)
    near = sum(pairs[0] < pairs[1])
    assert near == 0


def test_streets_cross_only_at_nodes_or_on_bridges(town):
    streets = public_streets(town)
    lines = [line_of(town, s) for s in streets]
    pairs = shapely.STRtree(lines).query(lines, predicate="crosses")
    for i, j in pairs[:, pairs[0] < pairs[1]].T.tolist():
        one, two = streets[i], streets[j]
        shared = set(one.nodes.tolist()) & set(two.nodes.tolist())
        assert shared or one.layer != two.layer, (one.key, two.key)


def test_streets_over_water_are_bridges(town):
    water = shapely.union_all([a.polygon for a in town.areas if a.name.endswith(("River", "Canal"))])
    wet = [s for s in public_streets(town) if line_of(town, s).intersection(water).length > 3]
    assert len(wet) >= 10
    assert all(s.bridge and s.layer == 1 for s in wet)


def test_signals_stand_where_main_streets_meet(town, graph):
    assert 40 <= len(town.signals) <= 140
    for node in town.signals:
        assert len(graph[node]) >= 3
        assert min(s.kind for _, s in graph[node]) <= StreetKind.SECONDARY


def test_marked_lanes_fit_their_streets(town):
    marked = [s for s in town.streets if s.forward_turns or s.backward_turns]
    assert len(marked) > 100
    for s in marked:
        assert not s.forward_turns or len(s.forward_turns) == s.forward_lanes
        assert not s.backward_turns or len(s.backward_turns) == s.backward_lanes
    assert any(s.forward_turns and s.forward_turns[0] == Turn.LEFT for s in marked)


def test_there_are_all_kinds_of_streets(town):
    length: Counter[StreetKind] = Counter()
    for s in town.streets:
        length[s.kind] += line_of(town, s).length
    for kind in (StreetKind.MOTORWAY, StreetKind.TRUNK, StreetKind.PRIMARY, StreetKind.SECONDARY, StreetKind.TERTIARY,
                 StreetKind.RESIDENTIAL, StreetKind.LIVING_STREET, StreetKind.SERVICE, StreetKind.FOOTWAY):  # fmt: skip
        assert length[kind] > 2_000, kind
    assert any(s.roundabout for s in town.streets)
    assert any(s.kind == StreetKind.RESIDENTIAL and s.backward_lanes == 0 for s in town.streets)


def test_streets_lead_out_of_town(town, degrees):
    _west, _south, east, north = town.bounds
    ends = town.node_xy[[node for node, degree in degrees.items() if degree == 1]]
    at_edge = (np.abs(np.abs(ends) - [east, north]) < 2).any(axis=1)
    assert 8 <= at_edge.sum() <= 16


def test_one_can_drive_from_everywhere_to_everywhere(town):
    ahead: dict[int, set[int]] = {}
    back: dict[int, set[int]] = {}
    for s in public_streets(town):
        nodes = s.nodes.tolist()
        for a, b in itertools.pairwise(nodes):
            for x, y, lanes in ((a, b, s.forward_lanes), (b, a, s.backward_lanes)):
                if lanes:
                    ahead.setdefault(x, set()).add(y)
                    back.setdefault(y, set()).add(x)
    start = next(iter(town.signals))
    everywhere = set(ahead) | set(back)
    assert _reached(ahead, start) == everywhere == _reached(back, start)


def _reached(steps, start):
    seen, todo = {start}, [start]
    while todo:
        for other in steps.get(todo.pop(), ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen
