"""Stops, lines and railways of OpenStreetMap."""

from cosmopolis.city.words import TransitMode
from tests.sources.maps import Map


def line() -> Map:
    """A street with a stop at each end: the first as platform and stop position, the second as stop position only."""
    return (
        Map()
        .node(1, 0, 0, public_transport="stop_position", bus="yes", name="甲")
        .node(2, 0, 12, highway="bus_stop", public_transport="platform", name="甲")
        .node(3, 300, 0, public_transport="stop_position", bus="yes", name="乙")
        .way(1, [1, 3], highway="primary")
    )


def test_a_platform_and_its_stop_position_are_one_stop(tmp_path):
    raw = line().read(tmp_path)
    assert [(stop.key, stop.name, stop.mode) for stop in raw.stops] == [
        ("osm:node/2", "甲", TransitMode.BUS),
        ("osm:node/3", "乙", TransitMode.BUS),
    ]


def test_platforms_of_both_directions_stay_two_stops(tmp_path):
    raw = line().node(4, 0, -12, highway="bus_stop", name="甲").read(tmp_path)
    assert len([stop for stop in raw.stops if stop.name == "甲"]) == 2


def test_a_route_relation_becomes_a_line(tmp_path):
    members = [("node", 1, "stop"), ("way", 1, ""), ("node", 3, "stop")]
    tags = {
        "type": "route",
        "route": "trolleybus",
        "ref": "20",
        "name": "20路",
        "colour": "#f00",
        "interval": "00:08",
    }
    (found,) = line().relation(5, members, **tags).read(tmp_path).transit_lines
    assert (found.ref, found.name, found.mode, found.colour, found.headway) == (
        "20",
        "20路",
        TransitMode.BUS,
        "#ff0000",
        480,
    )
    assert found.stops == ("osm:node/2", "osm:node/3")  # the stop position is the platform beside it
    assert round(found.path.length) == 300


def test_a_line_with_one_stop_here_is_told(tmp_path):
    raw = line().relation(5, [("node", 1, "stop")], type="route", route="bus").read(tmp_path)
    assert not raw.transit_lines
    assert [finding.code for finding in raw.findings] == ["transit-line"]


def test_rails_and_stations(tmp_path):
    raw = (
        line()
        .street(8, [(0, 80), (400, 80)], highway="", railway="subway", tunnel="yes")
        .street(9, [(0, 90), (400, 90)], highway="", railway="abandoned")
        .node(7, 100, 80, railway="station", station="subway", name="人民广场")
        .read(tmp_path)
    )
    assert [(rail.mode, rail.tunnel, rail.layer) for rail in raw.rails] == [(TransitMode.METRO, True, -1)]
    assert TransitMode.METRO in {stop.mode for stop in raw.stops}
