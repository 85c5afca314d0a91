"""Every bad file is one clear sentence: what, where, what to do."""

import bz2
import gzip
import json
import os
import re

import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.sources import read
from tests.sources.maps import DATA, Map

TOWN = Map().street(1, [(0, 0), (100, 0)]).text().encode()
_SENTENCE = re.compile(r"^\S.*[^.]\.$")


def refused(path, body=None):
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(BadInput) as caught:
        read([path])
    text = str(caught.value)
    assert "\n" not in text and _SENTENCE.match(text), text
    assert text.startswith(str(path)), text
    return text


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("map.osm", b"", "the file is empty"),
        ("map.osm", b" \n\n", "the file is empty"),
        ("map.osm", b"\x89PNG\r\n\x1a\n....", "this is a PNG image"),
        ("map.osm", b"\xff\xd8\xff\xe0....", "this is a JPEG image"),
        ("map.pbf", b"PK\x03\x04....", "this is a ZIP archive"),
        ("map.osm", b"<!DOCTYPE html><html>", "this is a web page"),
        ("map.osm", b'<?xml version="1.0"?><net version="1.9">', "this is a SUMO network"),
        (
            "a.sumocfg",
            b'<?xml version="1.0"?><configuration>',
            "a SUMO scenario, which `cosmopolis simulate` runs",
        ),
        ("a.rou.xml", b"<routes><vType/></routes>", "a SUMO file of routes"),
        ("map.osm", b'<?xml version="1.0"?><OpenDRIVE>', "this is an OpenDRIVE road"),
        ("map.osm", b"<gpx><trk/></gpx>", "this is a GPX track"),
        ("map.osm", b"<osmChange version='0.6'></osmChange>", "this is an OpenStreetMap change file"),
        ("map.txt", b"hello there", "unknown format; give OpenStreetMap"),
        ("map.pbf", b"\x00\x01\x02\x03 garbage", "not an OpenStreetMap PBF file"),
        ("map.osm", b'<osm version="0.6"></osm>', "holds no nodes, ways or relations"),
        ("map.json", b'{"a": 1}', "neither GeoJSON nor CityJSON"),
        ("map.json", b'{"version": 0.6, "elements": []}', "this is Overpass JSON"),
        ("map.json", b'{"type": "Topology"}', "this is TopoJSON"),
        ("map.json", b'{"type": "FeatureCollection",\n "features": [', "broken JSON at line 2"),
        ("map.osm.gz", gzip.compress(b"col1,col2\n", mtime=0), "no OpenStreetMap XML inside"),
    ],
)
def test_files_that_are_no_map(tmp_path, name, body, message):
    assert message in refused(tmp_path / name, body)


def test_a_file_that_is_not_there_and_a_folder(tmp_path):
    assert "there is no such file" in refused(tmp_path / "nowhere.osm")
    assert "this is a folder" in refused(tmp_path)


def test_broken_xml_tells_the_line(tmp_path):
    broken = TOWN.replace(b"</osm>", b"<node id=")
    line = broken.count(b"\n") + 1
    assert re.search(
        rf"broken XML at line ({line}|{line - 1}), column \d+", refused(tmp_path / "map.osm", broken)
    )


@pytest.mark.parametrize(
    "node",
    [
        b'<node id="a" lat="1" lon="2"/>',
        b'<node id="1" lat="99" lon="500"/>',
        b'<node id="1" lat="x" lon="5"/>',
    ],
)
def test_values_that_no_map_has(tmp_path, node):
    text = refused(tmp_path / "map.osm", TOWN.replace(b"</osm>", node + b"</osm>"))
    assert "not readable as OpenStreetMap data" in text


@pytest.mark.parametrize("squeeze", [gzip.compress, bz2.compress])
def test_compressed_files_are_read_and_cut_off_ones_are_told(tmp_path, squeeze):
    suffix = ".gz" if squeeze is gzip.compress else ".bz2"
    whole = tmp_path / f"map.osm{suffix}"
    body = squeeze(Map().text().encode().replace(b"</osm>", TOWN[TOWN.index(b"<node") :]))
    whole.write_bytes(body)
    assert len(read([whole]).streets) == 1
    assert "broken or cut off" in refused(tmp_path / f"half.osm{suffix}", body[: len(body) // 2])


def test_the_name_need_not_tell_the_format(tmp_path):
    path = tmp_path / "download"
    path.write_bytes(b"\xef\xbb\xbf" + TOWN)
    assert len(read([path]).streets) == 1


def test_a_cut_off_pbf(tmp_path):
    real = DATA / "osm/helsinki.osm.pbf"
    if not real.exists():
        pytest.skip(f"needs {real}")
    text = refused(tmp_path / "half.osm.pbf", real.read_bytes()[:100_000])
    assert "broken or cut-off OpenStreetMap PBF file" in text


def test_an_extract_without_streets(tmp_path):
    path = Map().square(1, 0, 0, 20, building="yes").write(tmp_path)
    assert "no streets for vehicles in it" in refused(path)
    footway = Map().street(1, [(0, 0), (9, 0)], highway="footway").write(tmp_path)
    assert "no streets for vehicles in it" in refused(footway)


def test_nothing_to_read():
    with pytest.raises(BadInput, match="no file given"):
        read([])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "map.osm")
    assert "a pipe or a device" in refused(tmp_path / "map.osm")


@pytest.mark.parametrize("name", ["town.geojson", "town.city.json"])
def test_json_that_is_not_utf8_is_told_with_its_line(tmp_path, name):
    body = '{"type": "FeatureCollection",\n"name": "M\u00fcnchen", "features": []}'.encode("latin-1")
    assert "line 2 is not UTF-8" in refused(tmp_path / name, body)


def test_a_model_scaled_to_one_point_is_told(tmp_path):
    model = {
        "type": "CityJSON",
        "version": "2.0",
        "transform": {"scale": [0.001, 0, 0.001], "translate": [121000, 487000, 0]},
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"},
        "CityObjects": {"a": {"type": "Building", "geometry": []}},
        "vertices": [[0, 0, 0]],
    }
    text = refused(tmp_path / "flat.city.json", json.dumps(model).encode())
    assert "the scale [0.001, 0.0, 0.001]" in text
