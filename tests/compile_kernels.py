"""Compile the kernels that most tests need, once, before several processes of pytest wait for each other with it.

    python -m tests.compile_kernels

A few minutes of a village: watched by an Observer with a detector, under controllers, and as an equilibrium. numba
keeps what it compiled beside the sources; where none of them changed this takes some seconds.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from cosmopolis.city.build import build
from cosmopolis.control import Scheme, Steering
from cosmopolis.demand import plan_trips
from cosmopolis.growth import grow
from cosmopolis.planning.equilibrium import equilibrium
from cosmopolis.planning.recorder import Wanted
from cosmopolis.planning.run import record

PEAK = 7.5 * 3600.0  # s after midnight


def main() -> None:
    city = build(grow(seed=3, population=5_000), seed=3)
    trips = plan_trips(city, seed=3)
    with TemporaryDirectory() as name:
        detectors = Path(name, "detectors.csv")
        detectors.write_text("name,lane,position\nany,0,1\n")
        record(
            city,
            trips,
            begin=PEAK,
            end=PEAK + 120.0,
            seed=1,
            out=Path(name, "any.run"),
            wanted=Wanted(detectors=detectors),
            control=Steering(Scheme.actuated, priority=True),
        )
    equilibrium(city, trips, begin=PEAK, end=PEAK + 60.0, iterations=2, gap=0.0)


if __name__ == "__main__":
    main()
