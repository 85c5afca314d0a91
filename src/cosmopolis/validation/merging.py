"""Two full arms of one lane that become one: each gets its share, and the lane behind stays full."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation import Simulation
from cosmopolis.validation.chart import Chart, Line
from cosmopolis.validation.drawing import trips_of
from cosmopolis.validation.places import merge, one_trip
from cosmopolis.validation.record import Chapter, Check
from cosmopolis.validation.tracks import begins, follow

F64 = NDArray[np.float64]
BEFORE, AFTER = 400.0, 500.0  # m
EVERY = 2.0  # s between two cars that want in on each arm: more than there is room for
LINE = 20.0  # m into the lane that both arms lead to


@dataclass(frozen=True)
class Shares:
    """Times at which cars of each arm pass LINE, after the arms have filled up."""

    passes: tuple[F64, F64]  # s since the count began
    seconds: float

    @property
    def flow(self) -> tuple[float, float]:
        """Vehicles an hour of arm 0 and arm 1."""
        one, other = (len(times) / self.seconds * 3600.0 for times in self.passes)
        return one, other

    @property
    def share(self) -> float:
        """Of arm 0."""
        return self.flow[0] / sum(self.flow)


def measure(
    arms: tuple[int, ...] = (0, 1),
    *,
    priority: bool = False,
    every: tuple[float, float] = (EVERY, EVERY),
    fill: float = 240.0,
    seconds: float = 900.0,
) -> Shares:
    """Both arms (or one of them) full, or with a car each `every` s; with `priority` arm 1 gives way."""
    city = merge(BEFORE, AFTER, priority=priority)
    rows = [
        one_trip(city, [arm, 2], float(at))
        for arm in arms
        for at in np.arange(0.0, fill + seconds, every[arm])
    ]
    simulation = Simulation(city, trips_of(rows), threads=1)
    begin = begins(simulation, [2], [0.0])
    simulation.run(fill)
    tracks = follow(simulation, seconds, begin)
    new = ~(tracks.place[0] >= LINE)
    of_one = simulation.trips.from_lane == city.network.edges.first_lane[1]
    times = _passed(tracks.place, tracks.time - fill, new)
    came = ~np.isnan(times)
    return Shares((times[came & ~of_one], times[came & of_one]), seconds)


def _passed(place: F64, time: F64, counts: NDArray[np.bool_]) -> F64:
    """(N,) s at which each trip was first seen beyond LINE; NaN for those that were there before or never came."""
    beyond = (place >= LINE).any(axis=0) & counts
    found = np.full(place.shape[1], np.nan)
    found[beyond] = time[(place >= LINE).argmax(axis=0)[beyond]]
    return found


def chapter(quick: bool = False) -> Chapter:
    seconds = 600.0 if quick else 1_800.0
    zipper, alone = measure(seconds=seconds), measure((0,), seconds=seconds)
    major = measure(priority=True, seconds=seconds)
    return Chapter(
        name="merge",
        title="A merge shares capacity",
        method=(
            f"Two arms of one lane, {BEFORE:.0f} m each and both full, lead into one lane, {seconds / 60:.0f} minutes. "
            "Once neither has priority (a zipper), once arm B gives way, and once arm A is alone."
        ),
        checks=(
            Check(
                what="share of arm A, zipper",
                ours=100.0 * zipper.share,
                unit="%",
                oracle="50: in turns",
                source="symmetry of the two arms",
                low=42.0,
                high=58.0,
                digits=1,
            ),
            Check(
                what="both arms together, zipper",
                ours=100.0 * sum(zipper.flow) / sum(alone.flow),
                unit="% of what one full arm alone brings through",
                oracle="near 100: the lane behind is the bottleneck",
                source="conservation; capacity of the lane behind",
                low=85.0,
                high=110.0,
            ),
            Check(
                what="share of arm A where B gives way",
                ours=100.0 * major.share,
                unit="%",
                oracle="at least its half; queues may go in turns whoever has priority",
                source="rule of the road",
                low=48.0,
                high=100.0,
                digits=1,
            ),
        ),
        charts=(_chart(zipper, major, alone),),
        notes=(
            f"Vehicles an hour: zipper {zipper.flow[0]:,.0f} + {zipper.flow[1]:,.0f}, B giving way "
            f"{major.flow[0]:,.0f} + {major.flow[1]:,.0f}, A alone {sum(alone.flow):,.0f}.",
            "Cars of both arms rank by how far they have to go and follow whoever is nearer, from the other arm too: "
            "they come to the merge in order and rolling. Queues take turns whoever has priority.",
        ),
    )


def _chart(zipper: Shares, major: Shares, alone: Shares) -> Chart:
    def line(times: F64, label: str, colour: int, dashed: bool) -> Line:
        ordered = np.sort(times)
        return Line(ordered, np.arange(1.0, len(ordered) + 1.0), label, colour, dashed=dashed)

    return Chart(
        name="shares",
        title="Cars that have come through from each arm",
        x="time, s",
        y="cars",
        layers=(
            line(zipper.passes[0], "A, zipper", 1, False),
            line(zipper.passes[1], "B, zipper", 2, False),
            line(major.passes[0], "A, B gives way", 1, True),
            line(major.passes[1], "B giving way", 2, True),
            line(alone.passes[0], "A alone", 0, False),
        ),
        x_range=(0.0, zipper.seconds),
    )
