"""A stop beside the lane in SUMO and here: the same vehicles pass, and it goes on at the same time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cosmopolis.benchmarks.process import sumo_binary
from cosmopolis.demand.sumo_scenario import plan_scenario
from cosmopolis.simulation import Observer, Simulation
from cosmopolis.simulation.traffic.drivers import drivers_of
from cosmopolis.sources.sumo import read_scenario
from cosmopolis.sources.sumo.stream import rows

pytestmark = pytest.mark.skipif(sumo_binary("sumo") is None, reason="eclipse-sumo is not installed")

NODES = "".join(f'<node id="{name}" x="{x}" y="0"/>' for name, x in (("a", 0), ("b", 400), ("c", 800)))
EDGES = "".join(
    f'<edge id="{a}{b}" from="{a}" to="{b}" numLanes="1" speed="13.89"/>' for a, b in ("ab", "bc")
)
ROUTE = '<route edges="ab bc"/>'


def make(folder: Path, stop: str, *, others: int, headway: float) -> Path:
    """A road of 800 m, a vehicle with a stop at 200 m and others behind it, as SUMO's files."""
    (folder / "x.nod.xml").write_text(f"<nodes>{NODES}</nodes>")
    (folder / "x.edg.xml").write_text(f"<edges>{EDGES}</edges>")
    files = ["-n", "x.nod.xml", "-e", "x.edg.xml", "-o", "x.net.xml"]
    subprocess.run([str(sumo_binary("netconvert")), *files], cwd=folder, check=True, capture_output=True)
    behind = "".join(
        f'<vehicle id="c{n}" type="t" depart="{4 + headway * n:g}" departSpeed="max">{ROUTE}</vehicle>'
        for n in range(others)
    )
    (folder / "x.rou.xml").write_text(
        '<routes><vType id="t" sigma="0" speedDev="0"/>'
        f'<vehicle id="p" type="t" depart="0" departPos="50">{ROUTE}{stop}</vehicle>{behind}</routes>'
    )
    config = folder / "x.sumocfg"
    config.write_text(
        '<configuration><input><net-file value="x.net.xml"/><route-files value="x.rou.xml"/></input>'
        '<time><begin value="0"/><step-length value="0.5"/></time></configuration>'
    )
    return config


def arrivals_in_sumo(config: Path) -> dict[str, float]:
    command = [str(sumo_binary("sumo")), "-c", config.name, "--tripinfo-output", "trips.xml", "--no-step-log"]
    subprocess.run(command, cwd=config.parent, check=True, capture_output=True)
    return {
        row.text("id"): row.real("arrival")
        for row in rows(config.parent / "trips.xml")
        if row.tag == "tripinfo"
    }


def arrivals_here(config: Path) -> dict[str, float]:
    town = read_scenario(config)
    plan = plan_scenario(town)
    simulation = Simulation(
        town.city, plan.trips, start=town.begin, daily=False, drivers=drivers_of(plan.types), threads=1
    )
    observer = Observer(simulation)
    while simulation.time < 400.0 and not simulation.over:
        observer.see(simulation.step())
    seen = observer.trips()
    return {plan.ids[trip]: float(when) for trip, when in zip(seen.trip, seen.arrived, strict=True)}


@pytest.mark.parametrize(
    ("times", "others", "headway"),
    [
        ('duration="40" parking="true"', 1, 5.0),  # nobody is in its way when it goes on
        ('duration="40" parking="true"', 20, 5.0),  # it waits for a gap
        ('duration="10" until="90" parking="true"', 1, 5.0),
        ('duration="40"', 1, 5.0),  # on the lane, where the other has to wait
    ],
)
def test_who_stops_and_who_is_behind_arrive_when_they_do_in_sumo(tmp_path, times, others, headway):
    config = make(tmp_path, f'<stop lane="ab_0" endPos="200" {times}/>', others=others, headway=headway)
    theirs, ours = arrivals_in_sumo(config), arrivals_here(config)
    assert ours.keys() == theirs.keys()
    assert ours["p"] == pytest.approx(theirs["p"], abs=1.5)
    assert ours["c0"] == pytest.approx(theirs["c0"], abs=1.5)
