"""One thread of one process at a time compiles into numba's cache, or loads from it what was compiled.

The lock is a file in the folder of that cache: who shares the cache shares the lock, and nobody else can hold it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from numba.core.caching import FunctionCache
from numba.core.compiler_lock import global_compiler_lock

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK = "cosmopolis-kernels.lock"
_depth = 0  # of calls within one another; only who holds numba's lock changes it


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold numba's lock on its compiler, and that on its cache; may be called within itself.

    Always numba's first, which a thread that compiles something else holds when it comes here.
    """
    global _depth
    with global_compiler_lock, ExitStack() as stack:
        if _depth == 0:
            stack.enter_context(_alone())
        _depth += 1
        try:
            yield
        finally:
            _depth -= 1


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other processes out; where no lock can be had, go on without: numba replaces each file as a whole."""
    file = None if fcntl is None else _opened()
    if file is None:
        yield
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
        yield
    finally:
        os.close(file)


def _opened() -> int | None:
    """The lock's file, opened; None where it cannot be."""
    folder = lock_folder()
    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None


@cache
def lock_folder() -> Path | None:
    """Where numba keeps the code of functions of this folder: `__pycache__`, the user's cache, or NUMBA_CACHE_DIR.

    None where it has found no place to write to.
    """
    try:
        return Path(FunctionCache(_opened).cache_path)
    except RuntimeError:
        return None
