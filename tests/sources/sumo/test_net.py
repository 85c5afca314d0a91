"""A .net.xml becomes a City that says what the file says."""

from __future__ import annotations

import gzip
import math
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from cosmopolis.city.build import build
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.network.checks import check
from cosmopolis.city.words import Control, Light, Mode, Turn
from cosmopolis.exports.sumo import write
from cosmopolis.geometry.polylines import Polylines
from cosmopolis.sources.sumo import SKIPPED, read_net
from tests.grids import grid
from tests.sources.sumo.nets import PHASES, crosses, crossroads, waits

DATA = Path(__file__).parents[3].parent / "shared/data/sumo"


def city_of(folder: Path, text: str, **options) -> City:
    path = folder / "x.net.xml"
    path.write_text(text)
    return read_net(path, **options)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(BadInput) as error:
        city_of(folder, text)
    return str(error.value)


def line_of(text: str, part: str) -> int:
    return 1 + next(n for n, line in enumerate(text.splitlines()) if part in line)


@pytest.fixture(scope="module")
def cross(tmp_path_factory) -> City:
    return city_of(tmp_path_factory.mktemp("net"), crossroads())


def test_lanes_and_connections_are_those_of_the_file(cross):
    network = cross.network
    assert list(network.edges.key) == [f"{arm}_{way}" for arm in "wsen" for way in ("in", "out")]
    np.testing.assert_allclose(network.lanes.length, 100.0, atol=1e-6)
    assert len(network.connections) == 12
    assert np.bincount(network.connections.turn)[[Turn.RIGHT, Turn.THROUGH, Turn.LEFT]].tolist() == [4, 4, 4]
    np.testing.assert_allclose(network.connections.speed, 8.0)
    assert (np.diff(network.connections.from_lane) >= 0).all()


def test_right_of_way_is_that_of_the_requests(cross):
    network = cross.network
    # Links count by incoming lane w, s, e, n as connections do here.
    one = np.repeat(np.arange(12), np.diff(network.conflicts.start))
    found = dict(zip(zip(one.tolist(), network.conflicts.other.tolist()), network.conflicts.yields.tolist()))
    assert found == {(m, n): waits(m, n) for m in range(12) for n in range(12) if crosses(m, n)}


def test_straight_paths_cross_where_the_streets_do(cross):
    conflicts = cross.network.conflicts
    rows = range(conflicts.start[1], conflicts.start[2])  # west to east
    row = next(row for row in rows if conflicts.other[row] == 4)  # south to north
    # Driving on the right, 1.6 m from the axis, they cross 10 m + 1.6 m behind the line.
    assert conflicts.begin[row] < 11.6 < conflicts.end[row]
    assert conflicts.end[row] - conflicts.begin[row] < 7.0


def test_programs_show_what_the_states_say(cross):
    signals = cross.network.signals
    assert len(signals) == 1 and signals.offset[0] == 7.0
    assert signals.duration.tolist() == [20.0] * 4
    words = {"G": Light.GREEN_PROTECTED, "g": Light.GREEN_PERMISSIVE, "y": Light.YELLOW, "r": Light.RED}
    assert signals.light.reshape(4, 12).tolist() == [[words[c] for c in state] for state in PHASES]
    centre = list(cross.network.junctions.key).index("c")
    assert cross.network.junctions.program[centre] == 0
    assert cross.network.junctions.control[centre] == Control.SIGNAL


def test_s_is_a_green_arrow_beside_a_red_light_and_is_written_as_one(tmp_path):
    states = [state.replace("r", "s", 1) for state in PHASES]
    phases = "".join(f'<phase duration="20" state="{state}"/>' for state in states)
    light = f'<tlLogic id="c" type="static" programID="0" offset="0">{phases}</tlLogic>'
    city = city_of(tmp_path, crossroads(programs=light))
    shown = city.network.signals.light.reshape(4, 12)
    assert (shown == Light.GREEN_ARROW).tolist() == [[c == "s" for c in state] for state in states]
    write(city, tmp_path / "again.net.xml")
    again = read_net(tmp_path / "again.net.xml").network.signals.light.reshape(4, 12)
    assert (again == Light.GREEN_ARROW).sum() == (shown == Light.GREEN_ARROW).sum()


def test_the_network_holds_its_invariants(cross):
    open_ends = {"connection-kink", "unreachable"}
    assert [finding for finding in check(cross.network) if finding.code not in open_ends] == []


