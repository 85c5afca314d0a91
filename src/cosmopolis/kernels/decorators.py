"""How functions are compiled: kernels, entries and formulas. Nothing here knows what they compute.

numba keeps what it has compiled beside the sources. Two gaps of that cache are closed here: it does not see that a
function changed which a cached one calls (hence `FINGERPRINT`), and two processes that fill it at the same time
may mix up each other's files (hence `_one_process`).
"""

from __future__ import annotations

import gc
import getpass
import hashlib
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numba import config, njit, typeof
from numba.core.caching import FunctionCache

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

try:
    from cosmopolis.kernels.compiler import EntryCompiler, KernelCompiler
except ImportError:
    # A numba that has become another inside: three times slower to compile, and the same otherwise.
    _FOR_KERNELS: dict[str, Any] = {}
    _FOR_ENTRIES: dict[str, Any] = {}
else:
    # Kernels count no references. What entries are made of needs no place in the cache.
    _FOR_KERNELS = {"pipeline_class": KernelCompiler, "_nrt": False}
    _FOR_ENTRIES = {"pipeline_class": EntryCompiler}

# Called by other kernels only: from Python they would crash.
kernel = njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, **_FOR_KERNELS)
_for_python = njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True, **_FOR_ENTRIES)


def formula(function: Callable[..., Any]) -> Any:
    """A plain function of numbers, for kernels and for Python."""
    compiled = _kept(function)
    compiled.in_kernels = kernel(function)  # see remembering.py
    return compiled


class _Cache(FunctionCache):  # type: ignore[misc]
    def _index_key(self, *what: Any) -> tuple[Any, ...]:
        return (FINGERPRINT, *super()._index_key(*what))


def _kept(function: Callable[..., Any]) -> Any:
    """`function` for Python, kept in numba's cache."""
    compiled = _for_python(function)
    compiled._cache = _Cache(function)
    return compiled


_lock = threading.RLock()


def fingerprint() -> str:
    """Hash of the kernels' sources: any change compiles all of them anew."""
    digest = hashlib.blake2b(digest_size=4)
    here = Path(__file__).parent
    simulation = here.parent / "simulation"
    for file in [
        *sorted(here.glob("*.py")),
        *sorted(simulation.glob("traffic/*.py")),
        simulation / "clock.py",
    ]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


FINGERPRINT = fingerprint()


@contextmanager
def _one_process() -> Iterator[None]:
    """One thread of one process at a time compiles into a cache, or loads what was compiled."""
    with _lock:
        if fcntl is None:
            yield
            return
        cache = hashlib.blake2b((config.CACHE_DIR or __file__).encode(), digest_size=4).hexdigest()
        path = Path(tempfile.gettempdir()) / f"cosmopolis-kernels-{getpass.getuser()}-{cache}.lock"
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def _no_collector() -> Iterator[None]:
    """The compiler makes millions of objects and drops hardly any in a ring: looking for those takes a tenth of it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Entry:
    """A compiled function that Python calls, always with arguments of the same types.

    numba looks at the types of all arguments at each call, which for a dozen tables takes as long as a small step;
    here only the first call does.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._dispatcher: Any = _kept(function)
        self._compiled: Callable[..., Any] | None = None
        self.__doc__ = function.__doc__

    @property
    def kept(self) -> bool:
        """Whether an earlier start has left its code, so that the first call need not compile it."""
        return any(key[0] == FINGERPRINT for key in self._dispatcher._cache._cache_file._load_index())

    def __call__(self, *arguments: Any) -> Any:
        if self._compiled is None:
            with _one_process(), _no_collector():
                signature = tuple(typeof(argument) for argument in arguments)
                self._dispatcher.compile(signature)
            self._compiled = self._dispatcher.overloads[signature].entry_point
        return self._compiled(*arguments)


def entry(function: Callable[..., Any]) -> Entry:
    """Compile `function` at its first call."""
    return Entry(function)
