"""Car following: the Intelligent Driver Model (Treiber, Hennecke and Helbing 2000), and the move that results.

Small plain functions of numbers and of one chunk's cars. They know nothing of junctions or lane changes.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from cosmopolis.kernels.decorators import formula, kernel
from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.state import BROKEN, FAR, LEAVE, LEAVES, STAY, Cars, Moves

EMERGENCY_BRAKE = np.float32(9.0)  # m/s^2, what tyres give
FIRM_BRAKE = np.float32(4.5)  # m/s^2 with which every vehicle still stops where it must
# times the comfortable deceleration: IDM brakes up to that, as late as it may
COMFORT_EXCEEDED = np.float32(1.5)
# m of the free distance never driven, above float32 rounding on a path of kilometres
ROUNDING_MARGIN = np.float32(0.05)
ONE, ZERO, HALF, TWO = np.float32(1.0), np.float32(0.0), np.float32(0.5), np.float32(2.0)
LEAST_JAM_GAP = np.float32(2.0)  # m between standing cars where space is scarce
CRAWL = np.float32(3.0)  # m/s, above which the usual gap is kept there too
LEAST_IDM_GAP = np.float32(0.1)  # m: a smaller gap counts as this, so that the interaction stays finite


@formula
def cannot_stop(distance: float, speed: float, brake: float) -> bool:
    """Whether a car can no longer stop within `distance` m, of which `brake` m/s^2 is comfortable to it."""
    return bool(distance < speed * speed / (2.0 * max(FIRM_BRAKE, COMFORT_EXCEEDED * brake)))


@formula
def free_road(speed, desired, accel, brake):  # type: ignore[no-untyped-def]
    """m/s^2 with nobody ahead: Treiber, Hennecke and Helbing 2000, first two terms of eq. 1.

    Above the desired speed the car slows comfortably instead of as hard as the fourth power asks.
    """
    ratio = speed / desired
    ratio *= ratio
    return max(accel * (ONE - ratio * ratio), -brake)


@formula
def idm(speed, desired, gap, leader_speed, accel, brake, headway, jam_gap, shape):  # type: ignore[no-untyped-def]
    """m/s^2 behind a leader whose rear is `gap` m ahead: Treiber, Hennecke and Helbing 2000, eq. 1-2.

    `shape` is 1 / (2 sqrt(accel brake)). A negative one stands for IDM+ (Schakel, van Arem and Netten 2010):
    following and free driving are two cases, and the gap does not grow towards the desired speed. With a gap
    wider than desired the eighth power of the ratio holds the car back, not the second: it sets off as its
    leader does.
    """
    desired_gap = jam_gap + max(ZERO, speed * headway + speed * (speed - leader_speed) * abs(shape))
    pressure = desired_gap / max(gap, LEAST_IDM_GAP)
    free, pressed = free_road(speed, desired, accel, brake), pressure * pressure
    fourth = pressed * pressed
    restraint = pressed if pressed > ONE else fourth * fourth
    return free - accel * pressed if shape > ZERO else min(free, accel - accel * restraint)


@kernel
def follow(lo: int, hi: int, drivers: Drivers, cars: Cars, moves: Moves) -> None:
    """Acceleration and free distance of cars lo .. hi - 1, each behind the next row.

    Where the next row is on another path the numbers mean nothing: look_ahead.py and junctions.py deal with
    the first car of a path. So the loop has no branch and runs eight cars at a time.
    """
    for i in range(lo, hi):
        kind = cars.kind[i]
        gap = cars.position[i + 1] - cars.length[i + 1] - cars.position[i]
        moves.free_distance[i] = gap
        moves.accel[i] = idm(
            cars.speed[i],
            cars.desired[i],
            gap,
            cars.speed[i + 1],
            drivers.accel[kind],
            drivers.brake[kind],
            drivers.headway[kind],
            drivers.jam_gap[kind],
            drivers.shape[kind],
        )


@kernel
def move(lo: int, hi: int, drivers: Drivers, cars: Cars, moves: Moves, dt: float) -> None:
    """New position and speed of cars lo .. hi - 1: a ballistic step, bounded by the goal ahead and by the
    free distance.

    The free distance is what rules out overlaps: no car drives beyond where its leader's rear was at the
    beginning of the step, and none drives backwards.
    """
    step = np.float32(dt)
    for i in range(lo, hi):
        speed, position = cars.speed[i], cars.position[i]
        brake = drivers.brake[cars.kind[i]]
        to_goal = max(cars.goal_position[i] - position, ZERO)
        goal_speed = cars.goal_speed[i]
        allowed = sqrt(goal_speed * goal_speed + TWO * brake * to_goal)
        wished = min(speed + moves.accel[i] * step, max(allowed, speed - TWO * brake * step))
        new_speed = max(wished, max(speed - EMERGENCY_BRAKE * step, ZERO))
        driven = HALF * (speed + new_speed) * step
        room = max(moves.free_distance[i] - ROUNDING_MARGIN, ZERO)
        if driven > room:
            driven = room
            new_speed = min(new_speed, room / step)
        moves.position[i] = position + driven
        moves.speed[i] = new_speed
    for i in range(lo, hi):
        action = STAY
        if cars.goal[i] == LEAVE and moves.position[i] >= cars.goal_position[i]:
            action = LEAVES
        if not (abs(moves.position[i]) < FAR and moves.speed[i] < FAR and cars.speed[i] < FAR):
            action = BROKEN
        moves.action[i] = action


@kernel
def brake_to_stop(gap, i, drivers, cars):  # type: ignore[no-untyped-def]
    """m/s^2 of car i so that it stops half a metre short of `gap` m ahead."""
    kind = cars.kind[i]
    jam_gap = min(drivers.jam_gap[kind], LEAST_JAM_GAP)
    return idm(
        cars.speed[i],
        cars.desired[i],
        gap + jam_gap - HALF,
        ZERO,
        drivers.accel[kind],
        drivers.brake[kind],
        drivers.headway[kind] * HALF,
        jam_gap,
        drivers.shape[kind],
    )


@kernel
def follow_leader(gap, leader_speed, i, drivers, cars):  # type: ignore[no-untyped-def]
    """m/s^2 of car i behind a leader at `gap` m."""
    kind = cars.kind[i]
    return idm(
        cars.speed[i],
        cars.desired[i],
        gap,
        leader_speed,
        drivers.accel[kind],
        drivers.brake[kind],
        drivers.headway[kind],
        drivers.jam_gap[kind],
        drivers.shape[kind],
    )


@kernel
def close_up(gap, leader_speed, i, drivers, cars):  # type: ignore[no-untyped-def]
    """The same; at a crawl with the least jam gap, since others wait for the conflict area behind."""
    kind = cars.kind[i]
    spare = max(drivers.jam_gap[kind] - LEAST_JAM_GAP, ZERO)
    jam_gap = drivers.jam_gap[kind] - spare * max(ONE - cars.speed[i] / CRAWL, ZERO)
    return idm(
        cars.speed[i],
        cars.desired[i],
        gap,
        leader_speed,
        drivers.accel[kind],
        drivers.brake[kind],
        drivers.headway[kind],
        jam_gap,
        drivers.shape[kind],
    )


@formula
def travel_time(distance: float, speed: float, top: float, accel: float) -> float:
    """s to drive `distance` m, accelerating up to `top`; a faster car keeps its speed."""
    if distance <= 0.0:
        return 0.0
    if speed >= top:
        return np.float64(distance / speed)
    runway = (top * top - speed * speed) / (2.0 * accel)
    if distance <= runway:
        return (sqrt(speed * speed + 2.0 * accel * distance) - speed) / accel
    return (top - speed) / accel + (distance - runway) / top
