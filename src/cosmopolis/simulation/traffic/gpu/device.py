"""How functions written for the processor come to run on the graphics card."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

from numba.core.dispatcher import Dispatcher

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation.traffic.gpu.card import NEEDED

try:
    from numba import cuda
except ImportError:  # neither numba-cuda nor a numba that still brings its own
    raise BadInput(NEEDED) from None

THREADS = 128  # a block


@cache
def on_device(compiled: Dispatcher) -> Callable[..., Any]:
    """The plain function that `compiled` was made of, as a function for the card; so are those it calls.

    They are looked up here, not by numba as it compiles, so that the simulator too runs none of the processor's code.
    """
    plain = compiled.py_func
    known = plain.__globals__
    called = {
        name: known[name] for name in plain.__code__.co_names if isinstance(known.get(name), Dispatcher)
    }
    names = {**known, **{name: on_device(function) for name, function in called.items()}}
    return cuda.jit(device=True)(FunctionType(plain.__code__, names, plain.__name__))


def launched(function: Callable[..., None]) -> Any:
    """`function` as the processor launches it on the card: ``function[blocks, threads](...)``."""
    return cuda.jit(function)


def blocks(count: int) -> tuple[int, int]:
    """The launch of at least `count` threads."""
    return (count + THREADS - 1) // THREADS, THREADS
