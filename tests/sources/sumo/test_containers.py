"""Route files made of other files and of containers, lights that are off, and stops by the clock and on every lap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import Light
from cosmopolis.demand.sumo_scenario import plan_scenario
from cosmopolis.simulation import Halted, Simulation
from cosmopolis.simulation.traffic.drivers import drivers_of
from cosmopolis.sources.sumo import read_scenario
from tests.sources.sumo.nets import VEHICLE, complaint, crossroads, planned, read, scenario

FLOW = '<flow id="{id}" from="w_in" to="e_out" number="3"/>'


def lap(*, repeat: int = 2, stop: str, more: str = "") -> str:
    """A route that goes round a ring of four edges three times, and what stands on it."""
    return f'<route id="lap" edges="ab bc cd da" repeat="{repeat}" {more}>{stop}</route>'


def ring() -> str:
    """The text of a .net.xml: a square of four edges of 100 m, one lane each, without a light."""
    corners = {"a": (0, 0), "b": (100, 0), "c": (100, 100), "d": (0, 100)}
    names = list(corners)
    edges, links, junctions, inner = [], [], [], []
    for n, a in enumerate(names):
        b, c = names[(n + 1) % 4], names[(n + 2) % 4]
        (x, y), (u, v) = corners[a], corners[b]
        edges.append(
            f'<edge id="{a}{b}" from="{a}" to="{b}" priority="1"><lane id="{a}{b}_0" index="0" speed="13.89" '
            f'length="100" shape="{x},{y} {u},{v}"/></edge>'
        )
        inner.append(
            f'<edge id=":{b}_0" function="internal"><lane id=":{b}_0_0" index="0" speed="8" length="2" '
            f'shape="{u},{v} {u},{v + 0.1}"/></edge>'
        )
        links.append(
            f'<connection from="{a}{b}" to="{b}{c}" fromLane="0" toLane="0" via=":{b}_0_0" dir="l" state="M"/>'
        )
        junctions.append(
            f'<junction id="{b}" type="priority" x="{u}" y="{v}" incLanes="{a}{b}_0" intLanes=":{b}_0_0" '
            f'shape="{u},{v} {u + 1},{v}"><request index="0" response="0" foes="0" cont="0"/></junction>'
        )
    location = (
        '<location netOffset="0,0" convBoundary="0,0,100,100" origBoundary="0,0,1,1" projParameter="!"/>'
    )
    return "\n".join(['<net version="1.16">', location, *inner, *edges, *junctions, *links, "</net>"])


def leaves(folder: Path, routes: str, name: str) -> list[float]:
    """When vehicle `name` leaves its stops, s, driven on the ring."""
    town = read_scenario(scenario(folder, ring(), routes))
    plan = plan_scenario(town)
    simulation = Simulation(
        town.city, plan.trips, start=town.begin, daily=False, drivers=drivers_of(plan.types), threads=1
    )
    trip, out, standing = plan.ids.index(name), [], False
    for _ in range(4000):
        events = list(simulation.step())
        if any(isinstance(event, Halted) and event.vehicle == trip for event in events):
            standing = True
        state = simulation.vehicle(trip)
        if standing and (state is None or state["speed"] > 0):
            out.append(simulation.time)
            standing = False
        if simulation.over:
            break
    return out


def test_flows_have_the_times_of_the_interval_around_them(tmp_path):
    text = (
        f'<interval begin="100" end="400">{FLOW.format(id="am")}</interval>'
        f'<flows><interval begin="400" end="700">{FLOW.format(id="pm")}</interval></flows>'
    )
    plan = planned(tmp_path, text)
    times = dict(zip(plan.ids, plan.trips.depart.tolist(), strict=True))
    assert [times[f"am.{n}"] for n in range(3)] == [100.0, 200.0, 300.0]
    assert [times[f"pm.{n}"] for n in range(3)] == [400.0, 500.0, 600.0]


def test_what_a_flow_says_goes_before_its_interval(tmp_path):
    flow = '<flow id="f" begin="200" from="w_in" to="e_out" number="1"/>'
    plan = planned(tmp_path, f'<interval begin="100" end="400">{flow}</interval>')
    assert plan.trips.depart.tolist() == [200.0]


def test_included_files_are_read_where_they_are_named(tmp_path):
    inner = tmp_path / "more"
    inner.mkdir()
    (inner / "types.rou.xml").write_text('<routes><vType id="lorry" vClass="truck"/></routes>')
    (inner / "cars.rou.xml").write_text(
        '<routes><include href="types.rou.xml"/>'
        '<vehicle id="in" type="lorry" depart="110"><route edges="w_in e_out"/></vehicle></routes>'
    )
    plan = planned(tmp_path, '<include href="more/cars.rou.xml"/>' + VEHICLE)
    assert sorted(plan.ids) == ["in", "v"]
    assert {row.type.vclass for row in plan.types} == {"truck", "passenger"}


def test_a_file_that_is_not_there_or_includes_itself_is_told(tmp_path):
    assert 'names the file "no.rou.xml"' in complaint(tmp_path, '<include href="no.rou.xml"/>')
    (tmp_path / "a.rou.xml").write_text('<routes><include href="b.rou.xml"/></routes>')
    (tmp_path / "b.rou.xml").write_text('<routes><include href="a.rou.xml"/></routes>')
    said = complaint(tmp_path, '<include href="a.rou.xml"/>')
    assert "b.rou.xml:1" in said and "which includes this file again" in said


def test_only_a_comma_parts_the_names_of_files(tmp_path):
    other = VEHICLE.replace('id="v"', 'id="w"')
    (tmp_path / "more of it.rou.xml").write_text(f"<routes>{other}</routes>")
    config = scenario(tmp_path, crossroads(), VEHICLE)
    config.write_text(
        config.read_text().replace('value="x.rou.xml"', 'value="x.rou.xml ,  more of it.rou.xml"')
    )
    assert sorted(plan_scenario(read_scenario(config)).ids) == ["v", "w"]
    config.write_text(config.read_text().replace("more of it", "more"))
    with pytest.raises(BadInput, match=r'names the file "more\.rou\.xml"'):
        read_scenario(config)


def test_a_program_that_is_off_leaves_the_right_of_way_to_the_junction(tmp_path):
    (tmp_path / "off.add.xml").write_text(
        '<additional><tlLogic id="c" type="static" programID="off" offset="0"/></additional>'
    )
    town = read(tmp_path, VEHICLE, more='<additional-files value="off.add.xml"/>')
    signals = town.city.network.signals
    assert (signals.light == Light.OFF).all() and len(signals.duration) == 1
    plan = plan_scenario(town)
    simulation = Simulation(town.city, plan.trips, start=100.0, daily=False, drivers=drivers_of(plan.types))
    simulation.run(60.0)
    assert simulation.counts()["arrived"] == 1


def test_a_program_that_is_off_has_no_phases(tmp_path):
    phases = f'<phase duration="5" state="{"G" * 12}"/>'
    (tmp_path / "off.add.xml").write_text(
        f'<additional><tlLogic id="c" programID="off">{phases}</tlLogic></additional>'
    )
    assert 'is the program "off" and has phases' in complaint(
        tmp_path, VEHICLE, more='<additional-files value="off.add.xml"/>'
    )


def test_until_of_a_vehicles_own_stop_is_a_time_of_the_clock(tmp_path):
    stops = "".join(
        f'<stop lane="{lane}_0" endPos="50" until="{time}"/>' for lane, time in (("bc", 200), ("da", 300))
    )
    vehicle = f'<vehicle id="t" depart="105"><route edges="ab bc cd da"/>{stops}</vehicle>'
    assert leaves(tmp_path, vehicle, "t") == pytest.approx([200.0, 300.0], abs=1.0)


def test_until_of_a_routes_stop_counts_from_the_departure_and_is_later_on_each_lap(tmp_path):
    stop = '<stop lane="bc_0" endPos="50" until="60"/>'
    routes = lap(stop=stop, more='cycleTime="90"') + '<vehicle id="t" depart="105" route="lap"/>'
    assert leaves(tmp_path, routes, "t") == pytest.approx([165.0, 255.0, 345.0], abs=1.0)


def test_the_stops_of_a_route_are_made_on_every_lap(tmp_path):
    routes = (
        lap(stop='<stop lane="bc_0" endPos="50" duration="20"/>')
        + '<vehicle id="t" depart="105" route="lap"/>'
    )
    assert len(leaves(tmp_path, routes, "t")) == 3


def test_later_vehicles_of_a_flow_keep_its_stops_times_after_them(tmp_path):
    stop = '<stop lane="e_out_0" endPos="50" until="160"/>'
    flow = f'<flow id="f" begin="110" end="310" number="2"><route edges="w_in e_out"/>{stop}</flow>'
    plan = planned(tmp_path, flow)
    np.testing.assert_allclose(plan.trips.halt_until, [50.0, 50.0])


def test_a_timetable_without_a_cycle_cannot_be_repeated(tmp_path):
    route = '<route id="r" edges="w_in e_out" repeat="1"><stop lane="e_out_0" until="60"/></route>'
    assert "cycleTime" in complaint(tmp_path, route + '<vehicle id="v" depart="105" route="r"/>')


def test_what_only_draws_is_no_loss_and_what_has_an_effect_is_counted(tmp_path):
    town = read(tmp_path, '<poly id="p" shape="0,0 1,1"/><rerouter id="r" edges="w_in"/>' + VEHICLE)
    assert town.traffic.ignored == {"rerouter": 1}


@pytest.mark.parametrize(
    "often",
    [
        'begin="0" end="100" number="999999999999"',
        'begin="0" end="1e12" period="0.0001"',
        'begin="0" end="1e12" probability="0.5"',
        'begin="0" end="1e12" period="exp(9)"',
        'begin="5" end="5" number="999999999999"',
    ],
)
def test_flows_of_more_vehicles_than_a_city_has_are_told(tmp_path, often):
    said = complaint(tmp_path, f'\n<flow id="f" from="w_in" to="e_out" {often}/>')
    assert ":3: flow " in said and "more than 5,000,000 vehicles" in said


def test_files_within_too_many_files_are_told_as_such(tmp_path):
    for n in range(40):
        (tmp_path / f"{n}.rou.xml").write_text(f'<routes><include href="{n + 1}.rou.xml"/></routes>')
    assert "more than 32 files within files" in complaint(tmp_path, '<include href="0.rou.xml"/>')
