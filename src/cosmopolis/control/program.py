"""A signal program as a controller knows it: its stages, who is green in each, and its plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import City
from cosmopolis.city.words import Light, Turn
from cosmopolis.simulation.traffic.stages import SHORT, lights_of, stages_of

U8 = NDArray[np.uint8]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Program:
    """One program with K stages, L links and F phases. Links are in the order of Signals.link."""

    row: int  # of Signals
    stages: tuple[int, ...]  # (K,) phases that are stages, in the order of the plan
    durations: tuple[float, ...]  # (F,) s
    offset: float  # s
    yellow: float  # s, of a clearance
    all_red: float  # s
    light: U8  # (K, L) words.Light in each stage; an arrow beside a red light counts as red
    lane: I64  # (L,) row of the link's lane among the program's lanes, as Lookout.lanes has them
    from_edge: I64  # (L,)
    to_edge: I64  # (L,)
    straight: Bools  # (L,) it goes straight on
    link: I64  # (L,) connection of the city

    @property
    def greens(self) -> tuple[float, ...]:
        """(K,) s of green of each stage in the plan."""
        return tuple(self.durations[phase] for phase in self.stages)

    @property
    def cycle(self) -> float:
        """s."""
        return sum(self.durations)

    @property
    def lost(self) -> float:
        """s of the plan's cycle in which no stage is shown."""
        return self.cycle - sum(self.greens)

    def with_plan(self, greens: tuple[float, ...], offset: float) -> Program:
        """The same program with other green times (K,) and another offset, s."""
        durations = list(self.durations)
        for phase, green in zip(self.stages, greens, strict=True):
            durations[phase] = green
        return replace(self, durations=tuple(durations), offset=offset)

    def lights(self, phase: int) -> U8:
        """(L,) lights of a stage, by its phase."""
        return self.light[self.stages.index(phase)]

    def after(self, phase: int) -> tuple[int, ...]:
        """The other stages in the order of the plan, the one after `phase` first."""
        at = self.stages.index(phase)
        return self.stages[at + 1 :] + self.stages[:at]

    def serving(self, from_edge: int, to_edge: int) -> tuple[int, ...]:
        """Stages that let a vehicle go this way, those that protect it first."""
        wanted = (self.from_edge == from_edge) & (self.to_edge == to_edge)
        best = self.light[:, wanted].max(axis=1, initial=0)
        rows = [
            k
            for k in np.argsort(-best.astype(int), kind="stable").tolist()
            if best[k] >= Light.GREEN_PERMISSIVE
        ]
        return tuple(self.stages[k] for k in rows)


def programs_of(city: City) -> dict[int, Program]:
    """The programs that a controller may lead, by row of Signals.

    Those with fewer than two stages have nothing to choose from. Those with a longer time in which all are red keep
    their plan too: that is when people cross, and no detector tells of them.
    """
    network = city.network
    signals, connections = network.signals, network.connections
    stage, yellow, all_red = stages_of(signals)
    found = {}
    for row in range(len(signals)):
        phases = slice(int(signals.phase_start[row]), int(signals.phase_start[row + 1]))
        stages = np.flatnonzero(stage[phases])
        shown, seconds = lights_of(signals, row), signals.duration[phases].astype(np.float64)
        walks = (shown <= Light.YELLOW).all(axis=1) & (seconds > SHORT)
        if len(stages) < 2 or walks.any():
            continue
        link = signals.link[signals.link_start[row] : signals.link_start[row + 1]].astype(np.int64)
        from_lane = connections.from_lane[link]
        found[row] = Program(
            row=row,
            stages=tuple(stages.tolist()),
            durations=tuple(seconds.tolist()),
            offset=float(signals.offset[row]),
            yellow=float(yellow[row]),
            all_red=float(all_red[row]),
            light=np.where(shown == Light.GREEN_ARROW, Light.RED, shown)[stages].astype(np.uint8),
            lane=np.unique(from_lane, return_inverse=True)[1].astype(np.int64),
            from_edge=network.lanes.edge[from_lane].astype(np.int64),
            to_edge=network.lanes.edge[connections.to_lane[link]].astype(np.int64),
            straight=connections.turn[link] == Turn.THROUGH,
            link=link,
        )
    return found
