"""City time as a function of wall-clock time. Pure: wall time is an argument."""

from __future__ import annotations

from dataclasses import dataclass

SLOWEST, FASTEST = 1.0, 60.0
DAY = 86_400.0


@dataclass(frozen=True)
class SetTime:
    """What may be asked of the clock; None: leave it as it is."""

    paused: bool | None = None
    speed: float | None = None  # city seconds a second
    jump: float | None = None  # s after midnight


@dataclass
class Clock:
    """City time `city` was shown at wall time `wall`; since then it runs `speed` times as fast, or not at all."""

    wall: float
    city: float
    speed: float = 1.0
    paused: bool = False
    patience: float = 0.5  # s of wall time that the city may lag before the clock gives up on it

    def due(self, wall: float) -> float:
        """What city time should be at `wall`."""
        return self.city if self.paused else self.city + (wall - self.wall) * self.speed

    def set(
        self, wall: float, city: float, *, speed: float | None = None, paused: bool | None = None
    ) -> None:
        """From now on, run so. `city` is where the city really is: what it lagged behind is forgotten."""
        self.wall, self.city = wall, city
        self.speed = self.speed if speed is None else min(max(speed, SLOWEST), FASTEST)
        self.paused = self.paused if paused is None else paused

    def forgive(self, wall: float, city: float) -> bool:
        """Start afresh from `city` if it lags more than our patience, so that it never races to catch up."""
        late = self.due(wall) - city > self.patience * self.speed
        if late:
            self.set(wall, city)
        return late

    def wait(self, wall: float, city: float) -> float:
        """Seconds of wall time until the city's time `city` is due; 0 if it is."""
        if self.paused:
            return float("inf")
        return max(0.0, (city - self.due(wall)) / self.speed)


class Meter:
    """City seconds and vehicle updates a second, over the last second or so."""

    def __init__(self) -> None:
        self._from: tuple[float, float, int] | None = None
        self._read = (0.0, 0.0)

    def read(self, wall: float, city: float, updates: int) -> tuple[float, float]:
        if self._from is None:
            self._from = (wall, city, updates)
        passed = wall - self._from[0]
        if passed >= 1.0:
            self._read = ((city - self._from[1]) / passed, max(0, updates - self._from[2]) / passed)
            self._from = (wall, city, updates)
        return self._read


def hhmm(time: float) -> str:
    minutes = int(time // 60) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
