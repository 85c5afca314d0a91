"""What planning adds to the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cosmopolis.city.errors import BadInput
from cosmopolis.registry.commands import Argument, CommandLine, Progress, TimeOfDay, Told

if TYPE_CHECKING:
    from cosmopolis.planning.equilibrium import Equilibrium


def assign(
    *,
    city: Path,
    begin: float,
    end: float,
    out: Path,
    iterations: int,
    gap: float,
    seed: int,
    progress: Progress,
) -> Told:
    """Repeats the simulation of a part of a day, moving drivers to better routes, and writes trips and gap to `out`.
    Times in s after midnight."""
    if end <= begin:
        raise BadInput("--to is not after --from: give a part of one day (24:00 is its end).")
    from cosmopolis.planning.equilibrium_store import check_free, write

    check_free(out)
    from cosmopolis.city.store import load
    from cosmopolis.demand.store import cached_trips
    from cosmopolis.planning.equilibrium import equilibrium

    the_city = load(city)
    trips = cached_trips(the_city, city, seed=seed, progress=progress)
    found = equilibrium(
        the_city, trips, begin=begin, end=end, iterations=iterations, gap=gap, seed=seed, progress=progress
    )
    facts = write(
        found, out, city=the_city.name, city_version=the_city.version, seed=seed, begin=begin, end=end
    )
    return Told(facts, _sentences(found, out))


def _sentences(found: Equilibrium, out: Path) -> Iterator[str]:
    for row, (value, seconds, moved) in enumerate(zip(found.gap, found.duration, found.changed)):
        yield f"{row + 1:3d}  gap {value:.3f}  {seconds:.0f} s a trip  {moved:,} take another way"
    yield (
        f"Relative gap {found.gap[0]:.3f} at first, {found.gap.min():.3f} at best of {len(found.gap)} runs; "
        f"{len(found.trips):,} trips with their routes, and the gap, are in {out}"
    )


COMMANDS = (
    CommandLine(
        "assign",
        assign,
        "Find routes that few drivers could better, by driving them again and again (dynamic user equilibrium).",
        (
            Argument("city", Path, "A city folder, as `import` or `grow` makes it.", metavar="CITY"),
            Argument("begin", TimeOfDay, option="--from"),
            Argument("end", TimeOfDay, option="--to"),
            Argument(
                "out", Path, "The folder to write the trips and the gap to.", option="--out", metavar="RUN"
            ),
            Argument(
                "iterations", int, "Runs of the simulation at most.", 10, "--iterations", least=1, most=200
            ),
            Argument("gap", float, "Relative gap that is small enough.", 0.01, "--gap", least=0, most=1),
            Argument(
                "seed",
                int,
                "Of everything random: the same seed gives the same city and day.",
                1,
                "--seed",
                least=0,
            ),
        ),
    ),
)