def test_of_several_programs_the_last_one_runs_and_it_is_told(tmp_path):
    states = "".join(f'<phase duration="{9 + n}" state="{state}"/>' for n, state in enumerate(PHASES))
    one = f'<tlLogic id="c" type="static" programID="day" offset="0">{states}</tlLogic>'
    two = one.replace('"day"', '"night"').replace('"9"', '"31"').replace('offset="0"', 'offset="-5"')
    city = city_of(tmp_path, crossroads(programs=one + "\n" + two))
    assert city.network.signals.duration.tolist() == [31.0, 10.0, 11.0, 12.0]
    assert city.network.signals.offset[0] == 64.0 - 5.0  # a ring of 64 s
    assert any(finding.code == "signal-programs" and "night" in finding.message for finding in city.findings)


@pytest.mark.parametrize(
    ("kind", "says"), [("actuated", "a scenario extends it"), ("NEMA", "fixed durations")]
)
def test_what_becomes_of_a_program_that_is_not_fixed_is_told(tmp_path, kind, says):
    states = "".join(f'<phase duration="20" state="{state}"/>' for state in PHASES)
    light = f'<tlLogic id="c" type="{kind}" programID="0" offset="0">{states}</tlLogic>'
    found = [f for f in city_of(tmp_path, crossroads(programs=light)).findings if f.code == "signal-actuated"]
    assert len(found) == 1 and kind in found[0].message and says in found[0].message


def test_s_is_a_stop_sign_where_there_is_no_light_and_is_written_as_one(tmp_path):
    text = crossroads(kind="priority_stop")
    signed = [
        line.replace('state="M"', 'state="s"') if 'from="s_in"' in line else line for line in text.split("\n")
    ]
    city = city_of(tmp_path, "\n".join(signed))
    network = city.network
    came_by = [network.edges.key[e] for e in network.lanes.edge[network.connections.from_lane]]
    assert network.connections.must_stop.tolist() == [key == "s_in" for key in came_by]
    again = drawn_again(city, tmp_path).network
    assert (again.connections.must_stop == network.connections.must_stop).all()


@pytest.mark.parametrize(
    ("kind", "control"),
    [
        ("priority", Control.PRIORITY), ("right_before_left", Control.RIGHT_BEFORE_LEFT),
        ("allway_stop", Control.ALL_WAY_STOP), ("priority_stop", Control.PRIORITY), ("zipper", Control.PRIORITY),
        ("unregulated", Control.CONTINUATION),
    ],
)  # fmt: skip
def test_kinds_of_junctions(tmp_path, kind, control):
    city = city_of(tmp_path, crossroads(kind=kind, requests=kind != "unregulated"))
    centre = list(city.network.junctions.key).index("c")
    assert city.network.junctions.control[centre] == control
    assert len(city.network.signals) == 0
    # Whoever ends in one lane has an order, even where nothing is regulated.
    assert city.network.conflicts.merge.sum() == 4 * 3 * 2
    assert not [finding for finding in check(city.network) if finding.code.startswith("yield")]


def test_who_may_use_a_lane(tmp_path):
    def modes(more: str) -> Mode:
        city = city_of(tmp_path, crossroads(lane_more=more))
        return Mode(int(city.network.lanes.modes[0]))

    assert modes('allow="bus taxi"') == Mode.BUS | Mode.TAXI
    assert Mode.CAR in modes("") and Mode.PEDESTRIAN in modes("")
    assert modes('disallow="all"') == Mode(0)
    left = modes('disallow="passenger pedestrian"')
    assert Mode.CAR not in left and Mode.PEDESTRIAN not in left and Mode.BUS in left


def test_left_hand_traffic(tmp_path):
    assert city_of(tmp_path, crossroads(root='lefthand="true"')).drive_on_left


def test_a_gzipped_net_is_the_same_city(tmp_path, cross):
    path = tmp_path / "x.net.xml"
    path.write_bytes(gzip.compress(crossroads().encode()))
    np.testing.assert_array_equal(read_net(path).network.lanes.line.points, cross.network.lanes.line.points)


