"""Traffic lights: the program that runs at each junction, as SUMO would choose it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Signals
from cosmopolis.city.words import Provenance
from cosmopolis.sources.sumo.drawing import Drawing, DrawnProgram, Extension
from cosmopolis.sources.sumo.paths import Path
from cosmopolis.sources.sumo.stream import Row
from cosmopolis.sources.sumo.words import LIGHTS

EXTENDED = ("actuated", "delay_based")  # the latter goes by gaps as well, not by the delay that it names
MAX_GAP, DETECTOR_GAP = 3.0, 2.0  # s, where the file is silent
SWITCHED_OFF = 60.0  # s, the one phase of a program that is off: it shows nothing, however long


@dataclass(frozen=True)
class Lit:
    """One program and the connections that it shows lights to."""

    program: DrawnProgram
    links: tuple[int, ...]  # connections, by their place in the state, then by row
    places: tuple[int, ...]  # the place of each in the state


def _at_rails(path: Path, drawing: Drawing) -> bool:
    """Whether its light is one of trains, which SUMO makes up as they come: here there is none."""
    row = drawing.junctions.get(path.junction)
    at_rails = row is not None and row.text("type", "") in ("rail_crossing", "rail_signal")
    return at_rails and path.row.text("tl") not in drawing.programs


def lit_by(paths: Sequence[Path], drawing: Drawing) -> list[Lit]:
    """The programs that control connections, in the file's order. Of several for one light the last one runs."""
    controlled: dict[str, list[tuple[int, int]]] = {}
    for c, path in enumerate(paths):
        if path.row.text("tl", "") and not _at_rails(path, drawing):
            with drawing.faults.leaving_out():
                name = path.row.text("tl")
                if name not in drawing.programs:
                    raise path.row.bad(f'is controlled by tl="{name}", of which there is no tlLogic; add it.')
                controlled.setdefault(name, []).append((path.row.whole("linkIndex"), c))
    found = []
    for name, variants in drawing.programs.items():
        if name not in controlled:
            continue
        with drawing.faults.leaving_out():
            found.append(_lit(variants, sorted(controlled[name]), drawing))
    return found


def _lit(variants: list[DrawnProgram], places: list[tuple[int, int]], drawing: Drawing) -> Lit:
    program, needed = variants[-1], places[-1][0] + 1
    if not program.phases:
        program = replace(program, phases=((SWITCHED_OFF, "O" * needed),))
    shown = len(program.phases[0][1])
    if shown < needed:
        first = next(child for child in program.row.children if child.tag == "phase")
        raise first.bad(
            f'of tlLogic "{program.id}" shows {shown} lights and its connections count up to linkIndex '
            f"{needed - 1}; give each phase a state of {needed} characters."
        )
    if len(variants) > 1:
        drawing.faults.note(
            "signal-programs",
            f'{program.row.at}: of the {len(variants)} programs of "{program.id}" the last one runs, '
            f'programID="{program.row.text("programID", "")}", as in SUMO',
        )
    kind = program.row.text("type", "static")
    if kind != "static":
        by_gaps = "; a scenario extends it by its gaps" if kind in EXTENDED else ""
        drawing.faults.note(
            "signal-actuated",
            f'{program.row.at}: "{program.id}" is {kind}; a city runs it with its fixed durations{by_gaps}',
        )
    return Lit(program, tuple(c for _, c in places), tuple(place for place, _ in places))


def extended(lit: Sequence[Lit], drawing: Drawing) -> dict[int, Extension]:
    """The programs that wait for vehicles, by row of Signals."""
    found = {}
    for s, one in enumerate(lit):
        if one.program.row.text("type", "static") in EXTENDED:
            with drawing.faults.leaving_out():
                found[s] = _extension(one.program.row)
    return found


def _extension(row: Row) -> Extension:
    least, most = [], []
    for phase in (child for child in row.children if child.tag == "phase"):
        least.append(phase.seconds("minDur") if "minDur" in phase.attributes else phase.seconds("duration"))
        most.append(inf if "minDur" in phase.attributes else least[-1])
        if "maxDur" in phase.attributes:
            most[-1] = phase.seconds("maxDur")
        if most[-1] < least[-1]:
            raise phase.bad(
                f"lasts at least {least[-1]:g} s and at most {most[-1]:g} s; correct minDur or maxDur."
            )
    dials = {child.text("key"): child for child in row.children if child.tag == "param"}

    def dial(key: str, usual: float) -> float:
        return dials[key].real("value") if key in dials else usual

    return Extension(tuple(least), tuple(most), dial("max-gap", MAX_GAP), dial("detector-gap", DETECTOR_GAP))


def signals_of(lit: Sequence[Lit], junction: NDArray[np.int64], begin: float) -> Signals:
    """The table of programs; `junction` (C,) is each connection's, `begin` s what offset="begin" means."""
    durations = [seconds for one in lit for seconds, _ in one.program.phases]
    lights = [
        [LIGHTS[state[place]] for place in one.places] for one in lit for _, state in one.program.phases
    ]

    def starts(counts: list[int]) -> NDArray[np.int32]:
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)

    return Signals(
        junction=np.array([junction[one.links[0]] for one in lit], np.int32),
        offset=np.array([_offset(one.program, begin) for one in lit], np.float32),
        link_start=starts([len(one.links) for one in lit]),
        link=np.array([c for one in lit for c in one.links], np.int32),
        phase_start=starts([len(one.program.phases) for one in lit]),
        duration=np.array(durations, np.float32),
        light_start=starts([len(row) for row in lights]),
        light=np.array([light for row in lights for light in row], np.uint8),
        provenance=np.full(len(lit), Provenance.MEASURED, np.uint8),
    )


def _offset(program: DrawnProgram, begin: float) -> float:
    """s, in 0 .. cycle."""
    offset = begin if program.row.text("offset", "0") == "begin" else program.row.real("offset", 0.0)
    return float(offset % sum(seconds for seconds, _ in program.phases))
