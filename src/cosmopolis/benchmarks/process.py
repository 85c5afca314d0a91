"""Measure one command as a whole process: wall seconds, CPU seconds and peak memory, median of several runs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DATA = Path(os.environ.get("COSMOPOLIS_DATA", "../shared/data"))


def measure(command: Sequence[str], *, runs: int = 3, env: dict[str, str] | None = None) -> dict[str, Any]:
    """Run `command` `runs` times. Raises RuntimeError with the end of its output if it fails."""
    rows = [_once(command, env) for _ in range(runs)]
    return {
        "wall_s": round(statistics.median(row[0] for row in rows), 2),
        "cpu_s": round(statistics.median(row[1] for row in rows), 2),
        "peak_mb": round(max(row[2] for row in rows)),
        "runs": runs,
    }


def _once(command: Sequence[str], env: dict[str, str] | None) -> tuple[float, float, float]:
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **(env or {})}
    )
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(
            f"{command[0]} ended with {process.returncode}: {errors.decode(errors='replace')[-500:]}"
        )
    megabytes = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return wall, usage.ru_utime + usage.ru_stime, megabytes


def cosmopolis(*arguments: str | Path) -> list[str]:
    """The command line of this very installation."""
    return [sys.executable, "-m", "cosmopolis", *map(str, arguments)]


def sumo_binary(name: str) -> str | None:
    """A program of the eclipse-sumo wheel, if it is installed."""
    try:
        import sumo
    except ImportError:
        return None
    path = Path(sumo.SUMO_HOME) / "bin" / name
    return str(path) if path.exists() else None
