"""A platoon behind a leader whose speed swings a little: does the swing grow from car to car?

The engine's drivers are compared with the linear theory of the model they are meant to follow, the time step of
the engine included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.words import VehicleKind
from cosmopolis.simulation import SetSpeedLimit, Simulation
from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic.drivers import drivers, speed_factors
from cosmopolis.validation.chart import Chart, Dots, Line
from cosmopolis.validation.drawing import trips_of
from cosmopolis.validation.equilibrium import equilibrium_gap
from cosmopolis.validation.places import JOINT, one_trip, road_of_pieces
from cosmopolis.validation.record import Chapter, Check
from cosmopolis.validation.tracks import Tracks, begins, follow, joined

F64 = NDArray[np.float64]
C128 = NDArray[np.complex128]
LIMIT = 50 / 3.6  # m/s, of the road
CARS = 8  # behind the leader
PIECE = 6.5  # m: shorter than a car and its gap, so that a piece with the leader on it is his alone
SWING = 0.03  # of the speed, amplitude
# m/s. Below ROLLS of car_following drivers close up where streets meet, as they do at every end of a piece.
SPEEDS = (3.5, 5.0, 6.0, 7.0, 8.5, 10.0, 10.8)
SETTLE, CYCLES = 240.0, 8  # s; swings that are measured


@dataclass(frozen=True)
class Swings:
    """One platoon a speed, S of them."""

    speed: F64  # (S,) m/s, mean
    period: F64  # (S,) s of one swing
    gain: F64  # (S,) last car's amplitude over the leader's, per car
    theory: F64  # (S,) the same by linear theory for these very drivers


def response(omega: F64, speed: float, desired: float) -> C128:
    """Amplitude of a car's speed over its leader's, at `omega` 1/s, around an equilibrium at `speed` m/s.

    The model's acceleration f(gap, speed, leader's speed) is linearised, and stepped as the engine does: the speed
    by f dt, the place by the mean of old and new speed.
    """
    table, car = drivers(), VehicleKind.CAR
    accel, brake, headway = (float(column[car]) for column in (table.accel, table.brake, table.headway))
    gap = float(equilibrium_gap(np.array(speed), np.array(desired)))
    wished = float(table.jam_gap[car]) + speed * headway
    shape = 1.0 / (2.0 * np.sqrt(accel * brake))
    by_gap = 2.0 * accel * wished**2 / gap**3
    by_leader = 2.0 * accel * wished * speed * shape / gap**2
    by_speed = (
        -4.0 * accel * speed**3 / desired**4 - 2.0 * accel * wished * (headway + speed * shape) / gap**2
    )
    z = np.exp(1j * omega * DT)
    travel = DT * (z + 1.0) / (2.0 * (z - 1.0))  # of the difference of two speeds
    answer: C128 = (by_gap * travel + by_leader) / ((z - 1.0) / DT + by_gap * travel - by_speed)
    return answer


def worst_gain(speed: float, desired: float) -> tuple[float, float]:
    """The greatest amplification a car and the 1/s at which it comes; swings of 8 s to a minute."""
    omega = 2 * np.pi / np.geomspace(8.0, 60.0, 400)
    size = np.abs(response(omega, speed, desired))
    return float(size.max()), float(omega[size.argmax()])


def measure(speeds: tuple[float, ...] = SPEEDS) -> Swings:
    rows = [_platoon(speed) for speed in speeds]
    return Swings(*np.array(rows).T)


def _platoon(speed: float) -> tuple[float, float, float, float]:
    """(mean speed, period, gain, theory) of one platoon."""
    factors = speed_factors(CARS + 1, 1).astype(float)
    period = round(2 * np.pi / worst_gain(speed, LIMIT)[1] / DT) * DT
    omega = 2 * np.pi / period
    tracks = _drive(speed, omega, factors[0], SETTLE + CYCLES * period)
    rows = tracks.speed[-round(CYCLES * period / DT) :]
    time = tracks.time[-len(rows) :]
    mean = float(rows[:, 0].mean())
    wave = np.abs(((rows - rows.mean(axis=0)) * np.exp(-1j * omega * time)[:, None]).mean(axis=0))
    theory = [abs(response(np.array(omega), mean, LIMIT * factor)) for factor in factors[1:]]
    return (
        mean,
        period,
        float((wave[-1] / wave[0]) ** (1.0 / CARS)),
        float(np.exp(np.mean(np.log(theory)))),
    )


def _drive(speed: float, omega: float, factor: float, seconds: float) -> Tracks:
    """The platoon's trajectories. The leader obeys limits that are put up just before him and taken down behind."""
    gap = float(equilibrium_gap(np.array(speed), np.array(LIMIT)))
    spacing = gap + float(drivers().length[VehicleKind.CAR])
    head = (CARS + 1) * spacing
    city = road_of_pieces(head, speed * seconds * 1.1 + 400.0, PIECE, speed=LIMIT)
    route = list(range(len(city.network.edges)))
    rows = [one_trip(city, route[1:], 99.9999, from_position=PIECE - 1.2)]
    rows += [
        one_trip(city, route, 99.9999, from_position=head + 5.0 - n * spacing) for n in range(1, CARS + 1)
    ]
    simulation = Simulation(city, trips_of(rows), start=100.0, threads=1)
    if simulation.counts()["vehicles"] != CARS + 1:
        raise RuntimeError("the platoon does not fit on its road")
    return _lead(
        simulation, head + JOINT, lambda time: speed * (1.0 + SWING * np.sin(omega * time)) / factor, seconds
    )


