"""Kernels as Python runs them, where NUMBA_DISABLE_JIT=1 asks for it: for a debugger, and with the same results.

A kernel keeps its code object, so that a debugger finds its lines and its variables. It sees other global names: for
`np`, `sqrt`, `min` and the like what does in Python as numba compiles them, and for what only numba can compile its
`stand_in`.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterator
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar

import numpy as np
from numba import config

from cosmopolis.kernels.precision import Byte, Double, Short, Single, as_float, exactly, greatest, least, root

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])

PLAIN = bool(config.DISABLE_JIT)  # whether kernels run as Python


class KernelArray(np.ndarray):
    """An array whose elements come as numbers of kernels."""

    def __getitem__(self, row: Any) -> Any:
        return number(super().__getitem__(row))

    def __iter__(self) -> Iterator[Any]:
        return (self[row] for row in range(len(self)))


def number(value: Any) -> Any:
    """A value of NumPy as kernels compute with it."""
    return _NUMBER.get(type(value), _as_it_is)(value)


def _as_it_is(value: Any) -> Any:
    return value.view(KernelArray) if type(value) is np.ndarray else value


# uint64 stays NumPy's, which goes round at 2^64.
_NUMBER: dict[type, Any] = {
    np.float32: Single,
    np.float64: Double,
    np.int8: Byte,
    np.uint8: Byte,
    np.int16: Short,
    np.uint16: Short,
    np.bool_: bool,
} | dict.fromkeys((np.int32, np.uint32, np.int64), int)


class TableColumn:
    """A column of a table. Compiled code looks at no bounds and counts no row from the end, so neither is let pass."""

    __slots__ = ("_item", "_made", "array")

    def __init__(self, array: np.ndarray) -> None:
        self.array = array
        self._item = array.item
        self._made = _FROM_ITEM.get(array.dtype.type, array.dtype.type)

    def __getitem__(self, row: int) -> Any:
        if row < 0:
            raise IndexError(f"row {row} of a column")
        return self._made(self._item(row))

    def __setitem__(self, row: int, value: Any) -> None:
        if row < 0:
            raise IndexError(f"row {row} of a column")
        self.array[row] = value

    def __repr__(self) -> str:
        return repr(self.array)


_FROM_ITEM = _NUMBER | {np.float32: exactly}


class _Type:
    """One of NumPy's types in a kernel: makes numbers of kernels, and says what an array holds."""

    def __init__(self, kind: type[np.generic]) -> None:
        self.dtype = np.dtype(kind)

    def __call__(self, value: Any) -> Any:
        return number(self.dtype.type(value))


class _NumPy:
    """`np` in a kernel: its types and functions make numbers of kernels."""

    sqrt = staticmethod(root)

    def __getattr__(self, name: str) -> Any:
        made = self.__dict__[name] = self._made(getattr(np, name))
        return made

    def _made(self, of_numpy: Any) -> Any:
        if isinstance(of_numpy, type):
            return _Type(of_numpy) if issubclass(of_numpy, np.generic) else of_numpy
        if not callable(of_numpy):
            return of_numpy

        def function(*values: Any, **named: Any) -> Any:
            named = {name: _of_numpy(value) for name, value in named.items()}
            return number(of_numpy(*map(_of_numpy, values), **named))

        return function


def _of_numpy(value: Any) -> Any:
    if isinstance(value, Double):
        return np.float32(value) if isinstance(value, Single) else np.float64(value)
    return value


_INSTEAD: dict[Any, Any] = {
    np: _NumPy(),
    np.sqrt: root,
    math.sqrt: root,
    min: least,
    max: greatest,
    float: as_float,
}


def stand_in(compiled: Any) -> Callable[[AnyFunction], AnyFunction]:
    """Let a function do in Python what `compiled`, which only numba can run, does in kernels."""

    def note(function: AnyFunction) -> AnyFunction:
        _INSTEAD[compiled] = function
        return function

    return note


class _Names(dict[str, Any]):
    """The global names of a module as its kernels see them; as in compiled code, constants once used are kept."""

    def __init__(self, module: dict[str, Any]) -> None:
        super().__init__(__name__=module.get("__name__", ""), __builtins__=builtins)
        self._module = module
        self._whole = False

    def __missing__(self, name: str) -> Any:
        if (
            not self._whole
        ):  # the first kernel runs, the module is there: a debugger looks up names without asking here
            self._whole = True
            self.update(
                {each: _in_kernels(value) for each, value in self._module.items() if each not in self}
            )
        if name not in self:
            known = self._module if name in self._module else vars(builtins)
            self[name] = _in_kernels(known[name])
        return self[name]


def _in_kernels(value: Any) -> Any:
    """What a kernel uses where its source says `value`."""
    if isinstance(value, (np.ndarray, np.generic)):
        return number(value)
    try:
        value = _INSTEAD.get(value, value)
    except TypeError:  # a list or a dict, which kernels do not use
        return value
    return getattr(value, "in_kernels", value)


_names: dict[int, _Names] = {}  # by the identity of a module's names


def as_kernel(function: Any) -> FunctionType:
    """`function` for others that run as kernels."""
    known = function.__globals__
    names = _names.setdefault(id(known), _Names(known))
    made = FunctionType(
        function.__code__, names, function.__name__, function.__defaults__, function.__closure__
    )
    made.__doc__, made.__qualname__ = function.__doc__, function.__qualname__
    made.__kwdefaults__, made.__annotations__ = function.__kwdefaults__, function.__annotations__
    made.py_func = function  # type: ignore[attr-defined]
    return made


def from_python(function: Any) -> Callable[..., Any]:
    """`function` for Python: it takes and gives ordinary numbers and arrays."""
    inner = as_kernel(function)

    @wraps(function)
    def called(*values: Any) -> Any:
        with np.errstate(over="ignore"):  # hashes go round
            return _for_python(inner(*map(number, values)))

    called.in_kernels = inner  # type: ignore[attr-defined]
    called.py_func = function  # type: ignore[attr-defined]
    return called


def _for_python(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_for_python, value))
    if isinstance(value, KernelArray):
        return value.view(np.ndarray)
    for kind in (float, int):
        if isinstance(value, kind) and not isinstance(value, bool):
            return kind(value)
    return value
