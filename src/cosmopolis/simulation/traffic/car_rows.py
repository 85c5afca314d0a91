"""Whole rows of `Cars` from one buffer to the other: kernels written from the record's own columns.

A column that is added to `Cars` is carried along without a word here. The text of each function is put together
once, when this is imported, because compiled code cannot go through the columns of a record; run without the
compiler it is ordinary Python, and a debugger finds its lines.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from typing import Any
from zlib import crc32

from cosmopolis.kernels.decorators import kernel
from cosmopolis.simulation.traffic.state import empty_cars

OF_STEP = ("position", "speed", "rest", "still")  # a step writes these anew in every row
WIDE = 4  # bytes: columns so wide have a loop each, which the compiler turns into block copies

_WIDTH = {name: column.itemsize for name, column in empty_cars(0, 0)._asdict().items() if name != "start"}
_CARRIED = [name for name in _WIDTH if name not in OF_STEP]


def _written(name: str, parameters: str, lines: Sequence[str]) -> Callable[..., None]:
    """The kernel `name` with these parameters and lines."""
    source = "\n    ".join([f"def {name}({parameters}):", "TEXT", *lines]) + "\n"
    file = f"<{__name__}.{name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    # TEXT stands for the text in the fingerprint of the compiled code, which knows files and constants only.
    names: dict[str, Any] = {"__name__": __name__, "TEXT": crc32(source.encode())}
    exec(compile(source, file, "exec"), names)  # of nothing but the record's field names
    written: Callable[..., None] = kernel(names[name])
    return written


def _block_copies() -> list[str]:
    """Lines that copy rows lo .. hi - 1 to those `shift` further: a loop for each wide column, one for all others."""
    wide = [[name] for name in _CARRIED if _WIDTH[name] >= WIDE]
    narrow = [name for name in _CARRIED if _WIDTH[name] < WIDE]
    lines = []
    for group in (*wide, narrow):
        lines.append("for i in range(lo, hi):")
        lines += [f"    new.{name}[i + shift] = old.{name}[i]" for name in group]
    return lines


# (old: Cars, i: int, new: Cars, at: int): row i of `old` becomes row `at` of `new`, without what a step writes.
carry_row = _written("carry_row", "old, i, new, at", [f"new.{name}[at] = old.{name}[i]" for name in _CARRIED])
# (old: Cars, lo: int, hi: int, new: Cars, shift: int): the same for rows lo .. hi - 1, each to the row `shift` further.
carry_rows = _written("carry_rows", "old, lo, hi, new, shift", _block_copies())
# (cars: Cars, i: int, j: int): rows i and j change places, all columns.
swap_rows = _written(
    "swap_rows",
    "cars, i, j",
    [f"cars.{name}[i], cars.{name}[j] = cars.{name}[j], cars.{name}[i]" for name in _WIDTH],
)
