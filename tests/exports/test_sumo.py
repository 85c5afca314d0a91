"""The SUMO network: what SUMO itself says of it, and what stands in it."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cosmopolis.city.build import build
from cosmopolis.city.model import City
from cosmopolis.exports.sumo import write
from tests.grids import grid


def net_of(city: City, path: Path) -> ET.Element:
    write(city, path)
    return ET.parse(path).getroot()


def run_sumo(*arguments: str) -> str:
    """Everything that SUMO prints; it has nothing to say about a sound network."""
    sumo = pytest.importorskip("sumo", reason="eclipse-sumo is not installed")
    binary = Path(sumo.SUMO_HOME) / "bin" / "sumo"
    done = subprocess.run([str(binary), *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_sumo_loads_it_without_a_word(grid_city: City, tmp_path: Path) -> None:
    write(grid_city, tmp_path / "c.net.xml")
    assert run_sumo("-n", str(tmp_path / "c.net.xml"), "--end", "10", "--no-step-log").strip() == ""


def test_cars_get_through(grid_city: City, tmp_path: Path) -> None:
    net = net_of(grid_city, tmp_path / "c.net.xml")
    edges = [edge.get("id") for edge in net.iter("edge") if edge.get("function") != "internal"]
    random = np.random.default_rng(1)
    trips = "".join(
        f'<trip id="{i}" depart="{i * 2}" from="{random.choice(edges)}" to="{random.choice(edges)}"/>'
        for i in range(120)
    )
    (tmp_path / "trips.xml").write_text(f"<routes>{trips}</routes>")
    told = run_sumo(
        "-n", str(tmp_path / "c.net.xml"), "-r", str(tmp_path / "trips.xml"), "--end", "1500", "--no-step-log",
        "--tripinfo-output", str(tmp_path / "out.xml"), "--collision.check-junctions", "true",
    )  # fmt: skip
    assert "Error" not in told and "collision" not in told and "teleport" not in told
    assert len(list(ET.parse(tmp_path / "out.xml").getroot().iter("tripinfo"))) == 120


def test_left_hand_traffic(tmp_path: Path) -> None:
    city = build(replace(grid(3), drive_on_left=True), seed=1)
    net = net_of(city, tmp_path / "c.net.xml")
    assert net.get("lefthand") == "true"
    assert run_sumo("-n", str(tmp_path / "c.net.xml"), "--end", "10", "--no-step-log").strip() == ""


def test_every_lane_and_connection_is_there(grid_city: City, tmp_path: Path) -> None:
    network = grid_city.network
    net = net_of(grid_city, tmp_path / "c.net.xml")
    edges = list(net.iter("edge"))
    streets = [edge for edge in edges if edge.get("function") != "internal"]
    assert (len(streets), len(edges) - len(streets)) == (len(network.edges), len(network.connections))
    lanes = [lane for edge in streets for lane in edge.iter("lane")]
    length = sorted(float(lane.get("length", 0)) for lane in lanes)
    np.testing.assert_allclose(length, sorted(network.lanes.length), atol=0.006)
    links = [link for link in net.iter("connection") if link.get("via")]
    assert len(links) == len(network.connections)
    ids = {lane.get("id") for edge in edges for lane in edge.iter("lane")}
    assert {link.get("via") for link in links} <= ids


def test_who_waits_for_whom_is_as_in_the_city(grid_city: City, tmp_path: Path) -> None:
    net = net_of(grid_city, tmp_path / "c.net.xml")
    conflicts = grid_city.network.conflicts
    yields = foes = 0
    for junction in net.iter("junction"):
        rows = list(junction.iter("request"))
        matrix = np.array([[bit == "1" for bit in row.get("response", "")[::-1]] for row in rows])
        crossed = np.array([[bit == "1" for bit in row.get("foes", "")[::-1]] for row in rows])
        if not len(rows):
            continue
        assert matrix.shape == crossed.shape == (len(rows), len(junction.get("intLanes", "").split()))
        assert (
            (crossed == crossed.T).all() and not (matrix & ~crossed).any() and not (matrix & matrix.T).any()
        )
        yields, foes = yields + int(matrix.sum()), foes + int(crossed.sum())
    assert (yields, foes) == (int(conflicts.yields.sum()), len(conflicts))


def test_signals_show_what_the_city_shows(town: City, tmp_path: Path) -> None:
    net = net_of(town, tmp_path / "c.net.xml")
    (program,) = net.iter("tlLogic")
    assert (program.get("id"), program.get("offset")) == ("j1", "7.00")
    assert [(p.get("duration"), p.get("state")) for p in program.iter("phase")] == [
        ("30.00", "Gr"),
        ("25.00", "rg"),
    ]
    linked = {c.get("linkIndex"): c.get("from") for c in net.iter("connection") if c.get("tl") == "j1"}
    assert linked == {"0": "e0", "1": "e3"}


def test_names_that_sumo_does_not_take_are_changed_and_stay_apart(town: City, tmp_path: Path) -> None:
    keys = ("a b", "a_b", ":c", *town.network.edges.key[3:])
    named = replace(town, network=replace(town.network, edges=replace(town.network.edges, key=keys)))
    names = replace(named.network.edges, name=('<"&>', *named.network.edges.name[1:]))
    net = net_of(replace(named, network=replace(named.network, edges=names)), tmp_path / "c.net.xml")
    streets = [edge for edge in net.iter("edge") if edge.get("function") != "internal"]
    ids = [edge.get("id") for edge in streets]
    assert len(set(ids)) == len(ids) and not any(" " in str(id_) or str(id_).startswith(":") for id_ in ids)
    assert streets[0].get("name") == '<"&>'


def test_bicycle_lanes_are_for_bicycles(tmp_path: Path, town: City) -> None:
    modes = town.network.lanes.modes.copy()
    modes[0], modes[1] = 16, 0
    lanes = replace(town.network.lanes, modes=modes)
    net = net_of(replace(town, network=replace(town.network, lanes=lanes)), tmp_path / "c.net.xml")
    lane = {lane.get("id"): lane for lane in net.iter("lane")}
    assert lane["e0_0"].get("allow") == "bicycle"
    assert lane["e1_0"].get("disallow") == "all"
    assert "passenger" in str(lane["e2_0"].get("allow"))
