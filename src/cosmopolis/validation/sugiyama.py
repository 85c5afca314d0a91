"""Twenty-two cars on a circle of 230 m: the experiment of Sugiyama et al. 2008, in which a jam forms by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.validation.chart import Chart, Line
from cosmopolis.validation.circle import circling
from cosmopolis.validation.record import Chapter, Check
from cosmopolis.validation.tracks import Tracks

F64 = NDArray[np.float64]
CARS, LENGTH = 22, 230.0  # m
LIMIT = 30 / 3.6  # m/s, what the drivers of the experiment were told to keep
STOPPED = 1.0  # m/s


@dataclass(frozen=True)
class Ring:
    tracks: Tracks  # of all cars, m along the ring since they began
    spread: F64  # (T,) m/s, standard deviation of the speeds
    jam_from: float  # s after the beginning at which somebody nearly stops for the first time; NaN: never
    wave: float  # m/s, at which the jam moves against the cars


def measure(seconds: float = 600.0) -> Ring:
    """Put the cars down evenly and leave them alone."""
    tracks = circling(CARS, LENGTH, LIMIT, seconds)
    slow = np.flatnonzero((tracks.speed < STOPPED).any(axis=1))
    slow = slow[tracks.time[slow] > 20.0]  # the beginning does not count
    jam_from = float(tracks.time[slow[0]]) if len(slow) else np.nan
    return Ring(tracks, tracks.speed.std(axis=1), jam_from, _wave_speed(tracks))


def _wave_speed(tracks: Tracks) -> float:
    """m/s backward: the slope of where on the ring it is slowest, over the second half of the time."""
    rows = slice(len(tracks.time) // 2, None)
    angle = 2 * np.pi * (tracks.place[rows] % LENGTH) / LENGTH
    slowness = np.maximum(0.0, tracks.speed[rows].mean(axis=1, keepdims=True) - tracks.speed[rows])
    centre = np.unwrap(np.angle((slowness * np.exp(1j * angle)).sum(axis=1)))
    slope = np.polyfit(tracks.time[rows], centre, 1)[0]
    return float(-slope * LENGTH / (2 * np.pi))


def chapter(quick: bool = False) -> Chapter:
    found = measure(300.0 if quick else 600.0)
    end = float(found.spread[-len(found.spread) // 4 :].mean())
    return Chapter(
        name="sugiyama",
        title="A jam that forms by itself",
        method=(
            f"{CARS} cars, evenly spaced on a circle of {LENGTH:.0f} m with a limit of 30 km/h; nothing disturbs them "
            "but that drivers differ."
        ),
        checks=(
            Check(
                what="speed at which the jam moves backward",
                ours=found.wave,
                unit="m/s",
                oracle="about 5.5 (20 km/h)",
                source="Sugiyama et al. 2008",
                low=4.0,
                high=7.0,
                digits=1,
            ),
            Check(
                what="lowest speed on the ring in the last quarter of the time",
                ours=float(found.tracks.speed[-len(found.spread) // 4 :].min()),
                unit="m/s",
                oracle="cars come to a stop in the jam",
                source="Sugiyama et al. 2008",
                low=0.0,
                high=STOPPED,
                digits=1,
            ),
            Check(
                what="standard deviation of speeds in the last quarter of the time",
                ours=end,
                unit="m/s",
                oracle="clearly above that of free cars: stop and go",
                source="Sugiyama et al. 2008",
                low=1.0,
                digits=1,
            ),
        ),
        charts=(_chart(found),),
    )


def _chart(found: Ring) -> Chart:
    tracks = found.tracks
    rows = slice(0, int(np.searchsorted(tracks.time, 300.0)), 2)
    place = tracks.place[rows] % LENGTH
    place[1:][np.diff(tracks.place[rows] // LENGTH, axis=0) != 0] = np.nan  # the line breaks where a lap ends
    time = np.repeat(np.append(tracks.time[rows], np.nan)[None], CARS, axis=0)
    lines = np.append(place.T, np.full((CARS, 1), np.nan), axis=1)
    return Chart(
        name="trajectories",
        title="Every car of the ring: where it is, over time",
        x="time, s",
        y="place on the ring, m",
        layers=(Line(time.ravel(), lines.ravel(), "one car", thin=True),),
        x_range=(0.0, float(tracks.time[rows][-1])),
        y_range=(0.0, LENGTH),
    )
