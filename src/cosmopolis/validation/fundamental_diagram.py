"""Flow over density on a ring of one lane, and the wave in which a standing queue dissolves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.validation.chart import Band, Chart, Dots, Line
from cosmopolis.validation.circle import circling
from cosmopolis.validation.places import LIMIT
from cosmopolis.validation.record import Chapter, Check

F64 = NDArray[np.float64]
LENGTH = 1_000.0  # m
VEHICLES = (4, 8, 16, 24, 32, 40, 44, 48, 52, 56, 64, 72, 80, 90, 100, 110, 120, 130)


@dataclass(frozen=True)
class Diagram:
    """Means over the time of measurement on the whole ring, at D densities."""

    density: F64  # (D,) vehicles per km
    speed: F64  # (D,) m/s, space mean
    counted: F64  # (D,) vehicles an hour past one point

    @property
    def flow(self) -> F64:
        """(D,) vehicles an hour: density times speed."""
        return self.density * self.speed * 3.6


def measure(
    vehicles: tuple[int, ...] = VEHICLES,
    *,
    settle: float = 300.0,
    seconds: float = 600.0,
    parameters: str = "field",
) -> Diagram:
    """For each number of vehicles, driven by the set `parameters`: put them down evenly, let them settle, count."""
    rows = [_one(count, settle, seconds, parameters) for count in vehicles]
    return Diagram(*np.array(rows).T)


def _one(vehicles: int, settle: float, seconds: float, parameters: str) -> tuple[float, float, float]:
    tracks = circling(vehicles, LENGTH, LIMIT, settle + seconds, parameters=parameters)
    rows = tracks.time > settle
    laps = np.floor(tracks.place[rows] / LENGTH)
    passed = float((laps[-1] - laps[0]).sum())
    return 1000.0 * vehicles / LENGTH, float(tracks.speed[rows].mean()), passed / seconds * 3600.0


def congested_wave(diagram: Diagram) -> float:
    """m/s backward: the slope of the falling branch, from the top to the densest, by least squares."""
    rows = slice(int(diagram.flow.argmax()) + 1, None)
    slope = np.polyfit(diagram.density[rows], diagram.flow[rows], 1)[0]
    return float(-slope / 3.6)


def chapter(quick: bool = False) -> Chapter:
    if quick:
        diagram = measure((8, 24, 40, 48, 56, 80, 110))
    else:
        diagram = measure()
    flow = diagram.flow
    top = int(flow.argmax())
    falls = (np.diff(flow[: top + 1]) > 0).all() and (np.diff(flow[top:]) < 0).all()
    return Chapter(
        name="fundamental-diagram",
        title="The fundamental diagram",
        method=(
            f"A ring of one lane of {LENGTH:.0f} m, {LIMIT * 3.6:.0f} km/h, with {len(flow)} numbers of cars. Each "
            "settles, then flow and speed are taken over the ring and the cars past one point are counted."
        ),
        checks=(
            Check(
                what="capacity: the greatest flow of a lane",
                ours=float(flow.max()),
                unit="veh/h",
                oracle="1,800 to 2,200",
                source="Treiber & Kesting, Traffic Flow Dynamics",
                low=1_800.0,
                high=2_200.0,
                reread=False,
            ),
            Check(
                what="maxima of flow over density",
                ours=1.0 if falls else float(1 + (np.diff(np.sign(np.diff(flow))) < 0).sum()),
                unit="",
                oracle="one: flow rises to it and falls after it",
                source="Treiber & Kesting, Traffic Flow Dynamics",
                low=1.0,
                high=1.0,
                reread=False,
            ),
            Check(
                what="greatest difference between flow counted and density times speed",
                ours=float(np.abs(diagram.counted - flow).max() / flow.max() * 100.0),
                unit="% of capacity",
                oracle="flow = density x speed",
                source="definition; the rest is whole cars and platoons at the end of the count",
                low=0.0,
                high=5.0,
                digits=1,
            ),
            Check(
                what="backward wave: slope of the congested branch",
                ours=congested_wave(diagram),
                unit="m/s",
                oracle="4 to 6",
                source="Treiber & Kesting, Traffic Flow Dynamics",
                low=4.0,
                high=6.0,
                digits=1,
                reread=False,
            ),
        ),
        charts=(_flow_chart(diagram), _speed_chart(diagram)),
    )


def _flow_chart(diagram: Diagram) -> Chart:
    return Chart(
        name="flow",
        title="Flow over density, one lane",
        x="density, vehicles/km",
        y="flow, vehicles/h",
        layers=(
            Band(1_800.0, 2_200.0, "capacity in the literature"),
            Line(diagram.density, diagram.flow, thin=True),
            Dots(diagram.density, diagram.flow, "density x speed"),
            Dots(diagram.density, diagram.counted, "counted past a point", 2),
        ),
        x_range=(0.0, 145.0),
    )


def _speed_chart(diagram: Diagram) -> Chart:
    return Chart(
        name="speed",
        title="Speed over density, one lane",
        x="density, vehicles/km",
        y="mean speed, m/s",
        layers=(
            Line([0.0, 145.0], [LIMIT, LIMIT], "speed limit", 0, dashed=True),
            Line(diagram.density, diagram.speed, thin=True),
            Dots(diagram.density, diagram.speed, "driven"),
        ),
        x_range=(0.0, 145.0),
    )