def _lead(simulation: Simulation, head: float, limit: Callable[[float], float], seconds: float) -> Tracks:
    """Step for `seconds`; on the leader's piece of road and on those he may reach the limit is `limit(time)`."""
    network, pitch = simulation.city.network, PIECE + JOINT
    lanes = np.append(0.0, head + pitch * np.arange(len(network.edges) - 1))
    ends = lanes + network.lanes.length
    begin = begins(simulation, list(range(2 * len(lanes) - 1)), [*lanes, *ends[:-1]])
    parts: list[Tracks] = []
    put_up: set[int] = set()
    front, reach = head, LIMIT * DT
    for _ in range(round(seconds / DT)):
        first = 1 + int((front - head) // pitch)
        ahead = set(range(max(first, 1), min(first + int(reach // pitch) + 2, len(lanes))))
        now = max(limit(simulation.time), 1.0)
        commands = [SetSpeedLimit(edge, LIMIT) for edge in sorted(put_up - ahead)]
        parts.append(
            follow(simulation, DT, begin, [*commands, *(SetSpeedLimit(edge, now) for edge in sorted(ahead))])
        )
        front, reach, put_up = float(parts[-1].place[0, 0]), 1.5 * float(parts[-1].speed[0, 0]) * DT, ahead
    return joined(parts)


def stable_range(desired: float = LIMIT) -> tuple[float, float]:
    """m/s: the lowest and the highest equilibrium speed at which some swing grows, by linear theory."""
    speeds = np.linspace(0.5, 0.97 * desired, 400)
    grows = np.array([worst_gain(float(speed), desired)[0] > 1.0 + 1e-4 for speed in speeds])
    found = speeds[grows]
    return (float(found[0]), float(found[-1])) if len(found) else (desired, desired)


def chapter(quick: bool = False) -> Chapter:
    swings = measure((3.5, 8.5, 10.8) if quick else SPEEDS)
    low, high = stable_range()
    return Chapter(
        name="string-stability",
        title="Following: string stability",
        method=(
            f"A leader's speed swings by {SWING:.0%}, at the period that grows most by theory, and {CARS} cars follow. "
            "The gain is the last car's amplitude over the leader's, taken to one car. Theory: the Intelligent Driver "
            "Model linearised around the equilibrium, with the engine's step of half a second."
        ),
        checks=(
            Check(
                what="greatest difference between gain driven and gain by theory",
                ours=100.0 * float(np.abs(swings.gain / swings.theory - 1.0).max()),
                unit="%",
                oracle="linear theory",
                source="after Treiber & Kesting, Traffic Flow Dynamics, string instability",
                low=0.0,
                high=3.0,
                digits=2,
                reread=False,
            ),
            *_where_stable(swings, high),
        ),
        charts=(_chart(swings),),
        notes=(
            f"By theory the default drivers are string-unstable between {low:.1f} and {high:.1f} m/s on a road for "
            f"{LIMIT * 3.6:.0f} km/h, for swings of 8 s to a minute: dense traffic can jam by itself, as real traffic "
            "does.",
            f"Measured from {min(SPEEDS):g} m/s on: the leader is led by limits on short pieces of road, and slower "
            "drivers than that close up where one piece meets the next, as they do at junctions.",
        ),
    )


def _where_stable(swings: Swings, high: float) -> tuple[Check, ...]:
    stable = (swings.speed > high) & (swings.theory <= 1.0)
    if not stable.any():
        return ()
    return (
        Check(
            what=f"gain a car where theory says stable (above {high:.1f} m/s)",
            ours=float(swings.gain[stable].max()),
            unit="",
            oracle="at most 1: a swing does not grow",
            source="definition of string stability",
            low=0.0,
            high=1.0,
            digits=3,
        ),
    )


def _chart(swings: Swings) -> Chart:
    speeds = np.linspace(1.0, 0.9 * LIMIT, 120)
    theory = np.array([worst_gain(float(speed), LIMIT)[0] for speed in speeds])
    return Chart(
        name="gain",
        title="How much a swing grows from car to car",
        x="speed of the platoon, m/s",
        y="gain a car",
        layers=(
            Line([0.0, LIMIT], [1.0, 1.0], "stays as it is", 0, dashed=True),
            Line(speeds, theory, "theory, mean driver", 0),
            Dots(swings.speed, swings.theory, "theory, these drivers", 2),
            Dots(swings.speed, swings.gain, "driven"),
        ),
        x_range=(0.0, LIMIT),
        y_range=(0.9, max(1.05, 1.02 * float(theory.max()), 1.02 * float(swings.gain.max()))),
    )
