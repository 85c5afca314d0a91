"""City time and the timetable of departures. Knows nothing of wall-clock time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DAY = 86_400.0  # s
DT = 0.5  # s, one step


class Timetable:
    """Hands out the trips that are due, the same ones every day.

    `depart` (N,) s after midnight, any order; a departure after midnight belongs to the next morning. Without
    `daily` each trip is handed out once, at its own time, those before `start` never.
    """

    def __init__(self, depart: NDArray[np.float64], start: float, *, daily: bool = True) -> None:
        self._daily = daily
        of_day = np.mod(depart, DAY) if daily else depart
        self._order = np.argsort(of_day, kind="stable")
        self._depart = of_day[self._order]
        self.day = int(start // DAY) if daily else 0
        self.next = int(np.searchsorted(self._depart, start - self.day * DAY, side="left"))

    def due(self, until: float) -> NDArray[np.int64]:
        """Rows that depart before `until` and were not handed out yet, in order."""
        found = []
        while True:
            last = int(self._depart.searchsorted(until - self.day * DAY))
            found.append(self._order[self.next : last])
            self.next = max(last, self.next)
            if not self._daily or self.next < len(self._depart) or until < (self.day + 1) * DAY:
                return np.concatenate(found) if len(found) > 1 else found[0]
            self.day, self.next = self.day + 1, 0

    @property
    def over(self) -> bool:
        """Whether nobody departs any more."""
        return not self._daily and self.next >= len(self._depart)

    @property
    def midnight(self) -> float:
        """s after midnight of day 0 at which the day began whose trips are being handed out."""
        return self.day * DAY