def test_waiting_places_within_a_junction_belong_to_the_path(tmp_path):
    """A left turn over two lanes with an internal junction between them is one path."""
    text = crossroads()
    half = (
        '<edge id=":c_12" function="internal"><lane id=":c_12_0" index="0" speed="5" length="5" '
        'shape="0.00,0.00 1.00,6.00 1.60,10.00"/></edge>'
    )
    more = '<connection from=":c_2" to="n_out" fromLane="0" toLane="0" via=":c_12_0" dir="l" state="m"/>'
    text = text.replace('<edge id="w_in"', half + '\n<edge id="w_in"').replace("</net>", more + "\n</net>")
    network = city_of(tmp_path, text).network
    assert network.connections.speed[2] == 5.0
    assert [0.0, 0.0] in network.connections.line[2][:, :2].round(2).tolist()
    assert [1.0, 6.0] in network.connections.line[2][:, :2].round(2).tolist()


def test_where_people_walk_within_a_junction_is_no_street(tmp_path, cross):
    """Their areas bear a junction's name and number and may repeat an edge's id."""
    lane = '<lane id=":c_w0_0" index="0" speed="1" length="2" shape="0,0"/>'
    area = f'<edge id=":c_w0" function="walkingarea">{lane}</edge>'
    text = crossroads().replace('<edge id="w_in"', 2 * area + '\n<edge id="w_in"')
    network = city_of(tmp_path, text).network
    assert list(network.edges.key) == list(cross.network.edges.key)
    assert len(network.connections) == len(cross.network.connections)


def test_a_light_of_trains_is_none_for_streets(tmp_path):
    """SUMO makes up the program of a rail crossing as trains come; the net names a light and has no tlLogic."""
    text = crossroads(kind="rail_crossing", connection_more='tl="c" linkIndex="1"')
    city = city_of(tmp_path, text)
    assert len(city.network.signals) == 0 and len(city.network.connections) == 12
    lit = crossroads(kind="priority", connection_more='tl="c" linkIndex="1"')
    assert "there is no tlLogic" in complaint(tmp_path, lit)


# Round trip


def drawn_again(city: City, folder: Path) -> City:
    write(city, folder / "again.net.xml")
    return read_net(folder / "again.net.xml")


@pytest.mark.parametrize("left", [False, True])
def test_an_exported_network_reads_as_it_was(tmp_path, left):
    city = build(replace(grid(4), drive_on_left=left), seed=1)
    again = drawn_again(city, tmp_path)
    old, new = city.network, again.network
    assert again.origin == pytest.approx(city.origin, abs=1e-9)
    assert again.drive_on_left == left
    for name in ("from_junction", "to_junction", "first_lane", "lane_count", "kind", "twin"):
        np.testing.assert_array_equal(getattr(old.edges, name), getattr(new.edges, name), err_msg=name)
    for name in ("edge", "index", "modes"):
        np.testing.assert_array_equal(getattr(old.lanes, name), getattr(new.lanes, name), err_msg=name)
    np.testing.assert_allclose(old.lanes.speed, new.lanes.speed, atol=0.006)
    same_lines(old.lanes.line, new.lanes.line)
    for name in ("from_lane", "to_lane", "junction", "signal", "must_stop"):
        np.testing.assert_array_equal(
            getattr(old.connections, name), getattr(new.connections, name), err_msg=name
        )
    for c in range(0, len(old.connections), 7):
        assert new.connections.line[c][[0, -1]] == pytest.approx(old.connections.line[c][[0, -1]], abs=0.02)
    for field in fields(old.signals):
        if field.name != "provenance":
            np.testing.assert_allclose(
                getattr(old.signals, field.name),
                getattr(new.signals, field.name),
                atol=0.006,
                err_msg=field.name,
            )
    same_right_of_way(old.conflicts, new.conflicts)


def same_lines(old: Polylines, new: Polylines) -> None:
    np.testing.assert_array_equal(old.start, new.start)
    np.testing.assert_allclose(old.points, new.points, atol=0.011)


def same_right_of_way(old, new) -> None:
    np.testing.assert_array_equal(old.start, new.start)
    np.testing.assert_array_equal(old.other, new.other)
    np.testing.assert_array_equal(old.yields, new.yields)
    np.testing.assert_array_equal(old.merge, new.merge)


# Real nets


