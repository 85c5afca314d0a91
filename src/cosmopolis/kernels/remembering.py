"""What numba need not work out for kernels: what it has worked out before, and what takes a few instructions.

Kernels say the same few hundred things again and again; numba finds out each time anew what they mean.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import BuiltinFunctionType
from typing import Any, ClassVar

from numba import types
from numba.core.imputils import lower_builtin
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.cpython.builtins import do_minmax


class RememberedTypes:
    """A typing context that looks up only once what an operator makes of its operands; numba tries all overloads anew
    each time, a third of the compiler's work on kernels.

    It also spares versions of a kernel: one for whole numbers of 64 bits serves those of 32 too, and one for any value
    serves a value that the caller writes as a constant.
    """

    _signatures: ClassVar[dict[Any, Any]] = {}
    _functions: ClassVar[dict[Any, Any]] = {}

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def resolve_function_type(self, func: Any, args: Any, kws: Any) -> Any:
        if isinstance(func, types.Dispatcher):
            args = tuple(_WIDE.get(each, types.unliteral(each)) for each in args)
        if isinstance(func, (types.Dispatcher, types.Function, types.NumberClass, BuiltinFunctionType)):
            return self._once(func, args, kws, self._context.resolve_function_type, func)
        return self._context.resolve_function_type(func, args, kws)

    def resolve_setitem(self, target: Any, index: Any, value: Any) -> Any:
        return self._once(
            operator.setitem,
            (target, index, value),
            {},
            lambda context, args, _: context.resolve_setitem(*args),
            self._context,
        )

    def resolve_value_type(self, value: Any) -> Any:
        """As the context does, but a function remembers too; the one that all of numba shares stays as it is."""
        function = self._context.resolve_value_type(_in_kernels(value))
        if not isinstance(function, types.Function):
            return function
        if function not in self._functions:
            # numba's own copy of a type is the type itself.
            twin = self._functions[function] = object.__new__(type(function))
            twin.__dict__.update(function.__dict__)
            twin.get_call_type = lambda _, args, kws: self._once(
                function, args, kws, function.get_call_type, self._context
            )
        return self._functions[function]

    def _once(self, func: Any, args: Any, kws: Any, resolve: Callable[..., Any], first: Any) -> Any:
        known = isinstance(func, types.Dispatcher) or all(isinstance(each, _PLAIN) for each in args)
        if kws or not known:
            return resolve(first, args, kws)
        key = func, tuple(args)
        if key not in self._signatures:
            self._signatures[key] = resolve(first, args, kws)
        return self._signatures[key]


_WIDE = {types.int32: types.int64, types.uint8: types.int64}
_PLAIN = (types.Number, types.Boolean, types.Literal, types.CPointer)


def _least(*values: Any) -> Any:
    """`min` of numbers in a kernel: a few instructions, where numba compiles a function for each set of types."""
    return min(values)


def _greatest(*values: Any) -> Any:
    """`max`, the same."""
    return max(values)


def _whole(value: Any) -> int:
    """`int`, the same."""
    return int(value)


@infer_global(_least)
@infer_global(_greatest)
class _OneOfThem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        known = not kws and all(isinstance(each, (types.Number, types.Boolean)) for each in args)
        found = self.context.unify_types(*args) if known else None
        return None if found is None else signature(found, *args)


@infer_global(_whole)
class _Whole(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        if kws or len(args) != 1 or not isinstance(args[0], (types.Integer, types.Boolean, types.Float)):
            return None
        return signature(args[0] if isinstance(args[0], types.Integer) else types.intp, *args)


def _lower_least(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return do_minmax(context, builder, sig.args, args, operator.lt)


lower_builtin(_least, types.VarArg(types.Any))(_lower_least)


def _lower_greatest(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return do_minmax(context, builder, sig.args, args, operator.gt)


lower_builtin(_greatest, types.VarArg(types.Any))(_lower_greatest)


def _lower_whole(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return context.cast(builder, args[0], sig.args[0], sig.return_type)


lower_builtin(_whole, types.Any)(_lower_whole)


_DIRECT = {min: _least, max: _greatest, int: _whole}


def _in_kernels(value: Any) -> Any:
    """What a kernel uses where its source says `value`."""
    if isinstance(value, (type, BuiltinFunctionType)):
        return _DIRECT.get(value, value)
    return getattr(value, "in_kernels", value)


def remember_sizes(target: Any) -> None:
    """Let a function's target context look up how large a type is; numba has LLVM read a page for it each time."""
    measure = target.get_abi_sizeof

    def sizeof(kind: Any) -> int:
        if kind not in _sizes:
            _sizes[kind] = measure(kind)
        return _sizes[kind]

    target.get_abi_sizeof = sizeof


_sizes: dict[Any, int] = {}
