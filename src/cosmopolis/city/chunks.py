"""Much work of one kind on all processors. NumPy and GEOS let go of the interpreter while they compute."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def in_chunks(work: Callable[[slice], Result], n: int, size: int) -> list[Result]:
    """`work` on rows 0 .. n - 1, `size` of them at a time; the results in the order of the rows."""
    parts = [slice(begin, min(begin + size, n)) for begin in range(0, n, size)]
    if len(parts) < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, parts))
