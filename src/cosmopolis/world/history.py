"""The last minutes of the whole city: pictures that were shown, kept for a while. Pure: it asks no clock.

Nothing is computed until somebody asks; keeping a picture is keeping a reference to its arrays.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosmopolis.world.picture import Picture, Traffic

LENGTH = 300.0  # s of city time that is kept
MOST_PATHS = 1000  # that one question, or one client, may name
SPACING = 2.0  # s of city time between two pictures that are kept
MOST_ROWS = 2_000_000  # vehicles in all of them (34 MB): of a very large city, less time is kept


@dataclass(frozen=True)
class Street:
    """Who was on some paths, picture by picture; picture k's vehicles are rows ``start[k]:start[k + 1]``."""

    time: list[float]  # (K,) s, city time of each picture
    start: list[int]  # (K + 1,)
    traffic: Traffic  # rows of all pictures
    lights: list[tuple[float, list[int]]]  # from when on: the phase of each program asked for


class History:
    def __init__(self) -> None:
        self._era = -1
        self._rows = 0
        self._traffic: deque[tuple[float, Traffic]] = deque()
        self._phases: deque[tuple[float, NDArray[np.uint16]]] = deque()  # whenever one has changed

    def keep(self, picture: Picture) -> None:
        """One more picture; after a jump of time what was before is forgotten."""
        if picture.era != self._era:
            self._era, self._rows = picture.era, 0
            self._traffic.clear()
            self._phases.clear()
        if not self._phases or not np.array_equal(self._phases[-1][1], picture.phases):
            self._phases.append((picture.time, picture.phases))
        if not self._traffic or picture.time - self._traffic[-1][0] >= SPACING:
            self._traffic.append((picture.time, picture.traffic))
            self._rows += len(picture.traffic)
        self._forget(picture.time - LENGTH)

    def of(self, paths: Sequence[int], programs: Sequence[int] = (), *, seconds: float = LENGTH) -> Street:
        """Who was on `paths` (ascending) in the last `seconds` of what is kept, and the phases of `programs`. It may be
        asked on another thread than the one that keeps: it works on a copy of the list, taken in one go."""
        pictures = tuple(self._traffic)
        since = (pictures[-1][0] if pictures else 0.0) - seconds
        kept = [(time, traffic.on(paths)) for time, traffic in pictures if time >= since and len(paths)]
        start = np.concatenate([[0], np.cumsum([len(traffic) for _, traffic in kept])]).astype(int)
        return Street(
            time=[time for time, _ in kept],
            start=start.tolist(),
            traffic=_joined([traffic for _, traffic in kept]),
            lights=self._lights(programs, since),
        )

    def _lights(self, programs: Sequence[int], since: float) -> list[tuple[float, list[int]]]:
        """The last phases before `since`, and each change after; changes of other programs are left out."""
        told: list[tuple[float, list[int]]] = []
        for time, phases in tuple(self._phases):
            shown = [int(phases[p]) for p in programs if p < len(phases)]
            if told and told[-1][1] == shown:
                continue
            if told and time <= since:
                told.pop()
            told.append((time, shown))
        return told if programs else []

    def _forget(self, before: float) -> None:
        while self._traffic and (self._traffic[0][0] < before or self._rows > MOST_ROWS):
            self._rows -= len(self._traffic.popleft()[1])
        while len(self._phases) > 1 and self._phases[1][0] <= before:
            self._phases.popleft()


def told(street: Street, now: float) -> dict[str, Any]:
    """As the API says it (SPEC 2.8)."""
    t = street.traffic
    return {
        "time": now,
        "pictures": street.time,
        "start": street.start,
        "id": t.id,
        "path": t.path,
        "kind": t.kind,
        "position": np.round(t.position.astype(np.float64), 2),
        "speed": np.round(t.speed.astype(np.float64), 2),
        "lights": [{"time": time, "phases": phases} for time, phases in street.lights],
    }


def _joined(parts: list[Traffic]) -> Traffic:
    empty = Traffic(
        id=np.zeros(0, np.uint32),
        path=np.zeros(0, np.int32),
        position=np.zeros(0, np.float32),
        speed=np.zeros(0, np.float32),
        kind=np.zeros(0, np.uint8),
    )
    names = vars(empty)
    return Traffic(
        **{name: np.concatenate([getattr(part, name) for part in [empty, *parts]]) for name in names}
    )
