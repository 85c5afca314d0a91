"""What is compiled anew after an edit: all that the edit makes another, through any number of calls; nothing else."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cosmopolis
from cosmopolis.kernels.fingerprint import fingerprint, of_files

STEPS = "LIMIT = 3.0\nclass Named:\n    A = 1\n"
LEAF = "def leaf(x):\n    return x\n"
BRANCH = """
from math import sqrt
import numpy as np
from leaf import leaf
from steps import LIMIT, Named
ROWS = np.array([1, 2])
def branch(x):
    def inner(y):
        return leaf(y)
    return sqrt(inner(x)) + LIMIT + ROWS[0] + Named.A + np.inf
"""
OTHER = "def other(x):\n    return x\n"
SOURCES = {"steps": STEPS, "leaf": LEAF, "branch": BRANCH, "other": OTHER}


def of_branch(folder: Path, monkeypatch: pytest.MonkeyPatch, **edited: str) -> str:
    """Fingerprint of `branch`, with some of the modules edited."""
    folder.mkdir()
    for name, text in (SOURCES | edited).items():
        (folder / f"{name}.py").write_text(text)
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(folder))
    found: str = fingerprint(importlib.import_module("branch").branch)
    for name in SOURCES:
        sys.modules.pop(name, None)
    return found


def test_the_place_of_the_sources_does_not_matter(tmp_path, monkeypatch):
    one, two = (of_branch(tmp_path / name, monkeypatch) for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize(
    ("module", "before", "after"),
    [
        ("leaf", "return x", "return x + 1"),  # called by a function within the function
        ("branch", "+ LIMIT", "- LIMIT"),
        ("steps", "3.0", "3"),  # the constant has another type
        ("steps", "A = 1", "A = 2"),
        ("branch", "[1, 2]", "[1, 3]"),
    ],
)
def test_what_it_calls_and_names_changes_it(module, before, after, tmp_path, monkeypatch):
    edited = {module: SOURCES[module].replace(before, after)}
    assert edited != {module: SOURCES[module]}
    assert of_branch(tmp_path / "a", monkeypatch) != of_branch(tmp_path / "b", monkeypatch, **edited)


def test_a_file_that_it_does_not_use_changes_nothing(tmp_path, monkeypatch):
    edited = of_branch(tmp_path / "b", monkeypatch, other="def other(x):\n    return 2 * x\n")
    assert of_branch(tmp_path / "a", monkeypatch) == edited


def test_a_value_that_nothing_can_be_told_of_is_refused(tmp_path, monkeypatch):
    source = "THINGS = {1: 2}\ndef branch():\n    return THINGS[1]\n"
    with pytest.raises(TypeError, match=r"branch in .* uses THINGS, a dict"):
        of_branch(tmp_path / "a", monkeypatch, branch=source)


def test_a_file_more_or_less_changes_the_hash_of_files(tmp_path):
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("a")
    two.write_text("b")
    assert of_files(one, two) == of_files(two, one) != of_files(one)


GROW = """
import json
import numpy as np
from numba.core import event
from cosmopolis.demand.assignment.trees import grow_tree

start, out, head = np.array([0, 2, 3, 3]), np.array([0, 1, 2], np.int32), np.array([1, 2, 2], np.int32)
time = np.array([1.0, 5.0, 2.0])
best, via, rank = np.empty(3), np.empty(3, np.int32), np.empty(3, np.int32)
with event.install_recorder("numba:compile") as compiled:
    grow_tree(start, out, head, 0, time, 0, best, via, rank, np.empty(5), np.empty(5, np.int32))
print(json.dumps([best.tolist(), sum(one.is_start for _, one in compiled.buffer)]))
"""


def test_an_edited_heap_reaches_the_searches_that_were_compiled_with_it(tmp_path):
    """`grow_tree` is in another file than the heap, whose statements it has taken in."""
    shutil.copytree(
        Path(cosmopolis.__file__).parent,
        tmp_path / "cosmopolis",
        ignore=shutil.ignore_patterns("__pycache__", "client"),
    )

    def grow() -> tuple[list[float], int]:
        env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
        env["NUMBA_CACHE_DIR"] = str(tmp_path / "cache")
        done = subprocess.run([sys.executable, "-c", GROW], capture_output=True, text=True, env=env)
        assert done.returncode == 0, done.stderr
        best, compiled = json.loads(done.stdout)
        return best, compiled

    assert grow() == ([0.0, 1.0, 3.0], 1)
    assert grow() == ([0.0, 1.0, 3.0], 0)
    world = tmp_path / "cosmopolis" / "world" / "__init__.py"
    world.write_text(world.read_text() + "\n# another word\n")
    assert grow() == ([0.0, 1.0, 3.0], 0)
    heap = tmp_path / "cosmopolis" / "demand" / "heap.py"
    heap.write_text(heap.read_text().replace("    key[at] = new_key\n", "    key[at] = new_key + 10.0\n"))
    assert grow() == ([0.0, 1.0, 5.0], 1)
