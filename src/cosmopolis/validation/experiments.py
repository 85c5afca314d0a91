"""The list of experiments: the document's table of contents.

Each is a module of this room with `chapter(quick) -> Chapter`. A new row is a new file and a line here.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence

from cosmopolis.city.errors import BadInput
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.validation.record import Chapter

# name for --only -> module
EXPERIMENTS = {
    "equilibrium": "equilibrium",
    "string-stability": "string_stability",
    "sugiyama": "sugiyama",
    "fundamental-diagram": "fundamental_diagram",
    "discharge": "discharge",
    "merge": "merging",
    "minor-street": "minor_street",
    "roundabout": "roundabout_entry",
    "conservation": "conservation",
    "emissions": "emissions",
}
# Only with --all, or by name: what takes minutes, needs files or programs of others, or belongs to the machine.
ON_REQUEST = {
    "overload": "overload",
    "assignment": "assignment",
    "sumo": "sumo_scenarios",
    "speed": "speed",
}


def chosen(only: Sequence[str] = (), everything: bool = False) -> list[str]:
    """Names of the experiments to run, in the document's order. BadInput for a name that is none."""
    known = [*EXPERIMENTS, *ON_REQUEST]
    for name in only:
        if name not in known:
            raise BadInput(f"There is no experiment {name!r}; choose from {', '.join(known)}.")
    if only:
        return [name for name in known if name in only]
    return known if everything else list(EXPERIMENTS)


def run(names: Sequence[str], *, quick: bool = False, progress: Progress = quiet) -> Iterator[Chapter]:
    """The chapters of `names`, one after the other; with `quick`, from shorter runs of fewer cases."""
    modules = EXPERIMENTS | ON_REQUEST
    for row, name in enumerate(names):
        progress(f"Measuring {name}", row / len(names))
        yield importlib.import_module(f"cosmopolis.validation.{modules[name]}").chapter(quick)
