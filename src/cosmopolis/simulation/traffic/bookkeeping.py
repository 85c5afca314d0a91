"""The sums of a step, after it: where vehicles were for how long, how far and how fast they drove, and what that took.

Time and distance follow Edie 1963: flow = distance driven / (length x time), density = time spent / (length x
time), so that flow = density x speed holds exactly for every path and every interval. Every step is added,
none is sampled. A vehicle that drives over the end of a path is taken to drive that step at one speed; its
emissions count for the path on which the step began. Reads the old cars and the step's moves, changes nothing
that a step reads.
"""

from __future__ import annotations

import numpy as np

from cosmopolis.kernels.crew import (
    Board,
    finish,
    open_round,
    open_stage,
    take,
    wait_until_done,
    wait_until_open,
)
from cosmopolis.kernels.decorators import entry, kernel
from cosmopolis.simulation.traffic.electric import battery_energy, wheel_energy
from cosmopolis.simulation.traffic.emissions import BRAKING, exhaust
from cosmopolis.simulation.traffic.ledger import (
    ARRIVED,
    BACK,
    BROKEN_OF,
    CARBON,
    CARBON_OF,
    CHANGED_IN,
    CHANGED_OUT,
    CLOSE,
    CONFLICTS,
    CONFLICTS_OF,
    DISTANCE,
    DISTANCE_OF,
    DRAWN,
    DRAWN_OF,
    ELECTRIC,
    ENGINE,
    ENTERED,
    FARTHEST_BACK,
    FUEL_OF,
    HALTED,
    LAST_SPEED,
    LEFT,
    LOSS,
    LOSS_OF,
    MOST_STANDING,
    NEAREST,
    NEAREST_OF,
    NITROGEN,
    NITROGEN_OF,
    PARTICLES,
    PARTICLES_OF,
    RECOVERED,
    RECOVERED_OF,
    SPAN,
    STANDING_OF,
    STOPS,
    TIME,
    WAITED,
    WIDTH,
    Engines,
    PathSums,
    TripLines,
)
from cosmopolis.simulation.traffic.network import RoadNetwork
from cosmopolis.simulation.traffic.safety import CONFLICT, time_to_collision
from cosmopolis.simulation.traffic.state import (
    BROKEN,
    DOWN_ADMITTED,
    EXITS,
    FAR,
    LEAVES,
    PARKS,
    STANDS,
    UP_ADMITTED,
    Cars,
    Moves,
    PathState,
)
from cosmopolis.simulation.traffic.thresholds import HALT_SPEED, HALT_WITHIN, LEAST_DISTANCE, STANDSTILL

SOME_STANDING, SOME_CHANGING = 1, 2  # what a first pass over a path's cars tells


@kernel
def book_chunk(
    k: int,
    dt: float,
    roads: RoadNetwork,
    path_state: PathState,
    cars: Cars,
    moves: Moves,
    engines: Engines,
    sums: PathSums,
    trips: TripLines,
) -> None:
    """Chunk k. A car is on one path and so in one chunk: no two chunks write the same sums or lines."""
    row = roads.chunk[k]
    for path in range(roads.chunk[k], roads.chunk[k + 1]):
        lo, hi = cars.start[path], cars.start[path + 1]
        if lo == hi:
            continue
        if moves.action[hi - 1] == EXITS:
            _book_end(path, hi - 1, row, dt, roads, cars, moves, sums)
            row += 1
        news = _book_distance(path, lo, hi, dt, cars, moves, sums, trips)
        _book_power(path, lo, hi, dt, cars, moves, engines, sums, trips)
        _book_time_to_collision(path, lo, hi, roads, path_state, cars, moves, sums, trips)
        if news & SOME_STANDING:
            _book_standing(path, lo, hi, dt, roads, cars, moves, sums, trips)
        if news & SOME_CHANGING:
            _book_changes(path, lo, hi, cars, moves, sums, trips)


@kernel
def _book_end(
    path: int, i: int, row: int, dt: float, roads: RoadNetwork, cars: Cars, moves: Moves, sums: PathSums
) -> None:
    """Car i drives over the end of its path: note what lies beyond in `row`, and take it off here."""
    driven = moves.position[i] - cars.position[i]
    over = max(moves.position[i] - roads.length[path], 0.0)
    sums.over_distance[row] = over
    sums.over_time[row] = dt * over / max(driven, LEAST_DISTANCE)
    sums.line[path * SPAN + LEFT] += 1.0
    sums.line[path * SPAN + DISTANCE_OF] -= over
    sums.line[path * SPAN + TIME] -= sums.over_time[row]


@kernel
def _stands_at_stop(i: int, cars: Cars, moves: Moves) -> bool:
    """Whether car i is a bus at its stop."""
    return bool(
        cars.goal[i] & STANDS != 0
        and cars.goal_position[i] - cars.position[i] <= HALT_WITHIN
        and cars.speed[i] <= HALT_SPEED
        and moves.position[i] == cars.position[i]
    )


