"""Queues at a light that turns green: how many pass, how fast, and how the start travels backward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import Light, VehicleKind
from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.validation.chart import Chart, Dots, Line
from cosmopolis.validation.drawing import trips_of
from cosmopolis.validation.places import one_trip, roads_with_lights
from cosmopolis.validation.record import Chapter, Check
from cosmopolis.validation.tracks import Tracks, begins, crossed, follow

F64 = NDArray[np.float64]
RED, GREEN = 150.0, 70.0  # s
BEFORE, AFTER = 450.0, 600.0  # m of road on either side of the line
QUEUE = 44  # cars a road
FIELD, SUMO = 24, 31  # cars a lane in the first 70 s of green, eclipse-sumo/sumo #17830
STARTS = 1.0  # m/s, faster than this a car has started
FROM = 4  # cars after which the start of the queue no longer matters


@dataclass(frozen=True)
class Queues:
    """R queues at R lights that turned green at time 0."""

    passed: list[F64]  # of each queue: (n,) s at which its cars pass the line, in order
    tracks: Tracks  # of the first queue; m before (< 0) and behind the line
    start_wave: float  # m/s backward, at which the cars of a queue start one after the other

    @property
    def in_green(self) -> F64:
        """(R,) cars that pass within GREEN s."""
        return np.array([np.count_nonzero(times <= GREEN) for times in self.passed], float)

    @property
    def saturation(self) -> float:
        """Cars an hour of green: the mean headway of those that follow the fourth while the queue lasts."""
        headways = [(times[FIELD - 2] - times[FROM - 1]) / (FIELD - 1 - FROM) for times in self.passed]
        return 3600.0 / float(np.mean(headways))


def measure(roads: int = 10, *, seed: int = 1, parameters: str = "field") -> Queues:
    """Queues of cars with the set `parameters` build up before red lights; then all lights turn green."""
    phases = [(RED, Light.RED), (GREEN + 60.0, Light.GREEN_PROTECTED), (400.0, Light.RED)]
    city = roads_with_lights(roads, BEFORE, AFTER, phases)
    rows = [one_trip(city, [2 * r, 2 * r + 1], 3.2 * n) for n in range(QUEUE) for r in range(roads)]
    simulation = Simulation(city, trips_of(rows), seed=seed, threads=1, drivers=drivers(parameters))
    lanes = 2 * roads
    places = np.tile([-BEFORE, 10.0], roads), np.zeros(roads)
    begin = begins(simulation, list(range(lanes + roads)), [*places[0], *places[1]])
    simulation.run(RED - 1.0)
    tracks = follow(simulation, GREEN + 61.0, begin)
    tracks = Tracks(tracks.time - RED, tracks.place, tracks.speed)
    road = np.arange(len(rows)) % roads
    times = crossed(tracks, 0.0)
    passed = [np.sort(times[(road == r) & ~np.isnan(times)]) for r in range(roads)]
    mine = Tracks(tracks.time, tracks.place[:, road == 0], tracks.speed[:, road == 0])
    waves = [
        _start_wave(tracks.time, tracks.place[:, road == r], tracks.speed[:, road == r]) for r in range(roads)
    ]
    return Queues(passed, mine, float(np.mean(waves)))


def _start_wave(time: F64, place: F64, speed: F64) -> float:
    """m/s backward: the slope of where and when those who stood at green begin to move."""
    green = int(np.searchsorted(time, 0.0))
    stood = np.flatnonzero(speed[green] < 0.1)
    moves = speed[green:, stood] > STARTS
    starts = time[green + moves.argmax(axis=0)][moves.any(axis=0)]
    at = place[green, stood][moves.any(axis=0)]
    return float(-np.polyfit(starts, at, 1)[0])


def chapter(quick: bool = False) -> Chapter:
    roads = 4 if quick else 20
    queues, manual = measure(roads), measure(roads, parameters="hcm")
    return Chapter(
        name="discharge",
        title="A queue at a light",
        method=(
            f"{len(queues.passed)} lanes, each with a standing queue of about 40 cars at a red light for through "
            f"traffic at 50 km/h, which turns green for longer than {GREEN:.0f} s."
        ),
        checks=(
            Check(
                what=f"cars a lane in the first {GREEN:.0f} s of green",
                ours=float(queues.in_green.mean()),
                unit="cars",
                oracle=f"about {FIELD} in the field (SUMO: {SUMO})",
                source="eclipse-sumo/sumo #17830",
                low=FIELD - 2.5,
                high=FIELD + 2.5,
                digits=1,
            ),
            *(
                Check(
                    what=f"saturation flow from the fifth car on{with_set}",
                    ours=of.saturation,
                    unit="cars/h of green",
                    oracle="1,900",
                    source="Highway Capacity Manual, base saturation flow",
                    low=1_700.0,
                    high=2_100.0,
                    reread=False,
                )
                for with_set, of in (("", queues), (", set hcm", manual))
            ),
            *(
                Check(
                    what=f"backward wave in which the queue starts{with_set}",
                    ours=of.start_wave,
                    unit="m/s",
                    oracle="4 to 6",
                    source="Treiber & Kesting, Traffic Flow Dynamics",
                    low=4.0,
                    high=6.0,
                    digits=1,
                    reread=False,
                )
                for with_set, of in (("", queues), (", set hcm", manual))
            ),
        ),
        charts=(_curve(queues, manual), _trajectories(queues)),
        notes=_notes(queues, manual),
    )


def _notes(queues: Queues, manual: Queues) -> tuple[str, ...]:
    spacing = float(drivers().length[VehicleKind.CAR] + drivers().jam_gap[VehicleKind.CAR])
    return (
        "The manual's flow contradicts the count. 1,900 cars an hour is one every 1.9 s, by which 70 s of green "
        f"pass about 35 cars; {FIELD} cars in 70 s is one every 2.8 s with what the start costs, some 1,300 an hour. "
        "No driver does both, so there are two sets.",
        f"The default drivers keep to the count: {queues.in_green.mean():.1f} cars in 70 s, a wave of "
        f"{queues.start_wave:.1f} m/s, {queues.saturation:,.0f} an hour. It takes a queue that stands {spacing:.1f} m "
        "a car, or a little less as it comes to rest, which is what is counted in queues.",
        f"With the set hcm (simulate --set hcm) they keep to the manual: {manual.saturation:,.0f} an hour, "
        f"{manual.in_green.mean():.1f} cars in 70 s.",
    )


def _curve(queues: Queues, manual: Queues) -> Chart:
    green = np.linspace(0.0, GREEN, 2)
    return Chart(
        name="curve",
        title="Cars past the line since it turned green",
        x="time since green, s",
        y="cars",
        layers=(
            Line(green, green / 3600.0 * 1_900.0, "1,900 an hour (HCM)", 0, dashed=True),
            Line(*_mean_curve(queues), "ours, mean of all lanes"),
            Line(*_mean_curve(manual), "ours, set hcm", 4),
            Dots([GREEN], [float(FIELD)], "field", 3),
            Dots([GREEN], [float(SUMO)], "SUMO", 2),
        ),
        x_range=(0.0, GREEN + 2.0),
        y_range=(0.0, 40.0),
    )


def _mean_curve(queues: Queues) -> tuple[F64, F64]:
    """s since green at which the first, second ... car passes, the mean of all lanes, and the counts."""
    most = min(len(times) for times in queues.passed)
    mean = np.mean([times[:most] for times in queues.passed], axis=0)
    keep = mean <= GREEN
    return mean[keep], np.arange(1.0, most + 1)[keep]


def _trajectories(queues: Queues) -> Chart:
    tracks = queues.tracks
    count = tracks.place.shape[1]
    time = np.repeat(np.append(tracks.time[::2], np.nan)[None], count, axis=0)
    place = np.append(tracks.place[::2].T, np.full((count, 1), np.nan), axis=1)
    return Chart(
        name="trajectories",
        title="The queue dissolves: every car of one lane",
        x="time since green, s",
        y="place before and behind the line, m",
        layers=(
            Line(time.ravel(), place.ravel(), "one car", thin=True),
            Line([0.0, GREEN], [0.0, -GREEN * queues.start_wave], "start wave, fitted", 2, dashed=True),
        ),
        x_range=(0.0, GREEN),
        y_range=(-320.0, 200.0),
    )
