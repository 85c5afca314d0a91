"""Two hours of mixed traffic on a grid: whoever departs is on the road until he arrives, at every step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation import Simulation
from cosmopolis.validation.chart import Chart, Line
from cosmopolis.validation.places import chessboard, random_trips
from cosmopolis.validation.record import Chapter, Check

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Books:
    """The accounts after each of T steps."""

    time: F64  # (T,) s
    due: F64  # (T,) trips whose time has come
    departed: F64  # (T,)
    arrived: F64  # (T,)
    on_road: F64  # (T,) counted among the vehicles
    waiting: F64  # (T,) at the kerb
    broken: F64  # (T,) taken out for a value that is no number

    @property
    def lost(self) -> float:
        """Greatest number of vehicles, over all steps, that are nowhere or twice."""
        on_road = np.abs(self.departed - self.arrived - self.broken - self.on_road)
        return float(max(on_road.max(), np.abs(self.due - self.departed - self.waiting).max()))


def measure(seconds: float = 7_200.0, *, every: float = 1.2) -> Books:
    """Trips of all kinds of vehicles depart during the first two thirds; the rest is for arriving."""
    city, during = chessboard(4, 2), seconds * 2 / 3
    trips = random_trips(city, round(during / every), seconds=during, nearest=200.0, mixed=True)
    simulation = Simulation(city, trips, threads=1)
    rows = []
    for _ in range(round(seconds / simulation.dt)):
        simulation.step()
        counts, time = simulation.counts(), simulation.time
        due = np.searchsorted(trips.depart, time, side="left")
        ids = simulation.vehicles().id
        on_road = len(np.unique(ids))
        rows.append(
            (time, due, counts["departed"], counts["arrived"], on_road, counts["waiting"], counts["broken"])
        )
    return Books(*np.array(rows, float).T)


def chapter(quick: bool = False) -> Chapter:
    books = measure(1_200.0 if quick else 7_200.0)
    return Chapter(
        name="conservation",
        title="Nobody is lost or doubled",
        method=(
            f"{books.due[-1]:,.0f} trips of all kinds of vehicles over signals on a grid of 4 x 4 crossings, "
            f"{books.time[-1] / 60:.0f} minutes; the books are kept at each of {len(books.time):,} steps."
        ),
        checks=(
            Check(
                what="vehicles lost or doubled, at the worst step",
                ours=books.lost,
                unit="vehicles",
                oracle="departed = arrived + on the road; due = departed + waiting",
                source="conservation of vehicles",
                low=0.0,
                high=0.0,
            ),
            Check(
                what="trips that have arrived at the end",
                ours=float(100.0 * books.arrived[-1] / books.due[-1]),
                unit="%",
                oracle="100: when demand ends the streets empty",
                source="conservation of vehicles",
                low=100.0,
                high=100.0,
                digits=1,
            ),
        ),
        charts=(_chart(books),),
    )


def _chart(books: Books) -> Chart:
    minutes = (books.time / 60.0)[::20]
    return Chart(
        name="books",
        title="Departed and arrived",
        x="time, min",
        y="vehicles",
        layers=(
            Line(minutes, books.departed[::20], "departed"),
            Line(minutes, books.arrived[::20], "arrived", 2),
            Line(minutes, books.on_road[::20], "on the road", 3),
        ),
    )