@kernel
def _book_distance(
    path: int, lo: int, hi: int, dt: float, cars: Cars, moves: Moves, sums: PathSums, trips: TripLines
) -> int:
    """Time, distance and time lost of the cars of a path; whether some stand or change lanes."""
    time, distance, lost, news = 0.0, 0.0, 0.0, 0
    for i in range(lo, hi):
        if moves.action[i] > EXITS:
            news |= SOME_CHANGING
            if moves.action[i] == BROKEN:
                continue
        if moves.speed[i] < STANDSTILL:
            news |= SOME_STANDING
        line = np.int64(cars.trip[i]) * WIDTH
        driven = np.float64(moves.position[i] - cars.position[i])
        time += dt
        distance += driven
        trips.line[line + DISTANCE] += driven
        if cars.goal[i] & STANDS != 0 and _stands_at_stop(i, cars, moves):
            trips.line[line + HALTED] += dt
            continue
        loss = dt - driven / cars.desired[i]
        trips.line[line + LOSS] += loss
        lost += loss
    sums.line[path * SPAN + TIME] += time
    sums.line[path * SPAN + DISTANCE_OF] += distance
    sums.line[path * SPAN + LOSS_OF] += lost
    return news


@kernel
def _book_power(
    path: int,
    lo: int,
    hi: int,
    dt: float,
    cars: Cars,
    moves: Moves,
    engines: Engines,
    sums: PathSums,
    trips: TripLines,
) -> None:
    """Energy and emissions of the cars of a path."""
    carbon, nitrogen, particles, fuel, drawn, recovered = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(lo, hi):
        if moves.action[i] == BROKEN:
            continue
        line, kind = np.int64(cars.trip[i]) * WIDTH, np.int64(cars.kind[i])
        speed, new_speed = np.float64(cars.speed[i]), np.float64(moves.speed[i])
        if trips.line[line + ENGINE] >= ELECTRIC:
            wheels = wheel_energy(
                speed,
                new_speed,
                np.float64(moves.position[i] - cars.position[i]),
                engines.grade[path],
                dt,
                engines.mass[kind],
                engines.drag[kind],
                engines.rolling[kind],
            )
            battery = battery_energy(wheels) + engines.auxiliaries[kind] * dt
            if battery > 0.0:
                trips.line[line + DRAWN] += battery
                drawn += battery
            else:
                trips.line[line + RECOVERED] -= battery
                recovered -= battery
            continue
        mean, accel = 0.5 * (speed + new_speed), (new_speed - speed) / dt
        grams = dt * exhaust(mean, accel, engines.carbon, kind)
        trips.line[line + CARBON] += grams
        carbon += grams
        fuel += grams * engines.heating[kind]
        grams = dt * exhaust(mean, accel, engines.nitrogen, 2 * kind + (accel < BRAKING))
        trips.line[line + NITROGEN] += grams
        nitrogen += grams
        grams = dt * exhaust(mean, accel, engines.particles, kind)
        trips.line[line + PARTICLES] += grams
        particles += grams
    sums.line[path * SPAN + CARBON_OF] += carbon
    sums.line[path * SPAN + NITROGEN_OF] += nitrogen
    sums.line[path * SPAN + PARTICLES_OF] += particles
    sums.line[path * SPAN + FUEL_OF] += fuel
    sums.line[path * SPAN + DRAWN_OF] += drawn
    sums.line[path * SPAN + RECOVERED_OF] += recovered


@kernel
def _book_time_to_collision(
    path: int,
    lo: int,
    hi: int,
    roads: RoadNetwork,
    path_state: PathState,
    cars: Cars,
    moves: Moves,
    sums: PathSums,
    trips: TripLines,
) -> None:
    """Time to collision, after the step, of the cars of a path that approach their leader and keep it."""
    least = FAR
    for i in range(lo, hi):
        action = moves.action[i]
        if action == EXITS or not _stays_in_line(action):
            continue
        if i + 1 < hi:
            if moves.speed[i] <= moves.speed[i + 1]:
                left = FAR
            else:
                if not _stays_in_line(moves.action[i + 1]):
                    continue
                gap = moves.position[i + 1] - cars.length[i + 1] - moves.position[i]
                left = time_to_collision(gap, moves.speed[i], moves.speed[i + 1])
        else:
            left = _time_to_leader(path, i, roads, path_state, cars, moves)
        line = np.int64(cars.trip[i]) * WIDTH
        if left >= CONFLICT:
            trips.line[line + CLOSE] = 0.0
        elif trips.line[line + CLOSE] == 0.0:
            trips.line[line + CLOSE] = 1.0
            trips.line[line + CONFLICTS] += 1.0
            sums.line[path * SPAN + CONFLICTS_OF] += 1.0
        if left < trips.line[line + NEAREST]:
            trips.line[line + NEAREST] = left
        least = min(least, left)
    if least < sums.line[path * SPAN + NEAREST_OF]:
        sums.line[path * SPAN + NEAREST_OF] = least


@kernel
def _stays_in_line(action: int) -> bool:
    """Whether a car with this action is still between the same cars after the step."""
    return bool(action != LEAVES and action != BROKEN and action < PARKS)


