"""What `cosmopolis bench` measures: one file a subject, each with `run()` yielding one dict a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

from cosmopolis.registry import Benchmark


def _of(module: str) -> Callable[[], Iterable[Mapping[str, Any]]]:
    """The `run` of a file here, imported when it is called."""

    def run() -> Iterable[Mapping[str, Any]]:
        rows: Iterable[Mapping[str, Any]] = import_module(f"{__name__}.{module}").run()
        return rows

    return run


BENCHMARKS = (
    Benchmark("import", _of("imports"), "from map files to a stored city, beside SUMO's netconvert", "bench"),
    Benchmark("traffic", _of("traffic"), "vehicle updates a second, beside SUMO", "bench"),
    Benchmark("measurement", _of("measurement"), "what watching a run costs beside the run"),
    Benchmark("world", _of("world"), "one picture, visitors a core, bytes of a first view"),
    Benchmark("grow", _of("grow"), "inventing the default town"),
    Benchmark("routing", _of("routing"), "100,000 routes, and an equilibrium"),
    Benchmark("gpu", _of("gpu"), "car following on the processor and on the graphics card", "gpu"),
)
