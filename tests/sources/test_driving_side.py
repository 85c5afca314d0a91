"""On which side people drive."""

import math

import pytest

from cosmopolis.sources.driving_side import left_by_place
from tests.sources.maps import LONDON, SHANGHAI, Map

LEFT = {
    "London": LONDON, "Dublin": (-6.26, 53.35), "Valletta": (14.51, 35.9), "Nicosia": (33.36, 35.17),
    "Mumbai": (72.88, 19.07), "Kathmandu": (85.32, 27.71), "Karachi": (67.0, 24.86), "Islamabad": (73.05, 33.7),
    "Colombo": (79.86, 6.93), "Dhaka": (90.41, 23.81), "Bangkok": (100.5, 13.75), "Singapore": (103.85, 1.29),
    "Jakarta": (106.85, -6.2), "Tokyo": (139.69, 35.69), "Fukuoka": (130.4, 33.59), "Sapporo": (141.35, 43.06),
    "Hong Kong": (114.17, 22.3), "Macau": (113.55, 22.19), "Sydney": (151.2, -33.87), "Auckland": (174.76, -36.85),
    "Johannesburg": (28.05, -26.2), "Nairobi": (36.82, -1.29), "Kampala": (32.58, 0.32), "Lusaka": (28.28, -15.42),
    "Windhoek": (17.08, -22.56), "Kingston": (-76.79, 17.97), "Georgetown": (-58.16, 6.8), "Naha": (127.68, 26.21),
}  # fmt: skip
RIGHT = {
    "Shanghai": SHANGHAI, "Shenzhen": (114.06, 22.55), "Zhuhai": (113.57, 22.27), "Helsinki": (24.94, 60.17),
    "Paris": (2.35, 48.86), "Calais": (1.86, 50.95), "Beatty": (-116.76, 36.91), "Seoul": (126.98, 37.57),
    "Busan": (129.04, 35.1), "Taipei": (121.56, 25.04), "Hanoi": (105.85, 21.03), "Vientiane": (102.63, 17.97),
    "Phnom Penh": (104.92, 11.56), "Yangon": (96.16, 16.87), "Manila": (120.98, 14.6), "Lhasa": (91.1, 29.65),
    "Kabul": (69.18, 34.53), "Tehran": (51.39, 35.69), "Kigali": (30.06, -1.94), "Luanda": (13.23, -8.84),
    "Kinshasa": (15.3, -4.32), "Lubumbashi": (27.48, -11.66), "Addis Ababa": (38.75, 9.03), "Cairo": (31.24, 30.04),
    "Mogadishu": (45.34, 2.05), "Antananarivo": (47.52, -18.88), "Miami": (-80.19, 25.76), "Bogota": (-74.07, 4.71),
    "Vladivostok": (131.89, 43.12), "Buenos Aires": (-58.38, -34.6), "Moscow": (37.62, 55.76),
}  # fmt: skip


@pytest.mark.parametrize("place", LEFT)
def test_places_that_drive_on_the_left(place):
    assert left_by_place(*LEFT[place])


@pytest.mark.parametrize("place", RIGHT)
def test_places_that_drive_on_the_right(place):
    assert not left_by_place(*RIGHT[place])


def test_the_place_decides_where_the_map_says_nothing(tmp_path):
    assert Map(LONDON).street(1, [(0, 0), (100, 0)]).read(tmp_path).drive_on_left
    assert not Map(SHANGHAI).street(1, [(0, 0), (100, 0)]).read(tmp_path).drive_on_left


def test_a_tag_decides_before_the_place(tmp_path):
    assert Map(SHANGHAI).street(1, [(0, 0), (100, 0)], driving_side="left").read(tmp_path).drive_on_left


@pytest.mark.parametrize("clockwise", [True, False])
def test_roundabouts_decide_before_the_place(tmp_path, clockwise):
    town = Map(SHANGHAI if clockwise else LONDON)
    for ring in range(3):
        turn = -1 if clockwise else 1
        ids = [ring * 100 + k for k in range(1, 9)]
        for k, id in enumerate(ids):
            angle = turn * 2 * math.pi * k / 8
            town.node(id, ring * 200 + 20 * math.cos(angle), 20 * math.sin(angle))
        town.way(ring + 1, [*ids, ids[0]], highway="primary", junction="roundabout")
    assert town.read(tmp_path).drive_on_left == clockwise
