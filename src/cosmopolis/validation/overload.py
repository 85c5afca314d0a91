"""A morning of a whole city, and the same with an hour of twice the trips: queues grow, and dissolve again.

Xinting always; central Shanghai where its map is in the folder that COSMOPOLIS_DATA names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cosmopolis.benchmarks.process import DATA
from cosmopolis.city.build import build
from cosmopolis.city.model import City
from cosmopolis.demand import plan_trips
from cosmopolis.demand.trips import Trips, concatenate, sorted_by_departure, take
from cosmopolis.growth import grow
from cosmopolis.simulation import Simulation
from cosmopolis.sources import read
from cosmopolis.validation.chart import Chart, Line
from cosmopolis.validation.record import Chapter, Check

F64 = NDArray[np.float64]
HOUR = 3600.0
BEGIN, END = 7 * HOUR, 8 * HOUR  # of the hour with twice the trips
DELAY = 120.0  # s by which the second of two trips departs later, at most
LOOK = 60.0  # s between two looks
LONG = 300.0  # s of standing in one place that no signal explains
SEEDS = (1, 2, 3)  # of the usual morning: whether queues wait for each other in a ring is a matter of chance
SHANGHAI = DATA / "osm/shanghai_center.osm"


@dataclass(frozen=True)
class Morning:
    """One run, seen every minute."""

    time: F64  # (T,) s after midnight
    under_way: F64  # (T,) vehicles on the road and trips that wait at their kerb
    stuck: F64  # (T,) share of those on the road who have stood for LONG
    arrived: F64  # (T,) since the beginning

    def arrivals(self, begin: float, end: float) -> float:
        """Arrivals an hour from `begin` to `end`."""
        counts = np.interp([begin, end], self.time, self.arrived)
        return float((counts[1] - counts[0]) / (end - begin) * HOUR)


@dataclass(frozen=True)
class Pair:
    """A city's morning as it is, and with an hour of twice the trips."""

    name: str
    once: Morning
    twice: Morning
    stuck: F64  # (seeds,) share that stands for LONG at the worst minute of the usual morning

    @property
    def rest(self) -> float:
        """Share of the vehicles that the hour added, at the worst minute, that is still there at the end."""
        added = self.twice.under_way - self.once.under_way
        return float(added[-1] / added.max())


def doubled(trips: Trips, begin: float = BEGIN, end: float = END, seed: int = 1) -> Trips:
    """`trips`, with a second one soon after each that departs in `begin` .. `end`; buses go once."""
    rows = np.flatnonzero((trips.depart >= begin) & (trips.depart < end) & (trips.line < 0))
    more = take(trips, rows)
    later = np.random.default_rng(seed).uniform(0.0, DELAY, len(rows))
    return sorted_by_departure(concatenate([trips, replace(more, depart=more.depart + later)]))


def drive(city: City, trips: Trips, until: float, seed: int = 1) -> Morning:
    """From the beginning of the hour until `until`."""
    simulation = Simulation(city, trips, seed=seed, start=BEGIN)
    stood, path, position = np.zeros(len(trips)), np.full(len(trips), -1), np.zeros(len(trips))
    rows = []
    while simulation.time < until:
        simulation.run(LOOK)
        seen, counts = simulation.vehicles(), simulation.counts()
        still = (path[seen.trip] == seen.path) & (seen.position - position[seen.trip] < 1.0)
        stood[seen.trip] = np.where(still, stood[seen.trip] + LOOK, 0.0)
        path[seen.trip], position[seen.trip] = seen.path, seen.position
        stuck = np.count_nonzero(stood[seen.trip] >= LONG) / max(len(seen.trip), 1)
        rows.append((simulation.time, counts["vehicles"] + counts["waiting"], stuck, counts["arrived"]))
    return Morning(*np.array(rows, float).T)


def measure(quick: bool = False) -> Iterator[Pair]:
    """Each city; `quick`: a small town and a short morning."""
    if quick:
        yield _pair("a town of 5,000", build(grow(seed=1, population=5_000), seed=1), 9 * HOUR)
        return
    yield _pair("Xinting", build(grow(seed=1, population=60_000), seed=1), 12 * HOUR)
    if SHANGHAI.exists():
        yield _pair("central Shanghai", build(read([SHANGHAI], name="Shanghai"), seed=1), 11.5 * HOUR)


def _pair(name: str, city: City, until: float) -> Pair:
    trips = plan_trips(city, seed=1)
    usual = [drive(city, trips, until, seed) for seed in SEEDS]
    worst = np.array([morning.stuck.max() for morning in usual])
    return Pair(name, usual[0], drive(city, doubled(trips), until), worst)


def chapter(quick: bool = False) -> Chapter:
    pairs = list(measure(quick))
    return Chapter(
        name="overload",
        title="A morning, and twice its trips",
        method=(
            "The morning of a whole city from seven o'clock on, seen every minute; and the same again with a second "
            "trip for each car trip that begins before eight."
        ),
        checks=tuple(check for pair in pairs for check in _checks(pair)),
        charts=tuple(_chart(pair) for pair in pairs),
    )


def _checks(pair: Pair) -> Iterator[Check]:
    once, twice = pair.once, pair.twice
    yield Check(
        what=f"{pair.name}: standing for five minutes, at the worst minute of the usual morning (mean of 3 seeds)",
        ours=float(100.0 * pair.stuck.mean()),
        unit="% of those on the road",
        oracle="hardly anybody: no gridlock at the city's own demand",
        source="a bound of ours",
        high=1.0,
        digits=2,
    )
    yield Check(
        what=f"{pair.name}: most under way after the hour of twice the trips, over the usual most",
        ours=float(twice.under_way.max() / once.under_way.max()),
        unit="times",
        oracle="queues grow",
        source="conservation: who cannot leave stays",
        low=1.5,
        digits=1,
    )
    yield Check(
        what=f"{pair.name}: arrivals an hour in the hour of twice the trips, over the usual",
        ours=twice.arrivals(BEGIN + LOOK, END) / once.arrivals(BEGIN + LOOK, END),
        unit="times",
        oracle="at least 1: a full city brings no fewer to their ends",
        source="a bound of ours",
        low=1.0,
        digits=2,
    )
    yield Check(
        what=f"{pair.name}: of those whom the hour added at the worst minute, under way at {once.time[-1] / HOUR:g} h",
        ours=100.0 * pair.rest,
        unit="%",
        oracle="near 0: queues dissolve",
        source="conservation: who has left is gone",
        high=25.0,
    )


def _chart(pair: Pair) -> Chart:
    return Chart(
        name=pair.name.split()[-1].lower(),
        title=f"{pair.name}: on the road or waiting at the kerb",
        x="time of day, h",
        y="vehicles",
        layers=(
            Line(pair.once.time / HOUR, pair.once.under_way, "as every morning"),
            Line(pair.twice.time / HOUR, pair.twice.under_way, "an hour of twice the trips", 2),
        ),
    )
