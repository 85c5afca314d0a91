"""The static city as columns: what a client reads is the city, to the centimetre or to what nobody sees."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import brotli
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from cosmopolis.city.model import City
from cosmopolis.city.store import save
from cosmopolis.geometry.polylines import Polylines
from cosmopolis.world import columns
from cosmopolis.world.static import shelf as shelves
from cosmopolis.world.static.ground import AREA_ROWS, ground
from cosmopolis.world.static.network import UNSEEN, network
from cosmopolis.world.static.shapes import parts, polylines, rings, single, thinned
from cosmopolis.world.static.shelf import make, open_shelf
from cosmopolis.world.static.tiles import colours, tiles


def sent(made: dict) -> dict:
    """Columns as a client gets them."""
    return columns.decode(columns.encode(made), "it")


# shapes

millimetres = st.integers(-500_000, 500_000).map(lambda n: n / 1000) | st.integers(-2, 2).map(float)
lines = st.lists(
    st.lists(st.tuples(millimetres, millimetres, st.sampled_from([0.0, 0.0, 6.0])), min_size=2, max_size=8),
    min_size=1,
    max_size=6,
)


@given(lines)
def test_1_6_lines_come_back_to_the_centimetre(drawn: list) -> None:
    made = Polylines.of([np.array(line) for line in drawn])
    out = sent(polylines("lane", made))
    assert out["lane_start"].tolist() == made.start.tolist()
    for axis, letter in enumerate("xyz"):
        np.testing.assert_allclose(out[f"lane_{letter}"] / 100, made.points[:, axis], atol=0.00501)


@given(lines, st.sampled_from([0.03, 1.0, 50.0]))
def test_thinned_lines_stay_where_they_were(drawn: list, tolerance: float) -> None:
    before = Polylines.of([np.array(line) for line in drawn])
    after = thinned(before, tolerance)
    assert len(after) == len(before)
    for i in range(len(before)):
        a, b = before[i], after[i]
        assert (b[0] == a[0]).all() and (b[-1] == a[-1]).all()
        if np.ptp(a[:, 2]) > 0:
            np.testing.assert_array_equal(a, b)  # lines that climb are left alone
        away = shapely.distance(shapely.points(a[:, :2]), shapely.LineString(b[:, :2]))
        assert away.max() <= tolerance + 1e-9


def test_thinning_takes_what_is_straight_and_leaves_lines_that_are_empty() -> None:
    straight = np.column_stack([np.arange(9.0), np.zeros(9), np.zeros(9)])
    made = Polylines(np.concatenate([straight, straight[:2]]), np.array([0, 9, 9, 11]))
    assert thinned(made, 0.01).start.tolist() == [0, 2, 2, 4]


def test_4_1_polygons_are_open_rings_outer_ones_counter_clockwise() -> None:
    holed = shapely.Polygon([(0, 0), (0, 9), (9, 9), (9, 0)], [[(1, 1), (2, 1), (2, 2)]])
    out = sent(rings("area", np.array([holed, shapely.Polygon(), shapely.box(20, 0, 21, 1)])))
    assert out["area_ring_start"].tolist() == [0, 2, 2, 3]
    assert out["ring_start"].tolist() == [0, 4, 7, 11]
    xy = np.column_stack([out["ring_x"], out["ring_y"]]) / 100
    outer, hole = shapely.LinearRing(xy[:4]), shapely.LinearRing(xy[4:7])
    assert outer.is_ccw and not hole.is_ccw
    assert shapely.Polygon(outer, [hole]).equals(holed)


def test_multipolygons_are_taken_apart_or_their_largest_part_is_taken() -> None:
    two = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 9, 9)])
    shapes = np.array([two, shapely.Point(0, 0), shapely.box(0, 0, 2, 2)])
    pieces, row = parts(shapes)
    assert (len(pieces), row.tolist()) == (3, [0, 0, 2])
    assert [p.area for p in single(shapes)] == [16.0, 0.0, 4.0]


# layers


def test_3_the_network_is_the_network(city: City) -> None:
    net, out = city.network, sent(network(city.network))
    assert [out["names"][i] for i in out["edge_name"]] == list(net.edges.name)
    for name, wanted in {
        "edge_from": net.edges.from_junction,
        "edge_first_lane": net.edges.first_lane,
        "edge_twin": net.edges.twin,
        "lane_edge": net.lanes.edge,
        "connection_to": net.connections.to_lane,
        "connection_signal": net.connections.signal,
        "junction_program": net.junctions.program,
        "link_connection": net.signals.link,
        "phase_duration": net.signals.duration,
        "light": net.signals.light,
        "crossing_signalled": net.crossings.signalled,
        "walk_edge": net.walks.edge,
    }.items():
        np.testing.assert_array_equal(out[name], wanted, err_msg=name)
    np.testing.assert_allclose(out["lane_width"] / 10, net.lanes.width, atol=0.051)
    np.testing.assert_allclose(out["junction_px"] / 100, net.junctions.xy[:, 0], atol=0.00501)


def test_paths_keep_their_length_when_they_are_thinned(city: City) -> None:
    """Vehicles travel as metres along a path (6.2): a client's path may not be another length."""
    for before in (city.network.lanes.line, city.network.connections.line):
        after = thinned(before, UNSEEN)
        assert len(after.points) <= len(before.points)
        np.testing.assert_allclose(after.length, before.length, atol=0.05)


