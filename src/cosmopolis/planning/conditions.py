"""Under which conditions a run is made: who drives, who hears of jams, and by which rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from math import isfinite
from typing import Any

from cosmopolis.city.errors import BadInput
from cosmopolis.city.model import City
from cosmopolis.demand.trips import Trips
from cosmopolis.simulation import Guidance, Simulation, TrafficRules
from cosmopolis.simulation.traffic.drivers import Drivers, drivers

# What one may set, and what it says: names of Rules and, from rerouting on, of Guidance.
DIALS = {
    "teleport-after": "s of standing after which a vehicle is lifted along its route, and counted; 0: never",
    "kerb-stops": "share of the usual time that stops and pull-outs hold the lane",
    "bike-box": "m before stop lines at lights that cars leave to two-wheelers",
    "on-foot": "share of the usual number of people on crossings",
    "rerouting": "share of the drivers who hear of jams and go another way",
    "worth": "share of the time on the old way that the new one may take",
    "toll": "money a km of the edges that cost toll",
    "value-of-time": "the same money an hour",
}


@dataclass(frozen=True)
class Conditions:
    """The defaults are those of a city: the set "field", every day again, and everybody hears of jams."""

    parameters: str = "field"  # the set of drivers
    types: Drivers | None = (
        None  # the run's own types, of which the trips' kinds are the rows; then made once
    )
    guidance: Guidance = field(default_factory=Guidance)
    rules: TrafficRules = field(default_factory=TrafficRules)

    def simulation(
        self, city: City, trips: Trips, *, seed: int, start: float, threads: int | None
    ) -> Simulation:
        """The run, at `start` (s after midnight); BadInput for a set that there is not."""
        table = self.types
        if table is None and self.parameters != "field":
            table = drivers(self.parameters)
        return Simulation(
            city,
            trips,
            seed=seed,
            start=start,
            threads=threads,
            drivers=table,
            daily=self.types is None,
            guidance=self.guidance,
            rules=self.rules,
        )

    def turned(self, settings: Sequence[str]) -> Conditions:
        """These with dials set as `settings` say, each NAME=VALUE; BadInput where one is wrong."""
        conditions = self
        for setting in settings:
            name, _, text = setting.partition("=")
            dial = name.strip().replace("_", "-")
            try:
                value = float(text)
            except ValueError:
                value = float("nan")
            if dial not in DIALS or not isfinite(value):
                listed = "; ".join(f"{key}: {says}" for key, says in DIALS.items())
                raise BadInput(f"{setting!r} sets no rule; write one as NAME=NUMBER. There are {listed}.")
            conditions = conditions._with(dial, value)
        return conditions

    def _with(self, dial: str, value: float) -> Conditions:
        name = "share" if dial == "rerouting" else dial.replace("-", "_")
        if hasattr(self.rules, name):
            return replace(self, rules=replace(self.rules, **{name: value}))
        return replace(self, guidance=replace(self.guidance, **{name: value}))

    def facts(self) -> dict[str, Any]:
        """For run.json."""
        values = {**asdict(self.rules), **asdict(self.guidance)}
        values["rerouting"] = values.pop("share")
        return {
            "parameters": self.parameters,
            "rules": {key.replace("_", "-"): values[key] for key in values},
        }
