"""Kernels become code only as parts of what Python calls, and that is what the cache keeps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("cosmopolis.simulation.traffic.compiler", reason="another numba inside")

KERNELS = """
import numpy as np
from cosmopolis.simulation.traffic.kernels import entry, formula, kernel

@formula
def twice(x):
    return x + x

@kernel
def seen(i, brake, cars):
    # One version serves a place of 32 bits and of 64, and a brake that the caller writes as a constant or not.
    return twice(cars.speed[i]) + (10.0 if brake else 0.0)

@kernel
def at_most(i, cars):
    return min(seen(cars.order[i], False, cars), seen(i, True, cars), seen(i, i == 0, cars))

@entry
def total(cars):
    found = 0.0
    for i in range(cars.count):
        found += at_most(i, cars)
    return found
"""

RUN = """
import json, sys
from typing import Any, NamedTuple
import numpy as np
from numba.core import event
from cosmopolis.simulation.traffic import tables
tables.FINGERPRINT = sys.argv[1]
import written

class Cars(NamedTuple):
    speed: Any
    order: Any
    count: int

cars = tables.Table(Cars(np.array([1.0, 2.0, 4.0], np.float32), np.array([2, 0, 1], np.int32), 3))
with event.install_recorder("numba:compile") as compiled:
    total = written.total(cars)
versions = len(written.seen.overloads)
print(json.dumps([total, len(compiled.buffer), versions, written.twice(1.5)]))
"""


def run(folder: Path, fingerprint: str) -> list[Any]:
    """The total, how often numba compiled something for it, the versions of `seen`, and a formula from Python."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    env["NUMBA_CACHE_DIR"] = str(folder / "cache")
    done = subprocess.run([sys.executable, "-c", RUN, fingerprint], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


class Starts(NamedTuple):
    """What `run` tells of the first start, of a second, and of two after a kernel's source has changed."""

    first: list[Any]
    second: list[Any]
    changed: list[Any]
    again: list[Any]
    cached: set[str]  # after the first


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> Starts:
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "written.py").write_text(KERNELS)
    first = run(folder, "one")
    cached = {file.name.split("-")[0] for file in (folder / "cache").rglob("*.nbi")}
    return Starts(first, run(folder, "one"), run(folder, "two"), run(folder, "two"), cached)


def test_a_tree_of_kernels_computes_what_python_does(starts: Starts) -> None:
    total, compiled, versions, formula = starts.first
    assert total == min(8.0, 12.0, 12.0) + min(2.0, 14.0, 4.0) + min(4.0, 18.0, 8.0)
    assert formula == 3.0
    assert compiled > 0
    assert versions == 1


def test_the_cache_keeps_what_python_calls_and_no_kernel(starts: Starts) -> None:
    assert starts.cached == {"written.total", "written.twice"}


def test_a_second_start_compiles_nothing(starts: Starts) -> None:
    assert starts.second == [starts.first[0], 0, 0, starts.first[3]]


def test_another_fingerprint_compiles_anew(starts: Starts) -> None:
    """As a change of any kernel's source does, which numba does not see in the file of who calls it."""
    assert starts.changed[1] > 0
    assert starts.again[1] == 0
