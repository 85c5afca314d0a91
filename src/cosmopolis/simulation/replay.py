"""A run again, from its log."""

from __future__ import annotations

from dataclasses import replace

from cosmopolis import __version__
from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation.beginning import city_hash, trips_hash
from cosmopolis.simulation.command_log import CommandLog, Jump
from cosmopolis.simulation.order import OrderRefused
from cosmopolis.simulation.run import Simulation


def replay(city: City, trips: Trips, log: CommandLog, *, threads: int | None = None) -> Simulation:
    """The run that `log` is of, with the same bytes, as far as the log knows that it went.

    BadInput where the log is of another city, other trips or another version of Cosmopolis, or orders what this city
    refuses. Only what comes after the last jump is driven: what came before left nothing that the log does not say.
    """
    _check(city, trips, log)
    last = max((row for row, entry in enumerate(log.entries) if isinstance(entry, Jump)), default=-1)
    simulation = _begin(city, trips, log, last, threads)
    for entry in log.entries[last + 1 :]:
        _drive(simulation, entry.step)
        if isinstance(entry, Jump):
            continue
        answer = simulation.order(entry.order)
        if isinstance(answer, OrderRefused):
            raise BadInput(f"The command log cannot be replayed: {answer.refusal.sentence}")
    _drive(simulation, simulation.steps if log.steps is None else log.steps)
    simulation.log = CommandLog(
        lambda: log.beginning, log.entries, snapshot=log.snapshot, lasting=log.lasting
    )
    return simulation


def _check(city: City, trips: Trips, log: CommandLog) -> None:
    beginning = log.beginning
    if beginning.package != __version__:
        raise BadInput(
            f"The command log is of Cosmopolis {beginning.package}, and this is {__version__}: only the same one "
            "makes the same run of it."
        )
    if beginning.city != city_hash(city):
        raise BadInput("The command log is of another city, or of an earlier state of it.")
    if beginning.trips != trips_hash(trips):
        raise BadInput("The command log is of other trips.")


def _begin(city: City, trips: Trips, log: CommandLog, last: int, threads: int | None) -> Simulation:
    """At the last jump, the snapshot or the start; whichever is latest."""
    options = log.beginning.options
    jump = log.entries[last] if last >= 0 else None
    if isinstance(jump, Jump):
        return Simulation.begin(city, trips, replace(options, start=jump.to), threads=threads)
    if log.snapshot is not None:
        return Simulation.restore(
            city, trips, log.snapshot, threads=threads, drivers=options.drivers, daily=options.daily
        )
    return Simulation.begin(city, trips, options, threads=threads)


def _drive(simulation: Simulation, steps: int) -> None:
    if steps < simulation.steps:
        raise BadInput(
            f"The command log goes back from step {simulation.steps} to {steps}: it is not of one run."
        )
    while simulation.steps < steps:
        simulation.step()
