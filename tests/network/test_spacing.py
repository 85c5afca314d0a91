"""Carriageways drawn too close together are squeezed and moved apart."""

import numpy as np
import pytest
import shapely

from cosmopolis.city.words import StreetKind

from .towns import network_of, street, town


@pytest.mark.parametrize("gap", [7.5, 9.0, 14.0])
def test_carriageways_side_by_side_do_not_overlap(gap: float) -> None:
    nodes = {"a": (0, 0), "b": (400, 0), "c": (400, gap), "d": (0, gap), "x": (430, 40), "y": (-30, 40)}
    one_way = {"kind": StreetKind.PRIMARY, "forward_lanes": 3, "backward_lanes": 0}
    network = network_of(
        town(
            nodes,
            ("a b", one_way),
            ("c d", one_way),
            street("b x c", backward_lanes=0),
            street("d y a", backward_lanes=0),
        )
    )
    middle = shapely.box(50, -50, 350, 50)
    lanes = network.lanes
    ribbons = {}
    for row in range(len(lanes)):
        line = shapely.LineString(lanes.line[row][:, :2]).buffer(
            float(lanes.width[row]) / 2, cap_style="flat"
        )
        ribbons.setdefault(int(lanes.edge[row]), []).append(line.intersection(middle))
    areas = [shapely.union_all(parts) for parts in ribbons.values()]
    overlap = max(a.intersection(b).area for i, a in enumerate(areas) for b in areas[i + 1 :])
    assert overlap < 1.0
    assert lanes.width.min() >= 0.86 * 3.25 - 1e-5
    if gap > 12:
        np.testing.assert_allclose(lanes.width[lanes.width > 3.0].min(), 3.25)


def test_streets_that_cross_or_part_stay_as_drawn() -> None:
    nodes = {"a": (0, 0), "b": (400, 0), "c": (400, 30), "x": (200, -100), "y": (200, 100)}
    network = network_of(
        town(
            nodes,
            street("a b"),
            street("a c", StreetKind.TERTIARY),
            street("b c", StreetKind.RESIDENTIAL),
            street("x y"),
        )
    )
    edge = [i for i, key in enumerate(network.edges.key) if key.startswith("a b#0")]
    low, high = sorted(network.edges.line[i][:, 1].mean() for i in edge)
    np.testing.assert_allclose([low, high], [-1.625, 1.625], atol=1e-6)
