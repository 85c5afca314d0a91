"""Numbers in single and double precision for kernels that run as Python, rounded as the machine rounds them.

numba gives an operation the precision of its operands by their types: two float32 make a float32; a float32 and a
written number, a float64 or an integer of 32 bits or more make a float64. NumPy's own float32 would take a written
number for one of its kind. So a column of float32 hands out a `Single`, a column of float64 a `Double`, and a column
of 8 bits a `Byte`, which makes no double of a single.

One thing Python cannot know: a variable that gets a single on one way through a kernel and a double on another is a
double in compiled code where the ways join. There a kernel says np.float64 where it matters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from ctypes import c_float
from functools import partial
from typing import Any, ClassVar

import numpy as np


class Byte(int):
    """An integer of 8 bits, as it is read; what is computed with it is an int."""

    __slots__ = ()


class Short(int):
    """An integer of 16 bits, as it is read: an operation with it makes a double, the lesser of it and a single none."""

    __slots__ = ()


class Double(float):
    """A float64. Division by zero gives inf or nan, as in compiled code."""

    __slots__ = ()
    __array_ufunc__: ClassVar[None] = None  # NumPy's scalars leave mixed operations to this class

    def __neg__(self) -> Double:
        return type(self)(float.__neg__(self))

    def __abs__(self) -> Double:
        return type(self)(float.__abs__(self))


class Single(Double):
    """A float32: rounded when it is made, and when it is computed from others of its kind.

    Rounding the double result of +, -, x, / or a root of singles gives what single arithmetic gives (Figueroa 1995).
    """

    __slots__ = ()

    def __new__(cls, value: Any = 0.0) -> Single:
        return super().__new__(cls, c_float(value).value)

    __pow__ = None  # type: ignore[assignment]  # numba's depends on the exponent's type: kernels multiply
    __rpow__ = None  # type: ignore[assignment]


_double: Callable[[float], Double] = partial(float.__new__, Double)
exactly: Callable[[float], Single] = partial(float.__new__, Single)  # for a value that is a float32's
_NO_WIDER = (Single, np.float32, Byte, bool, np.bool_)


def _methods(
    operation: Callable[[Any, Any], float],
) -> Iterator[tuple[type[Double], str, Callable[..., Any]]]:
    """The methods of the two classes for `self op other` and `other op self`, with what goes before their name."""

    def of_double(self: Double, other: Any) -> Double:
        return _double(operation(self, other))

    def to_double(self: Double, other: Any) -> Double:
        return _double(operation(float(other), self))

    def of_single(self: Single, other: Any) -> Double:
        if type(other) is Single or isinstance(other, _NO_WIDER):
            return exactly(c_float(operation(self, float(other))).value)
        return _double(operation(self, other))

    def to_single(self: Single, other: Any) -> Double:
        if isinstance(other, _NO_WIDER):
            return exactly(c_float(operation(float(other), self)).value)
        return _double(operation(float(other), self))

    yield from (
        (Double, "", of_double),
        (Double, "r", to_double),
        (Single, "", of_single),
        (Single, "r", to_single),
    )


def _divided(one: float, other: float) -> float:
    if other != 0.0:
        return float.__truediv__(one, other)
    return math.nan if one == 0.0 or one != one else math.copysign(math.inf, one) * math.copysign(1.0, other)


for _name, _operation in {
    "add": float.__add__,
    "sub": float.__sub__,
    "mul": float.__mul__,
    "truediv": _divided,
    "floordiv": float.__floordiv__,
    "mod": float.__mod__,
}.items():
    for _class, _turned, _method in _methods(_operation):
        setattr(_class, f"__{_turned}{_name}__", _method)


def root(value: float) -> Double:
    """The square root, in the precision of `value`; nan of what is below 0."""
    found = math.sqrt(value) if value >= 0.0 else math.nan
    return Single(found) if isinstance(value, (Single, np.float32)) else Double(found)


def as_float(value: Any) -> Double:
    """`float`: in kernels a single stays one."""
    return Single(value) if isinstance(value, (Single, np.float32)) else Double(value)


def least(*values: Any) -> Any:
    """`min`, in the precision that all of them fit in."""
    return _fitting(min(values), values)


def greatest(*values: Any) -> Any:
    """`max`, the same."""
    return _fitting(max(values), values)


def _fitting(value: Any, values: tuple[Any, ...]) -> Any:
    if not any(isinstance(each, (float, np.floating)) for each in values):
        return value
    return Single(value) if all(isinstance(each, (*_NO_WIDER, Short)) for each in values) else Double(value)
