"""A city on disk: what is loaded is what was saved, other programs read it, and nothing is ever half there."""

from __future__ import annotations

import errno
import json
from dataclasses import fields, replace
from pathlib import Path

import duckdb
import geopandas
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.city.raw import RawCity
from cosmopolis.city.store import load, save, storing
from cosmopolis.city.tables import LAYERS, decode, encode, layers_of
from cosmopolis.geometry.polylines import Polylines


def assert_same(a: object, b: object, where: str) -> None:
    if isinstance(a, Polylines):
        assert isinstance(b, Polylines)
        np.testing.assert_array_equal(a.start, b.start, where)
        np.testing.assert_array_equal(a.points, b.points, where)
    elif isinstance(a, np.ndarray) and a.dtype != np.object_:
        assert isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape, where
        np.testing.assert_array_equal(a, b, where)
    elif isinstance(a, np.ndarray):
        assert len(a) == len(b) and all(shapely.equals_identical(a, b)), where
    else:
        assert list(a) == list(b), where


def test_round_trip_is_exact(town: City, tmp_path: Path) -> None:
    saved = save(town, tmp_path / "town.city")
    loaded = load(tmp_path / "town.city")
    for (name, a), (_, b) in zip(layers_of(saved), layers_of(loaded)):
        for field in fields(a):
            assert_same(getattr(a, field.name), getattr(b, field.name), f"{name}.{field.name}")
    for name in (
        "name",
        "origin",
        "drive_on_left",
        "bounds",
        "sources",
        "findings",
        "seed",
        "version",
        "notes",
    ):
        assert getattr(saved, name) == getattr(loaded, name)
    assert loaded.version


def test_a_city_stored_before_there_were_stop_signs_opens_without_any(town: City, tmp_path: Path) -> None:
    save(town, tmp_path / "a")
    table = pq.read_table(tmp_path / "a" / "connections.parquet")
    kind = LAYERS["connections"]
    assert decode(kind, table).must_stop.tolist() == town.network.connections.must_stop.tolist()
    older = decode(kind, table.drop_columns(["must_stop"]))
    assert town.network.connections.must_stop.any() and not older.must_stop.any()
    assert len(older.must_stop) == len(older)


def test_every_layer_of_the_city_is_stored(town: City, tmp_path: Path) -> None:
    save(town, tmp_path / "c")
    assert {path.stem for path in (tmp_path / "c").glob("*.parquet")} == set(LAYERS)


def test_version_follows_contents_and_nothing_else(town: City, tmp_path: Path) -> None:
    one, two = save(town, tmp_path / "a"), save(town, tmp_path / "b")
    assert one.version == two.version == save(load(tmp_path / "a"), tmp_path / "c").version
    heights = town.buildings.height.copy()
    heights[0] += 0.5
    taller = replace(town, buildings=replace(town.buildings, height=heights))
    assert save(taller, tmp_path / "d").version != one.version
    renamed = replace(town, buildings=replace(town.buildings, name=("x", *town.buildings.name[1:])))
    assert save(renamed, tmp_path / "e").version != one.version


def test_same_city_gives_the_same_files(town: City, tmp_path: Path) -> None:
    save(town, tmp_path / "a")
    save(town, tmp_path / "b")
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_geopandas_opens_every_layer_with_geometry(town: City, tmp_path: Path) -> None:
    save(town, tmp_path / "c")
    seen = set()
    for path in (tmp_path / "c").glob("*.parquet"):
        if b"geo" not in pq.read_schema(path).metadata:
            continue
        frame = geopandas.read_parquet(path)
        assert len(frame) == len(dict(layers_of(town))[path.stem])
        assert not frame.geometry.isna().any()
        seen.add(path.stem)
    assert {"junctions", "edges", "lanes", "buildings", "water", "trees", "zones"} <= seen
    buildings = geopandas.read_parquet(tmp_path / "c" / "buildings.parquet").to_crs("OGC:CRS84")
    lon, lat = buildings.geometry.iloc[0].centroid.coords[0]
    np.testing.assert_allclose((lon, lat), town.projection.to_lonlat([[120.0, 80.0]])[0], atol=1e-6)
    named = dict(zip(buildings["key"], buildings["use_name"]))
    assert (named["b:whole"], named["b:silent"]) == ("OFFICE", "RETAIL")


def test_duckdb_reads_columns_and_well_known_binary(town: City, tmp_path: Path) -> None:
    save(town, tmp_path / "c")
    folder = tmp_path / "c"
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as db:
        floors = db.sql(f"select floors from '{folder}/buildings.parquet' where key = 'b:floors'").fetchall()
        lights = db.sql(f"select light, duration from '{folder}/signals.parquet'").fetchall()
    assert floors == [(5,)]
    assert lights == [([[3, 0], [0, 2]], [30.0, 25.0])]
    column = pq.read_table(folder / "lanes.parquet", columns=["geometry"]).column(0).to_pylist()
    line = shapely.from_wkb(column[0])
    np.testing.assert_array_equal(shapely.get_coordinates(line, include_z=True), town.network.lanes.line[0])


