"""How a tree of functions becomes machine code: each function once, and all of them together once.

numba takes every compiled function for one that may be run by itself: it links in what the function calls, optimises
the lot, turns it into machine code, and does so again for whoever calls that function. A kernel is never run by
itself. So here a kernel stays as it was written in LLVM's language (`Part`), and only what Python calls gathers the
parts below it (`Whole`), which LLVM then optimises from the leaves up and translates. Where numba has changed so that
this cannot be, importing this raises ImportError, and kernels are compiled numba's own way (see kernels.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from numba import _dynfunc, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import LoweringPass, register_pass
from numba.core.typed_passes import InlineOverloads, NativeLowering, NopythonRewrites
from numba.core.untyped_passes import InlineClosureLikes, WithLifting

for _name in ("_optimize_functions", "_get_module_for_linking", "add_llvm_module", "finalize"):
    if not hasattr(JITCodeLibrary, _name):
        raise ImportError(f"numba's JITCodeLibrary is without {_name}")


class Part(JITCodeLibrary):  # type: ignore[misc]
    """The code of one kernel, neither optimised nor translated, without that of those it calls."""

    _shared_module: Any

    def add_ir_module(self, ir_module: Any) -> None:
        for function in ir_module.functions:
            if function.blocks:
                function.linkage = "linkonce_odr"  # as numba marks what others link in
        super().add_ir_module(ir_module)

    def add_llvm_module(self, ll_module: Any) -> None:
        if self._shared_module is not None:
            raise RuntimeError("a kernel is one module")
        ll_module.data_layout = self._codegen._data_layout
        self._final_module = self._shared_module = ll_module

    def finalize(self) -> None:
        self._raise_if_finalized()
        self._finalized = True


class Whole(JITCodeLibrary):  # type: ignore[misc]
    """The code of a function that Python calls and of all kernels below it."""

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        self._linking_libraries = list(_all_below(self, set()))
        super().finalize()


def _all_below(library: Any, seen: set[Any]) -> Iterator[Any]:
    """Callers before those they call: LLVM links in only what somebody has already asked for."""
    for below in library._linking_libraries:
        if below in seen:
            continue
        seen.add(below)
        yield below
        if isinstance(below, Part):
            yield from _all_below(below, seen)


@register_pass(mutates_CFG=False, analysis_only=False)
class _IntoPart(LoweringPass):  # type: ignore[misc]
    _name = "cosmopolis_into_part"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        state.library = Part(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        return False


@register_pass(mutates_CFG=False, analysis_only=False)
class _IntoWhole(LoweringPass):  # type: ignore[misc]
    _name = "cosmopolis_into_whole"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        state.library = Whole(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return False


@register_pass(mutates_CFG=False, analysis_only=False)
class _OfferToKernels(LoweringPass):  # type: ignore[misc]
    """What numba itself does with a function that it has translated, so that others may call it."""

    _name = "cosmopolis_offer_to_kernels"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        lowered = state["cr"]
        name = lowered.fndesc.qualname
        # numba knows a compiled function by such a handle; this one leads nowhere.
        handle = _dynfunc.make_function(lowered.fndesc.lookup_module(), name, name, 0, lowered.env, ())
        state.targetctx.insert_user_function(handle, lowered.fndesc, [state.library])
        state["cr"] = lowered._replace(cfunc=handle)
        return True


class _Remembering:
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
        if isinstance(func, (types.Dispatcher, types.Function, types.NumberClass)):
            return self._once(func, args, kws, self._context.resolve_function_type, func)
        return self._context.resolve_function_type(func, args, kws)

    def resolve_value_type(self, value: Any) -> Any:
        """As the context does, but a function remembers too; the one that all of numba shares stays as it is."""
        function = self._context.resolve_value_type(value)
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


_WIDE = {types.int32: types.int64}
_PLAIN = (types.Number, types.Boolean, types.Literal, types.CPointer)
# What numba does for closures, array expressions and the like, which kernels do without.
_NEEDLESS = (WithLifting, InlineClosureLikes, InlineOverloads, NopythonRewrites)


class _Compiler(CompilerBase):  # type: ignore[misc]
    def __init__(self, typingctx: Any, *others: Any) -> None:
        super().__init__(_Remembering(typingctx), *others)
        self.state.targetctx.typing_context = self.state.typingctx


class KernelCompiler(_Compiler):
    """Compiles what only kernels call."""

    def define_pipelines(self) -> list[Any]:
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)
        manager.passes = [each for each in manager.passes if each[0] not in _NEEDLESS]
        return [_around_lowering(manager, _IntoPart, _OfferToKernels)]


class EntryCompiler(_Compiler):
    """Compiles what Python calls."""

    def define_pipelines(self) -> list[Any]:
        return [_around_lowering(DefaultPassBuilder.define_nopython_pipeline(self.state), _IntoWhole)]


def _around_lowering(manager: Any, before: Any, *after: Any) -> Any:
    """The passes with one before and others after that which writes LLVM's language."""
    at = [each for each, _ in manager.passes].index(NativeLowering)
    manager.passes[at + 1 : at + 1] = [(each, each._name) for each in after]
    manager.passes.insert(at, (before, before._name))
    manager.finalize()
    return manager
