"""How a tree of functions becomes machine code: each function once, and all of them together once.

numba takes every compiled function for one that may be run by itself: it links in what the function calls, optimises
the lot, turns it into machine code, and does so again for whoever calls that function. A kernel is never run by
itself. So here a kernel stays as it was written in LLVM's language (`Part`), and only what Python calls gathers the
parts below it (`Whole`), which LLVM then optimises from the leaves up and translates. Where numba has changed so that
this cannot be, importing this raises ImportError, and kernels are compiled numba's own way (see decorators.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numba import _dynfunc
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, LoweringPass, PassManager, register_pass
from numba.core.errors import TypingError
from numba.core.interpreter import Interpreter
from numba.core.ir_utils import build_definitions
from numba.core.lowering import Lower
from numba.core.ssa import reconstruct_ssa
from numba.core.transforms import canonicalize_cfg
from numba.core.typed_passes import (
    AnnotateTypes,
    NativeLowering,
    NoPythonBackend,
    PreLowerStripPhis,
)
from numba.core.typeinfer import ConstraintNetwork, TypeInferer, TypeVarMap
from numba.core.untyped_passes import FixupArgs

from cosmopolis.kernels.remembering import RememberedTypes, remember_sizes

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

    def __init__(self, codegen: Any, name: str) -> None:
        super().__init__(codegen, name)
        self.enable_object_caching()

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


class _Interpreter(Interpreter):  # type: ignore[misc]
    """Reads what kernels are written in: without `with`, dicts and calls by lists of arguments."""

    def post_process(self, _peepholes: Any, func_ir: Any) -> Any:
        return func_ir


@register_pass(mutates_CFG=True, analysis_only=False)
class _TranslateByteCode(FunctionPass):  # type: ignore[misc]
    """As numba's TranslateByteCode, without looking for what a kernel does not say."""

    _name = "cosmopolis_translate_bytecode"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        state.func_ir = _Interpreter(state.func_id).interpret(state.bc)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _ToSingleAssignment(FunctionPass):  # type: ignore[misc]
    """As numba's ReconstructSSA, without finding out after it how long each variable lives."""

    _name = "cosmopolis_to_single_assignment"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        state.func_ir.blocks = canonicalize_cfg(state.func_ir.blocks)
        state.func_ir = reconstruct_ssa(state.func_ir)
        state.func_ir._definitions = build_definitions(state.func_ir.blocks)
        return True


class _Variables(TypeVarMap):  # type: ignore[misc]
    """The variables of a kernel, which note who is asked for."""

    def __init__(self, context: Any) -> None:
        super().__init__()
        self.set_context(context)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)


class _Constraints(ConstraintNetwork):  # type: ignore[misc]
    """As numba's, but looks again only at statements some of whose variables have become of another type since.

    It does not catch the warnings of each statement either.
    """

    def __init__(self) -> None:
        super().__init__()
        self._settled: dict[int, dict[str, Any]] = {}  # types of the variables that a constraint asked for

    def propagate(self, inference: Any) -> list[TypingError]:
        variables, errors = inference.typevars, []
        for row, constraint in enumerate(self.constraints):
            settled = self._settled.get(row)
            if settled is not None and all(variables[name].type is kind for name, kind in settled.items()):
                continue
            variables.asked = set()
            try:
                constraint(inference)
            except TypingError as error:
                errors.append(error)
            else:
                self._settled[row] = {name: variables[name].type for name in list(variables.asked)}
        return errors


@register_pass(mutates_CFG=True, analysis_only=False)
class _TypeInference(FunctionPass):  # type: ignore[misc]
    """As numba's NopythonTypeInference for a function that returns numbers."""

    _name = "cosmopolis_type_inference"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        inference = TypeInferer(state.typingctx, state.func_ir, None)
        inference.typevars, inference.constraints = _Variables(state.typingctx), _Constraints()
        with state.typingctx.callstack.register(state.targetctx.target, inference, state.func_id, state.args):
            for index, (name, kind) in enumerate(zip(state.func_ir.arg_names, state.args, strict=True)):
                inference.seed_argument(name, index, kind)
            inference.build_constraint()
            inference.propagate()
            state.typemap, state.return_type, state.calltypes = inference.unify()
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _FromSingleAssignment(PreLowerStripPhis):  # type: ignore[misc]
    """As numba's PreLowerStripPhis, and not that either: what lives where matters to who counts references."""

    _name = "cosmopolis_from_single_assignment"

    def run_pass(self, state: Any) -> bool:
        state.func_ir = self._strip_phi_nodes(state.func_ir)
        state.func_ir._definitions = build_definitions(state.func_ir.blocks)
        state.func_ir.generator_info = None
        return True


class _Lower(Lower):  # type: ignore[misc]
    """Writes a kernel in LLVM's language, without keeping a message at hand for each statement."""

    def lower_block(self, block: Any) -> None:
        self.pre_block(block)
        for statement in block.body:
            self.loc = statement.loc
            self.lower_inst(statement)
        self.post_block(block)


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(NativeLowering):  # type: ignore[misc]
    """numba's last pass, with our way of writing machine code."""

    _name = "cosmopolis_lowering"

    @property
    def lowering_class(self) -> type[Lower]:
        return _Lower


# What happens to a kernel: of numba's passes those it needs. Closures, array expressions, exceptions and the like it
# does without.
_FOR_KERNELS = (
    _TranslateByteCode,
    FixupArgs,
    _ToSingleAssignment,
    _TypeInference,
    _FromSingleAssignment,
    AnnotateTypes,
    _Lowering,
    _OfferToKernels,
    NoPythonBackend,
)


class _Compiler(CompilerBase):  # type: ignore[misc]
    def __init__(self, typingctx: Any, *others: Any) -> None:
        super().__init__(RememberedTypes(typingctx), *others)
        remember_sizes(self.state.targetctx)
        self.state.targetctx.typing_context = self.state.typingctx

    def _write_into(self, library: type[JITCodeLibrary]) -> None:
        self.state.library = library(self.state.targetctx.codegen(), self.state.func_id.func_qualname)


class KernelCompiler(_Compiler):
    """Compiles what only kernels call."""

    def define_pipelines(self) -> list[Any]:
        self._write_into(Part)
        self.state.flags.no_compile = True
        manager = PassManager("kernel")
        for each in _FOR_KERNELS:
            manager.add_pass(each)
        manager.finalize()
        return [manager]


class EntryCompiler(_Compiler):
    """Compiles what Python calls."""

    def define_pipelines(self) -> list[Any]:
        self._write_into(Whole)
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]