def test_geoparquet_metadata(town: City, tmp_path: Path) -> None:
    save(town, tmp_path / "c")
    geo = json.loads(pq.read_schema(tmp_path / "c" / "lanes.parquet").metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert geo["version"] == "1.1.0" and geo["primary_column"] == "geometry"
    assert column["encoding"] == "WKB" and column["geometry_types"] == ["LineString Z"]
    assert column["crs"]["type"] == "ProjectedCRS"
    x, y = town.network.lanes.line.points[:, :2].T
    assert column["bbox"] == [x.min(), y.min(), x.max(), y.max()]


def test_saving_again_replaces_the_city(town: City, tmp_path: Path) -> None:
    save(town, tmp_path / "c")
    save(replace(town, name="Other"), tmp_path / "c")
    assert load(tmp_path / "c").name == "Other"
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


@pytest.mark.parametrize("there_already", [False, True])
def test_full_disk_leaves_nothing_half_written(
    town: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there_already: bool
) -> None:
    if there_already:
        save(town, tmp_path / "c")
    write, room = Path.write_bytes, [4]

    def write_until_full(path: Path, data: bytes) -> int:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_until_full)
    with pytest.raises(BadInput, match="disk is full"):
        save(replace(town, name="Other"), tmp_path / "c")
    assert [path.name for path in tmp_path.iterdir()] == (["c"] if there_already else [])
    if there_already:
        assert load(tmp_path / "c").name == town.name


def test_a_folder_of_something_else_is_not_replaced(town: City, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    for name in ("thesis", "file"):
        with pytest.raises(BadInput, match="not a city"):
            save(town, tmp_path / name)
    assert (tmp_path / "thesis" / "chapter1.txt").read_text() == "years of work"


def test_an_unwritable_place_is_one_sentence(town: City, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        save(town, tmp_path / "file" / "c")


def edit_head(folder: Path, **changes: object) -> None:
    """As a program would that wrote cities before they had a digest."""
    head = json.loads((folder / "city.json").read_text())
    del head["digest"]
    (folder / "city.json").write_text(json.dumps({**head, **changes}))


def change_head(folder: Path, old: str, new: str) -> None:
    text = (folder / "city.json").read_text()
    assert old in text
    (folder / "city.json").write_text(text.replace(old, new, 1))


def test_a_head_laid_out_anew_is_the_same_head(town: City, tmp_path: Path) -> None:
    saved = save(town, tmp_path / "c")
    head = json.loads((tmp_path / "c" / "city.json").read_text())
    (tmp_path / "c" / "city.json").write_text(json.dumps(dict(reversed(head.items()))))
    assert load(tmp_path / "c").version == saved.version


def test_newer_format_says_which_and_to_update(town: City, tmp_path: Path) -> None:
    save(town, tmp_path / "c")
    edit_head(tmp_path / "c", format_version=99)
    with pytest.raises(BadInput, match=r"version 99 .* update Cosmopolis"):
        load(tmp_path / "c")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda c: (c / "lanes.parquet").unlink(), r"lanes\.parquet is missing"),
        (lambda c: (c / "lanes.parquet").write_bytes(b"PAR1 and no more"), r"lanes\.parquet is damaged"),
        (lambda c: (c / "city.json").unlink(), r"has no city\.json"),
        (lambda c: (c / "city.json").write_text("{"), r"city\.json cannot be read"),
        (lambda c: (c / "city.json").write_text("[]"), "not of a Cosmopolis city"),
        (lambda c: change_head(c, '"seed": ', '"seed": 1'), r"city\.json is damaged"),
        (lambda c: change_head(c, "origin", "prigin"), r"city\.json is damaged"),
        (lambda c: edit_head(c, format="citygml"), "not of a Cosmopolis city"),
        (lambda c: edit_head(c, format_version="one"), "no valid format_version"),
        (lambda c: edit_head(c, tables={}), r"city\.json is incomplete"),
        (lambda c: edit_head(c, sources=[{"name": "x"}]), r"city\.json is incomplete"),
    ],
)
def test_broken_folder_is_one_sentence_that_names_the_file(town, tmp_path, damage, says) -> None:
    save(town, tmp_path / "c")
    damage(tmp_path / "c")
    with pytest.raises(BadInput, match=says) as error:
        load(tmp_path / "c")
    assert "\n" not in str(error.value)


def test_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a city folder"):
        load(tmp_path / "nothing")


def test_a_network_that_went_ahead_makes_no_difference(town: City, tmp_path: Path) -> None:
    save(town, tmp_path / "a")
    raw = RawCity(name=town.name, origin=town.origin)
    with storing(tmp_path / "b") as tables:
        tables.begin(raw, town.network)
        saved = tables.finish(town)
    assert saved.version == load(tmp_path / "a").version
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_a_network_that_changed_after_it_was_written_is_refused(town: City, tmp_path: Path) -> None:
    other = replace(town.network, edges=replace(town.network.edges))
    with pytest.raises(ValueError, match="changed"), storing(tmp_path / "b") as tables:
        tables.begin(RawCity(name=town.name, origin=town.origin), other)
        tables.finish(town)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_without_rows_has_the_columns_of_one_with_rows(town: City, name: str) -> None:
    layer, crs = dict(layers_of(town))[name], {}
    full = encode(layer, crs, name)
    empty = encode(decode(LAYERS[name], full.slice(0, 0)), crs, name)
    assert empty.num_rows == 0
    assert empty.schema.equals(full.schema)
