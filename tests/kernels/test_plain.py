"""With NUMBA_DISABLE_JIT=1 kernels run as Python: to the same bytes, with the numbers of their precision."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit, typeof, types

from cosmopolis.kernels.plain import TableColumn, as_kernel, from_python, number
from cosmopolis.kernels.precision import Single

ROOT = Path(__file__).parents[2]

RUN = """
from cosmopolis.simulation import Simulation
from tests.simulation.drawings import busy_trips, chessboard
simulation = Simulation(chessboard(), busy_trips(), seed=1, threads={threads})
simulation.run(60.0)
counts = simulation.counts()
print(simulation.digest(), counts["departed"], counts["updates"])
"""


def run(source: str, *, plain: bool, **more: str) -> str:
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), **more}
    env["NUMBA_DISABLE_JIT"] = "1" if plain else "0"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("threads", [1, 2])
def test_a_small_city_in_python_comes_to_the_same_bytes(threads: int) -> None:
    """Crossings, lane changes and buses; on two threads with the helper's tickets."""
    source = RUN.format(threads=threads)
    plain = run(source, plain=True)
    assert plain == run(source, plain=False)
    _, departed, updates = plain.split()
    assert int(departed) > 50 and int(updates) > 3_000


def test_the_session_of_the_document_stops_in_a_kernel() -> None:
    """docs/debugging.md says what pdb prints today."""
    document = (ROOT / "docs" / "debugging.md").read_text(encoding="utf-8")
    assert "Breakpoint 1 at cosmopolis/simulation/traffic/car_following.py" in document
    command = [sys.executable, str(ROOT / "docs" / "make_debugging.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def computed(a, b):  # type: ignore[no-untyped-def]
    return (
        a + b,
        b - a,
        a * b,
        b / a,
        min(a, b),
        max(b, a),
        -a,
        abs(a),
        np.sqrt(abs(a)),
        float(a),
        np.float64(a),
    )


SINGLES = st.floats(width=32, allow_nan=False, allow_infinity=False).map(np.float32)
NUMBERS = st.one_of(
    SINGLES,
    st.floats(-1e30, 1e30),
    st.integers(-(2**40), 2**40),
    st.integers(0, 255).map(np.uint8),
    st.integers(0, 2**16 - 1).map(np.uint16),
    st.booleans(),
)
COMPILED = njit(error_model="numpy")(computed)
AS_KERNEL = as_kernel(computed)


@settings(deadline=None)  # each pair of types compiles
@given(SINGLES, NUMBERS)
def test_numbers_are_as_numba_compiles_them(single, other) -> None:
    """A single beside a single, a double, an integer, a byte and a truth value: the values, and their precision."""
    found, wanted = AS_KERNEL(number(single), number(other)), COMPILED(single, other)
    np.testing.assert_array_equal([float(each) for each in found], wanted)
    kinds = COMPILED.overloads[typeof(single), typeof(other)].signature.return_type.types
    assert [isinstance(each, Single) for each in found] == [kind == types.float32 for kind in kinds]


def lengths(speeds, limit):  # type: ignore[no-untyped-def]
    """Loops over arrays, makes one, and writes a double into a column of singles."""
    out = np.zeros(len(speeds), np.float32)
    for i in range(len(speeds)):
        out[i] = speeds[i] * np.float32(0.1) + speeds[i] * 0.1
    total = 0.0
    for speed in speeds:
        total += min(speed, limit)
    return out, total, np.isfinite(total), int(limit)


@settings(deadline=None)
@given(st.lists(st.floats(0, 60, width=32), min_size=1, max_size=8), st.floats(0, 60))
def test_a_function_of_arrays_takes_and_gives_what_python_has(speeds, limit) -> None:
    column = np.array(speeds, np.float32)
    found, wanted = from_python(lengths)(column, limit), COMPILED_LENGTHS(column, limit)
    np.testing.assert_array_equal(found[0], wanted[0])
    assert found[1:] == wanted[1:]
    assert [type(each) for each in found] == [np.ndarray, float, bool, int]
    assert found[0].dtype == np.float32


COMPILED_LENGTHS = njit(error_model="numpy")(lengths)


def test_nothing_before_or_behind_a_column_is_read_or_written() -> None:
    column = TableColumn(np.arange(3, dtype=np.int32))
    for row in (-1, 3):
        with pytest.raises(IndexError):
            column[row]
        with pytest.raises(IndexError):
            column[row] = 1
    assert column[2] == 2


def test_a_single_takes_no_power() -> None:
    """What numba makes of it depends on more than is known here."""
    with pytest.raises(TypeError):
        Single(2.0) ** 2
