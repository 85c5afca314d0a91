"""The options of a run."""

from __future__ import annotations

from dataclasses import dataclass, field

from cosmopolis.simulation.traffic.drivers import Drivers
from cosmopolis.simulation.traffic.guidance import Guidance
from cosmopolis.simulation.traffic.rules import TrafficRules


@dataclass(frozen=True)
class RunOptions:
    """What one may say of a run when it begins, as `Simulation` takes it."""

    seed: int = 1
    start: float = 0.0  # s after midnight of day 0
    daily: bool = True  # the trips are made every day; else once, and nobody is under way at the start
    rules: TrafficRules = field(default_factory=TrafficRules)
    guidance: Guidance | None = None  # None: the usual one of daily traffic, else nobody is guided
    drivers: Drivers | None = field(default=None, compare=False)  # the run's own vehicle types
