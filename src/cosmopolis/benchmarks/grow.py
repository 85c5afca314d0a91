"""How long it takes to invent Xinting, from nothing to a stored city."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cosmopolis.benchmarks.process import cosmopolis, measure


def run() -> Iterator[dict[str, Any]]:
    for population in (60_000,):
        with tempfile.TemporaryDirectory() as folder:
            row = measure(
                cosmopolis("grow", "--population", str(population), "--out", Path(folder) / "bench.city")
            )
            yield {"case": f"Xinting, {population:,} people", **row}
