"""The peer of the traffic benchmark: SUMO's tools make a grid and its trips, SUMO drives them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cosmopolis.benchmarks.process import sumo_binary

SEED = "42"


def installed() -> bool:
    return sumo_binary("sumo") is not None


def build(folder: Path, *, junctions: int, seconds: float, period: float, distance: float) -> Path:
    """Make a signalled grid, random trips and their routes, with a random factor; their configuration."""
    import sumo

    _tool(
        folder, "netgenerate", "--grid", f"--grid.number={junctions}", "--grid.length=200", "-L", "2",
        "--tls.guess", "--no-turnarounds", "-o", "grid.net.xml",
    )  # fmt: skip
    script = Path(sumo.SUMO_HOME) / "tools" / "randomTrips.py"
    _quiet(
        folder, sys.executable, str(script), "-n", "grid.net.xml", "-o", "trips.xml", "-b", "0", "-e", f"{seconds:g}",
        "-p", str(period), "--seed", SEED, "--min-distance", f"{distance:g}", "--random-depart",
    )  # fmt: skip
    _tool(
        folder, "duarouter", "-n", "grid.net.xml", "--route-files", "trips.xml", "-o", "routes.xml",
        "--weights.random-factor", "1.5", "--seed", SEED, "--no-warnings", "--no-step-log",
    )  # fmt: skip
    config = folder / "grid.sumocfg"
    config.write_text(
        '<configuration><input><net-file value="grid.net.xml"/><route-files value="routes.xml"/></input>'
        f'<time><begin value="0"/><end value="{seconds:g}"/></time></configuration>'
    )
    return config


def drive(config: Path, seconds: float, *, meso: bool) -> dict[str, Any]:
    """One run of the built case: wall and updates a second as SUMO says, the rest measured from outside.

    The processor's seconds are those of the whole process by the share of its time that it drove.
    """
    command = [
        str(sumo_binary("sumo")), "-c", config.name, "--step-length", "1", "--no-step-log", "--no-warnings",
        "--duration-log.statistics",
    ]  # fmt: skip
    if meso:
        command += ["--mesosim", "--meso-junction-control", "true", "--meso-tls-penalty", "1"]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=config.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"sumo ended with {process.returncode}: {said[-500:]}")
    cpu = usage.ru_utime + usage.ru_stime
    drove = (
        _number(r"Duration: ([\d.]+)", said) or wall
    )  # s, without reading the network, as ours is measured
    updates_per_s = _number(r"UPS: ([\d.]+)", said)
    inserted, running = _number(r"Inserted: (\d+)", said), _number(r"Running: (\d+)", said)
    return {
        "wall_s": round(drove, 2),
        "cpu_s": round(cpu * drove / wall, 2),
        "simulated_s": seconds,
        "step_s": 1.0,
        "updates_per_s": round(updates_per_s),
        "updates_per_cpu_s": round(updates_per_s * wall / cpu),
        "inserted": int(inserted),
        "running_at_end": int(running),
        "arrived": int(inserted - running),
        "mean_time_loss_s": _number(r"TimeLoss: ([\d.]+)", said),
        "peak_mb": round(usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)),
        "threads": 1,
    }


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    return float(found.group(1)) if found else 0.0


def _tool(folder: Path, name: str, *arguments: str) -> None:
    _quiet(folder, str(sumo_binary(name)), *arguments)


def _quiet(folder: Path, *command: str) -> None:
    import sumo

    env = {**os.environ, "SUMO_HOME": sumo.SUMO_HOME}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr[-500:]}")
