"""A SUMO scenario as a run: read elsewhere, planned, driven and recorded like any other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cosmopolis.city.errors import BadInput
from cosmopolis.city.progress import Progress, quiet
from cosmopolis.demand.sumo_scenario import Planned, plan_scenario
from cosmopolis.planning.conditions import Conditions
from cosmopolis.planning.recorder import Wanted
from cosmopolis.planning.run import AS_PLANNED, PLAIN, Control, record
from cosmopolis.simulation import Guidance, TrafficRules
from cosmopolis.simulation.traffic.drivers import drivers_of
from cosmopolis.sources.sumo import SKIPPED, Scenario


def record_scenario(  # noqa: PLR0913  keyword-only, as the command line says them
    scenario: Scenario,
    *,
    seed: int,
    out: Path,
    parameters: str = "sumo",
    settings: Sequence[str] = (),
    wanted: Wanted = PLAIN,
    control: Control = AS_PLANNED,
    threads: int | None = None,
    progress: Progress = quiet,
) -> dict[str, Any]:
    """Run `scenario` to its end, or until all have arrived, and write the folder `out`; returns what run.json holds.

    `parameters` names the set that its types drive by, `settings` go before what its configuration says of teleports
    and rerouting (see `conditions.DIALS`). trips.parquet names each trip as the route files do. What was skipped, and
    elements and options that mean nothing here, are counted and listed.
    """
    progress("Finding routes", 0.5)
    plan = plan_scenario(scenario, seed=seed)
    if len(plan.trips) == 0:
        others = "".join(f" ({count} of vClass {name} do not)" for name, count in plan.elsewhere.items())
        raise BadInput(
            f"{scenario.name}: no vehicle that drives on streets departs between {scenario.begin:g} s and its end"
            f"{others}; check begin, end and route-files."
        )
    conditions = Conditions(
        parameters,
        drivers_of(plan.types, parameters),
        Guidance(share=scenario.rerouting),
        TrafficRules(teleport_after=scenario.teleport_after),
    )
    return record(
        scenario.city,
        plan.trips,
        begin=scenario.begin,
        end=scenario.end,
        seed=seed,
        out=out,
        wanted=wanted,
        control=control,
        threads=threads,
        conditions=conditions.turned(settings),
        facts=_left_out(scenario, plan),
        ids=np.array(plan.ids, dtype=object),
        progress=progress,
    )


def _left_out(scenario: Scenario, plan: Planned) -> dict[str, Any]:
    """What of the scenario is not driven, and why, for run.json."""
    return {
        "scenario": scenario.name,
        "left_out": [f"{each.where}: {each.message}" for each in scenario.findings if each.code == SKIPPED],
        "ignored_elements": dict(scenario.traffic.ignored),
        "not_on_streets": plan.elsewhere,
        "options_without_effect": list(scenario.without_effect),
        "outside_its_time": plan.late,
    }
