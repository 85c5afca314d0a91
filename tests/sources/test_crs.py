"""Names of coordinate systems in every form, and which coordinate comes first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from cosmopolis.sources.crs import Misplaced, UnknownSystem, place, system_of

UTRECHT = np.array([[136_500.0, 455_800.0, 2.0], [136_512.0, 455_808.0, 11.0]])
URL = "http://www.opengis.net/def/crs/EPSG"


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:7415", "epsg:7415", "EPSG7415", "7415", 7415, f"{URL}/0/7415", f"{URL}/9.9.1/7415", f"{URL}/0/7415/",
        "https://www.opengis.net/def/crs/EPSG/0/7415", "urn:ogc:def:crs:EPSG::7415", "urn:ogc:def:crs:EPSG:9.8.15:7415",
        "urn:ogc:def:crs:EPSG:7415", "urn:x-ogc:def:crs:EPSG::7415", "EPSG:28992+5709", "EPSG:28992+EPSG:5709",
        "urn:ogc:def:crs,crs:EPSG::28992,crs:EPSG::5709", "urn:ogc:def:crs,crs:EPSG:6.12:28992,crs:EPSG:6.12:5709",
        f"http://www.opengis.net/def/crs-compound?1={URL}/0/28992&2={URL}/0/5709",
        f"https://www.opengis.net/def/crs-compound?1={URL}/9.9.1/28992&2={URL}/9.9.1/5709",
        "http://www.opengis.net/gml/srs/epsg.xml#28992", "https://spatialreference.org/ref/epsg/28992/",
        "https://epsg.io/28992", "Amersfoort / RD New", CRS("EPSG:28992").to_wkt(), CRS("EPSG:7415").to_wkt(),
    ],
)  # fmt: skip
def test_one_system_by_all_its_names(name):
    placing = place(system_of(name), UTRECHT, by_authority=True)
    degrees = placing.to_degrees(UTRECHT)
    assert degrees[0] == pytest.approx((5.11726, 52.09015, 2.0), abs=1e-5)
    assert degrees[1, 2] == 11.0
    assert not placing.note and not placing.system.height_guessed


@pytest.mark.parametrize("name", ["OGC:CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "CRS:84", "OGC:CRS84h"])
def test_longitude_first_where_the_authority_says_so(name):
    assert not system_of(name).latitude_first


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("EPSG:4979", [47.0, 8.0]), ("EPSG:4326", [47.0, 8.0]), ("EPSG:6697", [35.68, 139.76]),
        ("urn:ogc:def:crs,crs:EPSG::6668,crs:EPSG::6695", [35.68, 139.76]), ("OGC:CRS84", [8.0, 47.0]),
    ],
)  # fmt: skip
def test_degrees_in_the_order_of_the_authority(name, written):
    points = np.array([[*written, 3.0]])
    lon, lat = (139.76, 35.68) if 35.68 in written else (8.0, 47.0)
    assert place(system_of(name), points, by_authority=True).to_degrees(points)[0] == pytest.approx(
        (lon, lat, 3.0), abs=2e-5
    )


def test_the_other_order_where_only_that_is_possible_and_it_is_told():
    tokyo = np.array([[139.76, 35.68, 3.0]])
    placing = place(system_of("EPSG:6697"), tokyo, by_authority=True)
    assert placing.to_degrees(tokyo)[0, :2] == pytest.approx((139.76, 35.68), abs=1e-4)
    assert placing.note == "are written east first, as only then they lie where it is used"
    delhi = np.array([[77.2, 28.6]])  # within 90 either way; the Indian system is not used in the Arctic
    assert place(system_of("EPSG:4146"), delhi, by_authority=False).note == ""
    assert "north first" in place(system_of("EPSG:4146"), delhi[:, ::-1], by_authority=False).note


def test_outside_the_area_of_use_is_told():
    placing = place(system_of("EPSG:28992"), np.add(UTRECHT, [600_000.0, 0.0, 0.0]), by_authority=True)
    assert "outside the area where it is used" in placing.note


@pytest.mark.parametrize(
    ("name", "metres", "guessed"),
    [
        ("EPSG:2263", 0.3048006, "US survey foot"), ("EPSG:2263+6360", 0.3048006, ""), ("EPSG:2263+5703", 1.0, ""),
        ("EPSG:6697", 1.0, ""), ("EPSG:28992", 1.0, ""), ("EPSG:28992+5715", -1.0, ""), ("EPSG:4979", 1.0, ""),
    ],
)  # fmt: skip
def test_units_of_height(name, metres, guessed):
    """A foot, and depths (EPSG:5715), which count downward."""
    system = system_of(name)
    assert (system.height_unit, system.height_guessed) == (pytest.approx(metres, abs=1e-7), guessed)


def test_metres_from_the_middle_of_the_earth():
    paris = np.array([[4_200_952.6, 172_458.6, 4_780_119.5]])
    lon, lat, height = place(system_of("EPSG:4978"), paris, by_authority=True).to_degrees(paris)[0]
    assert (lon, lat) == pytest.approx((2.3508, 48.8567), abs=0.01)
    assert abs(height) < 1_000


@pytest.mark.parametrize(
    ("name", "points", "told"),
    [
        ("EPSG:8360", UTRECHT, "EPSG:8360, which is in degrees, and its coordinates are none, such as (136512"),
        ("EPSG:3857", [[8.0, 47.0]], "says EPSG:3857, and its coordinates look like degrees, such as (8, 47)"),
        ("EPSG:28992", [[5.1, 52.1]], "says EPSG:28992, and its coordinates look like degrees, such as (5.1, 52.1)"),
        ("EPSG:28992", [[1e12, 1e12]], "says EPSG:28992, and its coordinates lie outside that system"),
    ],
)  # fmt: skip
def test_a_wrong_label_says_what_was_found(name, points, told):
    with pytest.raises(Misplaced) as caught:
        place(system_of(name), np.array(points, dtype=np.float64), by_authority=True)
    assert told in str(caught.value)


def test_one_wrong_point_does_not_make_a_file_wrong():
    points = np.concatenate([UTRECHT, [[1e9, 1e9, 0.0]]])
    degrees = place(system_of("EPSG:28992"), points, by_authority=True).to_degrees(points)
    assert degrees[:2, 0] == pytest.approx([5.117, 5.117], abs=1e-3)


@pytest.mark.parametrize(
    "name", ["EPSG:123456", "EPSG:5709", "", None, True, [], {"a": 1}, "x" * 30_000, "a\0b", "\\"]
)
def test_what_is_no_system_is_told(name):
    with pytest.raises(UnknownSystem, match=r"^names "):
        system_of(name)


pieces = st.sampled_from(
    ["urn:ogc:def:crs", ",crs:", ":", "EPSG", "::", "28992", "5709", "+", "http://", "/def/crs/", "/def/crs-compound?",
     "1=", "&2=", "0", "/", "#", "GEOGCS[", "+proj=utm", " +zone=", "\0", "é", "%", "[", "OGC", "CRS84"]
)  # fmt: skip


@settings(max_examples=40, deadline=None)  # PROJ looks an unknown name up among all names that it knows
@given(st.one_of(st.lists(pieces, max_size=12).map("".join), st.text(max_size=40)))
def test_no_name_does_more_than_be_unknown(name):
    try:
        system = system_of(name)
    except UnknownSystem:
        return
    try:
        placing = place(system, UTRECHT, by_authority=True)
    except Misplaced as misplaced:
        assert str(misplaced)
        return
    longitude, latitude = placing.to_degrees(UTRECHT)[:, :2].T
    assert (np.abs(longitude) <= 360.0).all() and (np.abs(latitude) <= 90.0).all()
