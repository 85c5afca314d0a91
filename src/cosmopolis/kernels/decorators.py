"""How functions are compiled: kernels, entries, formulas and functions of arrays. Nothing here knows what they compute.

numba keeps what it has compiled beside the sources. Two gaps of that cache are closed here. It does not see that a
function changed which a cached one calls: hence the fingerprint in every key. And two processes that fill it at the
same time may mix up each other's files: hence `one_at_a_time`.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numba import njit, typeof
from numba.core.caching import FunctionCache

from cosmopolis.kernels.fingerprint import fingerprint
from cosmopolis.kernels.one_process import one_at_a_time
from cosmopolis.kernels.plain import PLAIN, as_kernel, from_python

SLOWER = 4.5  # compile time of a step by numba's own pipeline, as a multiple of that by kernels/compiler.py

try:
    from cosmopolis.kernels.compiler import EntryCompiler, KernelCompiler
except ImportError as error:
    # A numba that is built in another way: it compiles kernels its own way, to the same results.
    warnings.warn(
        f"numba {numba.__version__} is not built as Cosmopolis expects ({error}). It will compile the simulation "
        f"about {SLOWER} times as long as numba 0.68 does, half a minute instead of seven seconds at the first start; "
        "nothing else changes.",
        RuntimeWarning,
        stacklevel=2,
    )
    _FOR_KERNELS: dict[str, Any] = {}
    _FOR_ENTRIES: dict[str, Any] = {}
else:
    # Kernels count no references. What entries are made of needs no place in the cache.
    _FOR_KERNELS = {"pipeline_class": KernelCompiler, "_nrt": False}
    _FOR_ENTRIES = {"pipeline_class": EntryCompiler}

Real = (
    float | np.floating[Any]
)  # a number of a kernel, in single or double precision; numba compiles it for both

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_kernel = njit(
    nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, **_FOR_KERNELS
)
_for_python = njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True, **_FOR_ENTRIES)


def kernel(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function that only kernels and entries call: called from Python it would crash."""
    return cast(Callable[Arguments, Result], as_kernel(function) if PLAIN else _kernel(function))


def formula(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a plain function of numbers, for kernels and for Python."""
    if PLAIN:
        return from_python(function)
    compiled = _kept(_for_python(function))
    compiled.in_kernels = _kernel(function)  # see remembering.py
    return cast(Callable[Arguments, Result], compiled)


def of_arrays(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function of arrays and numbers of any types, for Python and for others of this kind."""
    return cast(Callable[Arguments, Result], _kept(njit(nogil=True)(function)))


def parallel(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """As `of_arrays`; numba shares the turns of each `prange` among its threads."""
    return cast(Callable[Arguments, Result], _kept(njit(nogil=True, parallel=True)(function)))


def inlined(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Put the statements of a small function into each function of arrays that calls it."""
    return cast(Callable[Arguments, Result], njit(nogil=True, inline="always")(function))


class _Cache(FunctionCache):  # type: ignore[misc]
    """numba's cache of a function, with the fingerprint in each key."""

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint(self._py_func)

    @property
    def holds_it(self) -> bool:
        """Whether there is code of the function as its sources are now."""
        return any(key[0] == self.fingerprint for key in self._cache_file._load_index())

    def _index_key(self, *what: Any) -> tuple[Any, ...]:
        return (self.fingerprint, *super()._index_key(*what))


def _kept(compiled: Any) -> Any:
    """`compiled` with its code kept from start to start, and compiled or loaded by one process at a time."""
    if PLAIN:
        return compiled
    try:
        compiled._cache = _Cache(compiled.py_func)
    except RuntimeError:  # numba has found no folder that it may write to
        _warn_of_no_cache()
    compile_now = compiled.compile

    def compile_alone(signature: Any) -> Any:
        with one_at_a_time(), _no_collector():
            return compile_now(signature)

    compiled.compile = compile_alone
    return compiled


@cache  # once: Python itself forgets that it has warned whenever somebody sets a filter for a while, as numba does
def _warn_of_no_cache() -> None:
    warnings.warn(
        "What is compiled cannot be kept, so that every start compiles anew: set NUMBA_CACHE_DIR to a folder that "
        "this user may write to.",
        RuntimeWarning,
        stacklevel=3,
    )


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


class Entry(Generic[Result]):
    """A compiled function that Python calls, always with arguments of the same types.

    numba looks at the types of all arguments at each call, which for a dozen tables takes as long as a small step;
    here only the first call does. Where the function takes a record, Python gives the record's Table.
    """

    def __init__(self, function: Callable[..., Result]) -> None:
        self._dispatcher: Any = None if PLAIN else _kept(_for_python(function))
        self._compiled: Callable[..., Result] | None = from_python(function) if PLAIN else None
        self.py_func = cast(FunctionType, function)  # as it was written
        self.__doc__ = function.__doc__

    @property
    def kept(self) -> bool:
        """Whether an earlier start has left its code, so that the first call need not compile it."""
        return PLAIN or bool(getattr(self._dispatcher._cache, "holds_it", False))

    def __call__(self, *arguments: Any) -> Result:
        if self._compiled is None:
            signature = tuple(typeof(argument) for argument in arguments)
            self._dispatcher.compile(signature)
            self._compiled = self._dispatcher.overloads[signature].entry_point
        return self._compiled(*arguments)


def entry(function: Callable[..., Result]) -> Entry[Result]:
    """Compile `function` at its first call."""
    return Entry(function)