@kernel
def _time_to_leader(
    path: int, i: int, roads: RoadNetwork, path_state: PathState, cars: Cars, moves: Moves
) -> float:
    """The same for the first car of a path: to the last one on the connection it will take, or on the lane beyond."""
    gap = roads.length[path] - moves.position[i]
    if roads.lane_count[path] > 0:
        connection = cars.choice[i]
        if connection < 0:
            return FAR
        if path_state.tail[connection] < FAR:
            return time_to_collision(
                gap + path_state.tail[connection], moves.speed[i], path_state.tail_speed[connection]
            )
        gap += roads.length[connection]
        path = connection
    lane = roads.to_lane[path]
    if path_state.tail[lane] >= FAR:
        return FAR
    return time_to_collision(gap + path_state.tail[lane], moves.speed[i], path_state.tail_speed[lane])


@kernel
def _book_standing(
    path: int,
    lo: int,
    hi: int,
    dt: float,
    roads: RoadNetwork,
    cars: Cars,
    moves: Moves,
    sums: PathSums,
    trips: TripLines,
) -> None:
    """The queue of a path: the cars that stand after the step, and how far back the last of them reaches."""
    count, back = 0.0, 0.0
    for i in range(hi - 1, lo - 1, -1):
        if not (moves.speed[i] < STANDSTILL) or (
            cars.goal[i] & STANDS != 0 and _stands_at_stop(i, cars, moves)
        ):
            continue
        count += 1.0
        back = roads.length[path] - moves.position[i] + cars.length[i]
        line = np.int64(cars.trip[i]) * WIDTH
        trips.line[line + WAITED] += dt
        if cars.still[i] == 0:
            trips.line[line + STOPS] += 1.0
    if count > 0.0:
        sums.line[path * SPAN + STANDING_OF] += count * dt
        sums.line[path * SPAN + BACK] += back * dt
        sums.line[path * SPAN + MOST_STANDING] = max(sums.line[path * SPAN + MOST_STANDING], count)
        sums.line[path * SPAN + FARTHEST_BACK] = max(sums.line[path * SPAN + FARTHEST_BACK], back)


@kernel
def _book_changes(
    path: int, lo: int, hi: int, cars: Cars, moves: Moves, sums: PathSums, trips: TripLines
) -> None:
    """Cars that change lanes, and those whose trip ends."""
    for i in range(lo, hi):
        action = moves.action[i]
        if action == LEAVES:
            sums.line[path * SPAN + ARRIVED] += 1.0
            trips.line[np.int64(cars.trip[i]) * WIDTH + LAST_SPEED] = moves.speed[i]
        elif action == BROKEN:
            sums.line[path * SPAN + BROKEN_OF] += 1.0
        elif action == PARKS:
            sums.line[path * SPAN + LEFT] += 1.0
        elif action == UP_ADMITTED:
            sums.line[path * SPAN + CHANGED_OUT] += 1.0
            sums.line[(path + 1) * SPAN + CHANGED_IN] += 1.0
        elif action == DOWN_ADMITTED:
            sums.line[path * SPAN + CHANGED_OUT] += 1.0
            sums.line[(path - 1) * SPAN + CHANGED_IN] += 1.0


@kernel
def book_exits(roads: RoadNetwork, cars: Cars, moves: Moves, sums: PathSums) -> None:
    """What was driven beyond the end of a path counts for the next; a connection may be driven over whole."""
    for k in range(roads.chunks):
        for row in range(roads.chunk[k], roads.chunk[k] + moves.exits[k]):
            to, connection = moves.exit_path[row], cars.choice[moves.exit_car[row]]
            time, distance = sums.over_time[row], sums.over_distance[row]
            if connection >= 0 and to != connection:
                share = roads.length[connection] / max(distance, LEAST_DISTANCE)
                sums.line[connection * SPAN + TIME] += share * time
                sums.line[connection * SPAN + DISTANCE_OF] += roads.length[connection]
                sums.line[connection * SPAN + ENTERED] += 1.0
                sums.line[connection * SPAN + LEFT] += 1.0
                time, distance = (1.0 - share) * time, distance - roads.length[connection]
            sums.line[to * SPAN + TIME] += time
            sums.line[to * SPAN + DISTANCE_OF] += distance
            sums.line[to * SPAN + ENTERED] += 1.0


@entry
def book_step(
    helper: int,
    round: int,
    dt: float,
    board: Board,
    roads: RoadNetwork,
    path_state: PathState,
    cars: Cars,
    moves: Moves,
    engines: Engines,
    sums: PathSums,
    trips: TripLines,
) -> None:
    """Add the step that led from the old `cars` to `moves`, as helper 0. Other helpers do part of it; `round`
    is the last one before it.
    """
    round += 1
    if helper == 0:
        open_round(board)
        open_stage(0, round, board)
    elif not wait_until_open(0, round, board):
        return
    k = take(0, round, helper != 0, board)
    while k >= 0:
        book_chunk(k, dt, roads, path_state, cars, moves, engines, sums, trips)
        finish(0, board)
        k = take(0, round, helper != 0, board)
    if helper == 0:
        wait_until_done(0, board)
        book_exits(roads, cars, moves, sums)
