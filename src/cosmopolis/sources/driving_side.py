"""On which side people drive: asked of the data first, then of the place.

1. A `driving_side` tag on most streets that carry one decides.
2. Three roundabouts or more that agree decide: clockwise is driving on the left.
3. Otherwise the place: rough outlines of the countries and regions that drive on the left, drawn by hand to about
   30 km, which is why data near a border (Hong Kong and Shenzhen) is asked first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.sources.extent import centre_of
from cosmopolis.sources.osm_reading import OsmReading

# (west, south, east, north) degrees; the first box that holds the point decides: exceptions stand before the whole.
_RIGHT, _LEFT = False, True
_BOXES: tuple[tuple[bool, tuple[float, float, float, float]], ...] = (
    # Europe: Great Britain and Ireland, Channel Islands, Malta, Cyprus.
    (_RIGHT, (1.5, 49.0, 3.0, 51.1)), (_LEFT, (-11.0, 49.85, 1.9, 61.0)), (_LEFT, (-2.8, 49.1, -1.95, 49.8)),
    (_LEFT, (14.1, 35.7, 14.7, 36.2)), (_LEFT, (32.2, 34.5, 34.7, 35.8)),
    # Hong Kong and Macau inside China.
    (_LEFT, (113.82, 22.13, 114.45, 22.51)), (_LEFT, (113.52, 22.10, 113.61, 22.217)),
    # Japan, without Korea, the Russian coast and Taiwan.
    (_RIGHT, (123.0, 33.3, 129.1, 40.0)), (_RIGHT, (119.0, 21.5, 122.4, 25.6)), (_RIGHT, (141.8, 45.6, 146.0, 55.0)),
    (_RIGHT, (126.0, 36.0, 129.7, 43.0)), (_RIGHT, (130.0, 42.0, 139.0, 50.0)), (_LEFT, (122.5, 24.0, 146.0, 45.6)),
    # South Asia: Sri Lanka, Maldives, India, Pakistan, Nepal, Bhutan, Bangladesh; not Iran, Afghanistan, Tibet, Burma.
    (_RIGHT, (60.0, 29.9, 66.3, 38.6)), (_RIGHT, (66.3, 31.9, 69.3, 38.6)), (_RIGHT, (69.3, 33.4, 71.0, 38.6)),
    (_RIGHT, (80.5, 30.6, 98.0, 40.0)), (_RIGHT, (84.5, 28.5, 91.5, 40.0)), (_RIGHT, (93.4, 15.0, 97.4, 26.5)),
    (_LEFT, (60.9, 24.0, 80.5, 37.1)), (_LEFT, (68.0, 5.5, 97.4, 30.6)), (_LEFT, (72.5, -1.0, 74.0, 7.5)),
    (_LEFT, (92.0, 6.5, 94.2, 14.0)),
    # South-east Asia: Thailand, Malaysia, Singapore, Brunei, Indonesia, East Timor; not Laos, Cambodia, Vietnam,
    # the Philippines.
    (_RIGHT, (102.4, 10.0, 110.0, 14.3)), (_RIGHT, (105.5, 14.3, 110.0, 18.2)), (_RIGHT, (104.74, 16.2, 110.0, 18.2)),
    (_RIGHT, (102.0, 17.93, 110.0, 23.5)),
    (_RIGHT, (117.0, 5.6, 127.0, 21.0)), (_RIGHT, (100.3, 19.6, 103.0, 23.5)),
    (_LEFT, (97.3, 5.6, 105.7, 20.5)), (_LEFT, (95.0, -11.2, 141.0, 7.5)),
    # Oceania.
    (_LEFT, (112.0, -44.0, 154.0, -9.0)), (_LEFT, (140.8, -12.0, 163.0, -0.5)), (_LEFT, (165.5, -48.0, 180.0, -33.5)),
    (_LEFT, (176.5, -21.0, 180.0, -12.0)), (_LEFT, (-180.0, -24.0, -157.0, -7.0)), (_LEFT, (166.0, -1.5, 180.0, 2.5)),
    # Africa: Kenya, Uganda, Tanzania, Mozambique, Malawi, Zambia, Zimbabwe, Botswana, Namibia, South Africa,
    # Lesotho, Eswatini, Mauritius, Seychelles, Saint Helena; not Angola, Congo, Rwanda, Burundi, Ethiopia, Somalia.
    (_RIGHT, (28.8, -4.5, 30.8, -1.1)), (_RIGHT, (11.0, -17.4, 22.0, 6.0)), (_RIGHT, (22.0, -13.0, 24.0, 6.0)),
    (_RIGHT, (24.0, -11.2, 28.4, 6.0)), (_RIGHT, (28.4, -8.2, 29.6, 6.0)), (_RIGHT, (28.6, -13.3, 29.8, -12.0)),
    (_RIGHT, (26.5, -12.4, 28.6, -11.2)), (_RIGHT, (41.0, -1.6, 52.0, 12.0)), (_RIGHT, (36.0, 4.4, 48.0, 15.0)),
    (_RIGHT, (42.9, -26.0, 51.0, -11.9)), (_LEFT, (11.5, -35.0, 41.0, -8.2)), (_LEFT, (29.2, -12.0, 42.0, 4.4)),
    (_LEFT, (55.0, -21.0, 64.0, -3.5)), (_LEFT, (-15.0, -41.0, -5.0, -7.0)),
    # The Americas: Jamaica, Bahamas, Cayman and Virgin Islands, Lesser Antilles (not the French and Dutch ones),
    # Trinidad, Bermuda, Guyana, Suriname, Falkland Islands.
    (_LEFT, (-78.5, 17.6, -76.1, 18.6)), (_LEFT, (-81.5, 19.2, -79.6, 19.8)), (_LEFT, (-79.4, 20.9, -71.0, 27.4)),
    (_LEFT, (-65.1, 17.6, -64.2, 18.8)), (_RIGHT, (-61.9, 15.8, -61.0, 16.6)), (_RIGHT, (-61.3, 14.3, -60.8, 14.9)),
    (_LEFT, (-63.2, 18.15, -62.9, 18.3)), (_LEFT, (-62.9, 16.6, -61.6, 17.75)), (_LEFT, (-61.5, 9.9, -59.4, 15.7)),
    (_LEFT, (-65.0, 32.2, -64.6, 32.5)), (_LEFT, (-61.4, 1.2, -54.0, 8.5)), (_LEFT, (-61.5, -52.5, -57.6, -51.0)),
)  # fmt: skip


def left_by_place(lon: float, lat: float) -> bool:
    """Whether people drive on the left at this place."""
    for left, (west, south, east, north) in _BOXES:
        if west <= lon <= east and south <= lat <= north:
            return left
    return False


def drives_on_left(reading: OsmReading, xy: NDArray[np.float64]) -> bool:
    """Whether people drive on the left in this file."""
    tagged = [
        way.tags["driving_side"] for way in reading.ways if way.tags.get("driving_side") in ("left", "right")
    ]
    if tagged:
        return 2 * tagged.count("left") > len(tagged)
    rings = [
        xy[way.rows]
        for way in reading.ways
        if way.closed
        and way.tags.get("junction") in ("roundabout", "circular")
        and way.tags.get("oneway") != "-1"
    ]
    clockwise = sum(_area(ring) < 0 for ring in rings)
    if len(rings) >= 3 and max(clockwise, len(rings) - clockwise) >= 0.8 * len(rings):
        return 2 * clockwise > len(rings)
    return reading.box is not None and left_by_place(*centre_of(reading.box))


def _area(ring: NDArray[np.float64]) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)
