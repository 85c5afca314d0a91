"""A full street that gives way to another: the more drive on that one, the fewer get across it."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.city.words import StreetKind
from cosmopolis.simulation import Simulation
from cosmopolis.validation.chart import Chart, Dots, Line
from cosmopolis.validation.drawing import trips_of
from cosmopolis.validation.places import one_trip, streets_of
from cosmopolis.validation.record import Chapter, Check
from cosmopolis.validation.towns import edge, street, town
from cosmopolis.validation.tracks import at_random, comes_onto

F64 = NDArray[np.float64]
FLOWS = (100.0, 200.0, 300.0, 400.0, 500.0, 600.0)  # veh/h in each direction of the main street
EVERY = 2.2  # s between two cars of the full street: more than there is room for
NEAREST = 1.5  # s between two cars on one lane
ARM = 400.0  # m
STRAIGHT, RIGHT = (6.5, 4.0), (6.2, 3.3)  # s, critical and follow-up headway of HCM 6, two lanes


@dataclass(frozen=True)
class Crossing:
    """Q levels of flow on the main street."""

    conflicting: F64  # (Q,) veh/h that passed before those who wait
    capacity: F64  # (Q,) veh/h that came through


def capacity(conflicting: float, critical: float, follow_up: float) -> float:
    """veh/h by the Highway Capacity Manual, 6th edition, equation 20-32."""
    flow = conflicting / 3600.0
    return conflicting * exp(-flow * critical) / (1.0 - exp(-flow * follow_up))


def measure(
    to: str, flows: tuple[float, ...] = FLOWS, *, fill: float = 120.0, seconds: float = 1_800.0
) -> Crossing:
    """The south arm is full and goes `to` "n", across both directions, or "e", into the nearer one."""
    city = streets_of(
        town(
            {"c": (0, 0), "w": (-ARM, 0), "e": (ARM, 0), "n": (0, ARM), "s": (0, -ARM)},
            street("w c e", StreetKind.PRIMARY, speed=50 / 3.6),
            street("n c s", StreetKind.TERTIARY, speed=50 / 3.6),
        )
    )
    rows = [_one(city, to, flow, fill, seconds) for flow in flows]
    return Crossing(*np.array(rows).T)


def _one(city: City, to: str, flow: float, fill: float, seconds: float) -> tuple[float, float]:
    """(conflicting, through) in veh/h."""
    rng = np.random.default_rng(1)
    end = fill + seconds
    waits = [edge(city.network, "s", "c"), edge(city.network, "c", to)]
    rows = [one_trip(city, waits, float(at)) for at in np.arange(0.0, end, EVERY)]
    for start, goal in (("w", "e"), ("e", "w")):
        way = [edge(city.network, start, "c"), edge(city.network, "c", goal)]
        rows += [one_trip(city, way, float(at)) for at in at_random(flow, end, NEAREST, rng)]
    trips = trips_of(rows)
    simulation = Simulation(city, trips, threads=1)
    simulation.run(fill)
    passed = comes_onto(simulation, seconds, trips.route[trips.route_start[1:] - 1].astype(np.int64))
    first = trips.route[trips.route_start[:-1]]
    against = [edge(city.network, "w", "c")] if to == "e" else [edge(city.network, a, "c") for a in "we"]
    per_hour = 3600.0 / seconds
    conflicting = np.count_nonzero(passed & np.isin(first, against))
    return per_hour * conflicting, per_hour * np.count_nonzero(passed & (first == waits[0]))


def chapter(quick: bool = False) -> Chapter:
    flows, seconds = ((200.0, 500.0), 900.0) if quick else (FLOWS, 1_800.0)
    straight, right = (measure(to, flows, seconds=seconds) for to in ("n", "e"))
    return Chapter(
        name="minor-street",
        title="A street that gives way",
        method=(
            "Two streets of one lane each way cross, 50 km/h, without lights. One gives way and is full on one side; "
            "on the other cars come at random, more of them in each run. Counted: who passes in front of those who "
            "wait, and who of these gets through."
        ),
        checks=(
            _check("straight across", straight, STRAIGHT),
            _check("turning right", right, RIGHT),
            Check(
                what="greatest rise of what gets across from one level of flow to the next",
                ours=float(np.diff(straight.capacity).max()),
                unit="veh/h",
                oracle="capacity falls with the flow that goes first",
                source="Highway Capacity Manual, two-way stop-controlled intersections",
                low=-2_000.0,
                high=30.0,
                reread=False,
            ),
        ),
        charts=(
            _chart("across", "Across the main street", straight, STRAIGHT),
            _chart("into", "Into the main street", right, RIGHT),
        ),
    )


def _check(what: str, seen: Crossing, headways: tuple[float, float]) -> Check:
    theirs = np.array([capacity(flow, *headways) for flow in seen.conflicting])
    critical, follow_up = headways
    return Check(
        what=f"capacity {what} over the manual's, mean over the levels of flow",
        ours=float((seen.capacity / theirs).mean()),
        unit="",
        oracle=f"1: critical headway {critical} s, follow-up headway {follow_up} s",
        source="Highway Capacity Manual 6th edition, exhibits 20-11, 20-12; equation 20-32",
        low=0.75,
        high=1.35,
        digits=2,
        reread=False,
    )


def _chart(name: str, title: str, seen: Crossing, headways: tuple[float, float]) -> Chart:
    flow = np.linspace(60.0, float(seen.conflicting.max()) * 1.05, 60)
    return Chart(
        name=name,
        title=title,
        x="flow that goes first, vehicles/h",
        y="capacity, vehicles/h",
        layers=(
            Line(flow, np.array([capacity(each, *headways) for each in flow]), "HCM 6", 0, dashed=True),
            Dots(seen.conflicting, seen.capacity, "ours"),
        ),
        y_range=(0.0, 1_200.0),
    )
