"""Cars on a circle, put down evenly: what the ring and the fundamental diagram are measured on."""

from __future__ import annotations

import numpy as np

from cosmopolis.simulation import Simulation
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.validation.drawing import trips_of
from cosmopolis.validation.places import JOINT, endless_ring, one_trip
from cosmopolis.validation.tracks import Tracks, begins, follow


def circling(
    cars: int, length: float, limit: float, seconds: float, *, seed: int = 1, parameters: str = "field"
) -> Tracks:
    """`cars` on a ring of `length` m and one lane for `seconds`; times and places count from the beginning."""
    city = endless_ring(length, speed=limit)
    around = length - JOINT
    places = (np.arange(cars) + 0.95) / cars * around  # the first one's rear is on the ring as well
    rows = [one_trip(city, [0, 0], 99.9, from_position=float(place)) for place in places]
    set_of = drivers(parameters)
    simulation = Simulation(  # all are under way already
        city, trips_of(rows), seed=seed, start=100.0, threads=1, drivers=set_of
    )
    if simulation.counts()["vehicles"] != cars:
        raise RuntimeError(f"{cars} cars do not fit on {length} m")
    tracks = follow(simulation, seconds, begins(simulation, [0, 1], [0.0, around]))
    laps = np.cumsum(np.diff(tracks.place, axis=0, prepend=tracks.place[:1]) < -0.5 * length, axis=0)
    return Tracks(tracks.time - 100.0, tracks.place + laps * length, tracks.speed)
