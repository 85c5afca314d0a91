"""Signal programs: safe, fair and of a sensible length."""

import numpy as np
import pytest

from cosmopolis.city.model import Network
from cosmopolis.city.network.checks import check
from cosmopolis.city.words import Control, Light, Provenance, StreetKind, Turn
from tests.grids import grid

from .towns import CROSS, cross, divided_cross, edge, network_of, street, town


def shown(network: Network, program: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(phases,) seconds, (phases, links) lights, (links,) connections of a program."""
    s = network.signals
    phases = range(s.phase_start[program], s.phase_start[program + 1])
    lights = np.array([s.light[s.light_start[p] : s.light_start[p + 1]] for p in phases])
    return s.duration[list(phases)], lights, s.link[s.link_start[program] : s.link_start[program + 1]]


@pytest.mark.parametrize("lanes", [1, 2, 3, 4])
def test_a_signalled_cross_has_a_safe_program(lanes: int) -> None:
    network = network_of(cross(lanes=lanes, signals="c"))
    assert check(network) == []
    seconds, lights, links = shown(network)
    assert 59 < seconds.sum() < 121
    assert len(links) == (network.connections.junction == 4).sum()
    assert network.junctions.program[4] == 0
    for link in range(len(links)):  # after green comes yellow, and no light jumps from green to red
        for now, then in zip(lights[:, link], np.roll(lights[:, link], -1)):
            if now in (Light.GREEN_PERMISSIVE, Light.GREEN_PROTECTED):
                assert then != Light.RED
            if now == Light.YELLOW:
                assert then == Light.RED


def test_a_connection_knows_its_light() -> None:
    network = network_of(cross(lanes=2, signals="c"))
    s = network.signals
    for program in range(len(s)):
        links = s.link[s.link_start[program] : s.link_start[program + 1]]
        assert network.connections.signal[links].tolist() == list(range(len(links)))


def test_left_turns_wait_for_gaps_where_they_share_a_lane() -> None:
    network = network_of(cross(lanes=2, signals="c"))
    _, lights, links = shown(network)
    left = network.connections.turn[links] == Turn.LEFT
    assert (lights[:, left] != Light.GREEN_PROTECTED).all()
    assert (lights[:, left] == Light.GREEN_PERMISSIVE).any(axis=0).all()
    assert len(lights) == 6  # two stages: green, yellow, all-red


def test_left_turns_have_a_stage_where_they_have_a_lane() -> None:
    network = network_of(cross(lanes=3, signals="c"))
    _, lights, links = shown(network)
    left = network.connections.turn[links] == Turn.LEFT
    assert (lights[:, left] == Light.GREEN_PROTECTED).any(axis=0).all()
    assert len(lights) == 12  # four stages


def test_the_busier_street_has_more_green() -> None:
    network = network_of(
        town(
            CROSS,
            street("w c e", StreetKind.PRIMARY, forward_lanes=2, backward_lanes=2),
            street("s c n", StreetKind.RESIDENTIAL),
            signals="c",
        )
    )
    seconds, lights, links = shown(network)
    c, of = network.connections, network.lanes.edge

    def green(start: str) -> float:
        rows = (of[c.from_lane[links]] == edge(network, start, "c")) & (c.turn[links] == Turn.THROUGH)
        on = np.isin(lights[:, np.flatnonzero(rows)[0]], [Light.GREEN_PERMISSIVE, Light.GREEN_PROTECTED])
        return float(seconds[on].sum())

    assert green("w") > 1.3 * green("s")


def test_one_program_for_the_four_nodes_of_a_divided_crossing() -> None:
    network = network_of(divided_cross(signals="c00 c01 c10 c11"))
    assert len(network.signals) == 1
    assert check(network) == []


def test_lights_drawn_at_the_stop_lines_belong_to_the_junction() -> None:
    nodes = dict(CROSS) | {"w1": (-25, 0), "e1": (25, 0), "s1": (0, -25), "n1": (0, 25)}
    network = network_of(town(nodes, street("w w1 c e1 e"), street("s s1 c n1 n"), signals="w1 e1 s1 n1"))
    assert len(network.junctions) == 5
    assert network.junctions.control[list(network.junctions.key).index("c")] == Control.SIGNAL
    assert len(network.signals) == 1


def test_a_crossing_for_people_stops_the_traffic_for_them() -> None:
    nodes = {"a": (0, 0), "x": (150, 0), "b": (300, 0)}
    network = network_of(
        town(nodes, street("a x b", forward_lanes=2, backward_lanes=2), signals="x", crossings={"x": True})
    )
    assert len(network.signals) == 1
    seconds, lights, _ = shown(network)
    red = (lights == Light.RED).all(axis=1)
    assert seconds[red].sum() >= 15
    assert (lights[0] == Light.GREEN_PROTECTED).all()
    assert network.crossings.signalled.any()


def test_a_t_junction_gives_everyone_green() -> None:
    network = network_of(
        town(
            CROSS,
            street("w c e", forward_lanes=3, backward_lanes=3),
            street("s c", forward_lanes=2),
            signals="c",
        )
    )
    assert check(network) == []


def test_a_grid_of_signals_is_safe() -> None:
    network = network_of(grid(5, lanes=2))
    assert len(network.signals) == 21
    assert check(network) == []
    assert (network.junctions.control == Control.SIGNAL).sum() == 21


def test_wide_roads_that_cross_have_lights_even_if_the_map_forgot_them() -> None:
    nodes = dict(CROSS) | {"x": (-150, 0)}
    wide = {"forward_lanes": 2, "backward_lanes": 2}
    streets = [street("w x c e", StreetKind.PRIMARY, **wide), street("s c n", StreetKind.SECONDARY, **wide)]
    somewhere = network_of(town(nodes, *streets, signals="x"))
    c = list(somewhere.junctions.key).index("c")
    assert somewhere.junctions.control[c] == Control.SIGNAL
    row = somewhere.signals.junction.tolist().index(c)
    assert somewhere.signals.provenance[row] == Provenance.MODELLED
    nowhere = network_of(town(nodes, *streets))  # this map draws no lights at all
    assert len(nowhere.signals) == 0
