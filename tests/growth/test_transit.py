"""Metro and buses."""

import numpy as np
import shapely

from cosmopolis.city.words import StreetKind, TransitMode
from tests.growth.picture import line_of


def _buses(town):
    return [line for line in town.transit_lines if line.mode == TransitMode.BUS]


def test_lines_run_both_ways(town):
    refs = [line.ref for line in _buses(town)]
    assert 6 <= len(set(refs)) <= 10
    assert all(refs.count(ref) == 2 for ref in refs)
    assert all(360 <= line.headway <= 720 for line in _buses(town))


def test_stops_lie_at_the_kerb_of_a_street_that_buses_use(town):
    lines = [line_of(town, s) for s in town.streets if s.kind <= StreetKind.RESIDENTIAL]
    tree = shapely.STRtree(lines)
    for stop in town.stops:
        if stop.mode == TransitMode.BUS:
            point = shapely.Point(stop.xy)
            far = lines[int(tree.nearest(point))].distance(point)
            assert 3.0 < far < 22.0, stop.key


def test_no_stop_stands_on_a_bridge(town):
    water = shapely.union_all([a.polygon for a in town.areas if a.name.endswith(("River", "Canal"))])
    assert all(water.distance(shapely.Point(stop.xy)) > 10 for stop in town.stops)


def test_stops_follow_their_line_on_its_right(town):
    stops = {stop.key: np.array(stop.xy) for stop in town.stops}
    for line in _buses(town):
        stations = [line.path.project(shapely.Point(stops[key])) for key in line.stops]
        assert len(stations) >= 3
        assert np.median(np.diff(stations)) > 250
        for key in line.stops:
            s = line.path.project(shapely.Point(stops[key]))
            a, b = line.path.interpolate(max(0.0, s - 1)), line.path.interpolate(min(line.path.length, s + 1))
            step, off = np.array([b.x - a.x, b.y - a.y]), stops[key] - [a.x, a.y]
            assert step[0] * off[1] - step[1] * off[0] < 0 or _drives_here_twice(line.path, stops[key])


def _drives_here_twice(path, xy):
    return path.intersection(shapely.Point(xy).buffer(25)).length > 55


def test_line_paths_follow_streets(town):
    tree = shapely.STRtree([line_of(town, s) for s in town.streets if s.kind <= StreetKind.RESIDENTIAL])
    for line in _buses(town):
        spots = shapely.line_interpolate_point(line.path, np.arange(0, line.path.length, 40.0))
        _, far = tree.query_nearest(spots, return_distance=True, all_matches=False)
        assert far.max() < 0.5


def test_the_metro_calls_at_its_stations(town):
    metro = [line for line in town.transit_lines if line.mode == TransitMode.METRO]
    stations = {stop.key: stop for stop in town.stops if stop.mode == TransitMode.METRO}
    assert len(metro) == 2
    assert 3 <= len(stations) <= 4
    assert metro[0].stops == metro[1].stops[::-1]
    for stop in stations.values():
        assert town.rails[0].line.distance(shapely.Point(stop.xy)) < 1