def test_4_1_areas_come_layer_by_layer_with_ids_that_name_them(city: City) -> None:
    square = np.array([shapely.box(0, 0, 10, 10)])
    one = replace(
        city.green,
        key=["g"],
        name=["Lawn"],
        kind=np.array([21], np.uint8),
        polygon=square,
        provenance=np.zeros(1, np.uint8),
    )
    two = replace(one, key=["a", "b"], name=["x", "Pond"], kind=np.array([41, 41], np.uint8),
                  polygon=np.array([shapely.Polygon(), shapely.MultiPolygon([square[0], shapely.box(20, 0, 30, 9)])]),
                  provenance=np.zeros(2, np.uint8))  # fmt: skip
    out = sent(ground(replace(city, green=one, water=two)))
    tail = slice(-3, None)
    assert out["area_layer"][tail].tolist() == [1, 2, 2]
    assert out["area_id"][tail].tolist() == [AREA_ROWS, 2 * AREA_ROWS + 1, 2 * AREA_ROWS + 1]
    assert out["area_name"][-3:] == ["Lawn", "Pond", "Pond"]


def test_2_3_every_building_and_tree_is_in_one_tile_the_one_of_its_centre(city: City) -> None:
    found, trees = [], 0
    for tile in tiles(city):
        out = sent(tile.columns)
        assert tile.buildings == len(out["building_id"])
        for i, id in enumerate(out["building_id"].tolist()):
            first = out["ring_start"][out["building_ring_start"][i]]
            last = out["ring_start"][out["building_ring_start"][i] + 1]
            shape = shapely.Polygon(
                np.column_stack([out["ring_x"][first:last], out["ring_y"][first:last]]) / 100
            )
            original = city.buildings.footprint[id]
            assert shape.symmetric_difference(original).area < 0.02 * original.length
            assert (original.centroid.x // 1000, original.centroid.y // 1000) == (tile.x, tile.y)
            assert abs(out["building_height"][i] / 10 - city.buildings.height[id]) < 0.051
        found += out["building_id"].tolist()
        trees += len(out["tree_x"])
    assert sorted(found) == list(range(len(city.buildings)))
    assert trees == len(city.trees)


def test_4_3_a_building_with_parts_is_left_to_its_parts_and_a_mesh_to_its_building(city: City) -> None:
    b = city.buildings
    part_of = b.part_of.copy()
    part_of[1] = 0
    mesh_start = np.zeros_like(b.mesh_start)
    mesh_start[3:] = 2
    mesh = np.arange(18, dtype=np.float32).reshape(2, 3, 3)
    changed = replace(city, buildings=replace(b, part_of=part_of, mesh=mesh, mesh_start=mesh_start))
    out = [sent(tile.columns) for tile in tiles(changed)]
    ids = np.concatenate([o["building_id"] for o in out])
    assert 0 not in ids and 1 in ids
    (holder,) = [o for o in out if 2 in o["building_id"]]
    row = holder["building_id"].tolist().index(2)
    assert holder["mesh_start"][row : row + 2].tolist() == [0, 2]
    assert (holder["mesh_x"] / 100).tolist() == [0, 3, 6, 9, 12, 15]


def test_colours_that_are_none_are_none() -> None:
    said = ["#ff8000", "", "red", "#12345g"]
    assert colours(said, np.arange(4)).tolist() == [0xFF8000, 0, 0, 0]


# the shelf


@pytest.fixture
def stored(city: City, tmp_path: Path) -> tuple[City, Path]:
    folder = tmp_path / "grid.city"
    return save(city, folder, lambda stage, share: None), folder


def test_2_2_files_are_named_by_their_content_and_come_in_three_encodings(city: City) -> None:
    shelf, again = make(city), make(city)
    assert [e.hash for e in shelf.index.entries] == [e.hash for e in again.index.entries]
    for entry in shelf.index.entries:
        data = shelf.read(entry.hash, "identity")
        assert len(data) == entry.bytes
        assert brotli.decompress(shelf.read(entry.hash, "br")) == data
        columns.decode(data, entry.hash)


def test_a_second_start_does_no_work(stored: tuple[City, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    city, folder = stored
    first, place = open_shelf(city, folder)
    assert place is not None and place.parent == folder / ".cache"
    monkeypatch.setattr(shelves, "make", lambda city: pytest.fail("it works again"))
    second, _ = open_shelf(city, folder)
    assert second.index == first.index
    for entry in first.index.entries:
        assert second.read(entry.hash, "gzip") == first.read(entry.hash, "gzip")


def test_a_damaged_shelf_is_made_anew(stored: tuple[City, Path]) -> None:
    city, folder = stored
    shelf, place = open_shelf(city, folder)
    assert place is not None
    (place / f"{shelf.index.network.hash}.br").unlink()
    (place / "index.json").write_text("{")
    again, there = open_shelf(city, folder)
    assert there == place
    assert again.read(shelf.index.network.hash, "br")
    assert (place / f"{shelf.index.network.hash}.br").exists()
    assert sorted(p.name for p in place.parent.glob(".world-*")) == []


@pytest.mark.parametrize("suffix", ["br", "gz", "other br", "other gz", "index"])
def test_what_is_not_what_its_name_says_is_made_anew(
    stored: tuple[City, Path], suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Browsers keep it for a year: a flipped bit, a file in the place of another, an index that was touched."""
    city, folder = stored
    shelf, place = open_shelf(city, folder)
    assert place is not None
    network, ground = shelf.index.network.hash, shelf.index.ground.hash
    kind = suffix.removeprefix("other ")
    if suffix == "index":
        index = place / "index.json"
        index.write_text(index.read_text().replace('"x": 0', '"x": 1', 1))
    elif kind != suffix:
        (place / f"{network}.{kind}").write_bytes((place / f"{ground}.{kind}").read_bytes())
    else:
        data = bytearray((place / f"{network}.{kind}").read_bytes())
        data[len(data) // 2] ^= 1
        (place / f"{network}.{kind}").write_bytes(data)
    again, there = open_shelf(city, folder)
    assert there == place and "damaged" in caplog.text
    for encoding in ("br", "gzip", "identity"):
        assert again.read(network, encoding) == shelf.read(network, encoding)
    caplog.clear()
    assert open_shelf(city, folder)[0].index == shelf.index and not caplog.text


def test_a_folder_that_cannot_be_written_sends_it_to_the_users_cache(
    stored: tuple[City, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city, _ = stored
    nowhere = tmp_path / "a file"
    nowhere.write_text("")
    monkeypatch.setenv("COSMOPOLIS_CACHE", str(tmp_path / "user"))
    _, place = open_shelf(city, nowhere)
    assert place is not None and place.parent == tmp_path / "user"


def test_without_any_place_it_is_kept_in_memory(city: City) -> None:
    shelf, place = open_shelf(replace(city, version=""), None)
    assert place is None
    assert len(shelf.index.version) == 20


def test_squeezing_makes_files_smaller_and_changes_nothing(
    stored: tuple[City, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "SETTLE", 0.0)
    city, folder = stored
    shelf, place = open_shelf(city, folder)
    before = shelf.size(shelf.index.network)
    shelf.squeeze(place, threading.Event())
    assert shelf.size(shelf.index.network) < before
    later, _ = open_shelf(city, folder)
    assert later.size(shelf.index.network) == shelf.size(shelf.index.network)
    assert brotli.decompress(later.read(shelf.index.network.hash, "br")) == shelf.read(
        shelf.index.network.hash, "identity"
    )