@pytest.mark.parametrize(
    ("name", "edges", "links", "programs"), [("cologne8", 149, 352, 8), ("ingolstadt7", 95, 219, 7)]
)
def test_real_nets(name, edges, links, programs):
    path = DATA / name / f"{name}.net.xml"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    city = read_net(path)
    network = city.network
    assert (len(network.edges), len(network.connections), len(network.signals)) == (edges, links, programs)
    east, north = {"cologne8": (6.9, 50.9), "ingolstadt7": (11.4, 48.7)}[name]
    assert math.hypot(city.origin[0] - east, city.origin[1] - north) < 0.15
    # Every link of a request was found: SUMO's own numbers and ours are the same, so every crossing is told.
    wrong = {"yield-by-none-or-both", "conflict-range", "connection-gap", "signal-table", "never-green"}
    assert not {finding.code for finding in check(network)} & wrong
    assert not city.findings


# Bad input: file, line and mend


def test_a_lane_without_length(tmp_path):
    text = crossroads().replace(
        'id="s_in_0" index="0" speed="13.89" length="100.00"',
        'id="s_in_0" index="0" speed="13.89" length="0"',
    )
    said = complaint(tmp_path, text)
    assert f"x.net.xml:{line_of(text, 's_in_0')}:" in said and "has no length" in said
    city = city_of(tmp_path, text, skip_bad=True)
    assert "s_in" not in city.network.edges.key and len(city.network.connections) == 9
    assert [finding.code for finding in city.findings] == [SKIPPED]


def test_a_connection_to_a_lane_that_is_not_there(tmp_path):
    text = crossroads().replace(
        'from="n_in" to="w_out" fromLane="0" toLane="0"', 'from="n_in" to="w_out" fromLane="0" toLane="3"'
    )
    said = complaint(tmp_path, text)
    line = line_of(text, 'toLane="3"')
    assert f"x.net.xml:{line}:" in said and "correct it" in said
    assert len(city_of(tmp_path, text, skip_bad=True).network.connections) == 11


def test_a_connection_to_an_edge_that_is_not_there(tmp_path):
    text = crossroads().replace('from="n_in" to="w_out"', 'from="n_in" to="nowhere"')
    assert 'to="nowhere"' in complaint(tmp_path, text)


def test_a_path_over_a_lane_that_is_not_there(tmp_path):
    assert "via" in complaint(tmp_path, crossroads().replace('via=":c_5_0"', 'via=":c_99_0"'))


def test_states_that_do_not_fit(tmp_path):
    short = crossroads(
        programs='<tlLogic id="c" programID="0" offset="0">\n<phase duration="9" state="GGGrrr"/>\n</tlLogic>'
    )
    said = complaint(tmp_path, short)
    assert f"x.net.xml:{line_of(short, 'GGGrrr')}:" in said and "12 characters" in said
    city = city_of(tmp_path, short, skip_bad=True)
    assert len(city.network.signals) == 0
    assert city.network.junctions.control[list(city.network.junctions.key).index("c")] == Control.PRIORITY
    uneven = crossroads().replace(PHASES[1], PHASES[1][:-1])
    assert "11 lights where its first phase shows 12" in complaint(tmp_path, uneven)


def test_requests_that_do_not_cover_the_links(tmp_path):
    text = "\n".join(row for row in crossroads().splitlines() if '<request index="11"' not in row)
    assert "link 11" in complaint(tmp_path, text)


@pytest.mark.parametrize(
    ("change", "to", "said"),
    [
        ('speed="13.89"', 'speed="fast"', "not a number"),
        ('speed="13.89"', 'speed="nan"', "not a number"),
        ('shape="-110.00,-1.60', 'shape="-110.00,zero', "point"),
        ("</net>", "", "broken XML"),
        ("<net version", "<roads version", "expected"),
        ('to="c"', 'to="d"', "junction that is not there"),
        ('tl="c" linkIndex="3"', 'tl="other" linkIndex="3"', "no tlLogic"),
        ('state="GGgrrrGGgrrr"', 'state="GGgrrrGGgrrX"', "no light"),
        ('duration="20"', 'duration="-20"', "duration"),
    ],
)
def test_other_faults_are_one_sentence(tmp_path, change, to, said):
    text = complaint(tmp_path, crossroads().replace(change, to, 1))
    assert said in text and "x.net.xml:" in text


def test_an_entity_bomb_is_refused_unread(tmp_path):
    bomb = '<!DOCTYPE net [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<net version="&b;"/>'
    assert "document type" in complaint(tmp_path, bomb)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadInput, match=r"gone\.net\.xml.*check the path"):
        read_net(tmp_path / "gone.net.xml")
