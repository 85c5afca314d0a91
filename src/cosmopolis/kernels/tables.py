"""Tables: records of arrays that compiled code takes as one pointer.

numba passes each array of a tuple as seven numbers and counts references at each access; functions over a dozen
records then take minutes to compile. A `Table` is instead the address of a list of addresses, one for each column.
In a kernel ``cars.speed[i]`` is one load, without a check of bounds, without reference counts; negative indices do
not count from the end.

LLVM is told that two columns of a table never overlap, nor do columns of two kinds of tables (type-based alias
analysis). So it keeps values in registers across writes to other columns and vectorises loops.

In Python the record remains a NamedTuple of NumPy arrays, and annotations of kernels name that NamedTuple.
"""

from __future__ import annotations

import hashlib
import operator
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_builtin,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.numpy_support import from_dtype

from cosmopolis.kernels.plain import PLAIN, KernelArray, TableColumn, stand_in


class Table:
    """A NamedTuple of contiguous arrays and ints, as kernels take it. Kernels may write to the arrays.

    It keeps them alive. ValueError for an array that is not contiguous. Where kernels run as Python, it has the
    record's fields as attributes.
    """

    def __init__(self, record: NamedTuple) -> None:
        self.record = record
        self._addresses = np.array([_address(value) for value in record], dtype=np.uint64)
        self.address = int(self._addresses.ctypes.data)
        name, fields = type(record).__name__, zip(record._fields, record, strict=True)
        self.numba_type = TableType(
            name, tuple((field, _kind(name, field, value)) for field, value in fields)
        )
        if PLAIN:
            for field, value in zip(record._fields, record, strict=True):
                setattr(self, field, TableColumn(value) if isinstance(value, np.ndarray) else value)
            _by_address[self.address] = self


_by_address: WeakValueDictionary[int, Table] = WeakValueDictionary()


@intrinsic(prefer_literal=True)
def local_floats(_context, count):  # type: ignore[no-untyped-def]
    """An array of `count` float32 on the stack, not initialised; `count` is a literal."""
    size = count.literal_value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return cgutils.alloca_once(builder, ir.FloatType(), size)

    return types.CPointer(types.float32)(count), generate


@intrinsic
def table_at(_context, address, like):  # type: ignore[no-untyped-def]
    """The Table whose `address` is given as a number, of the same type as the Table `like`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return like(types.int64, like), generate


@stand_in(local_floats)
def _local_floats(count: int) -> Any:
    return np.full(count, np.nan, np.float32).view(KernelArray)  # nan shows what nobody has written


@stand_in(table_at)
def _table_at(address: int, _like: Table) -> Table:
    return _by_address[address]


class Tables:
    """Makes the Table of a record once and returns the same one for the same record."""

    def __init__(self) -> None:
        self._known: dict[int, Table] = {}

    def __call__(self, record: Any) -> Table:
        table = self._known.get(id(record))
        if table is None:
            if len(self._known) > 16:
                self._known.clear()
            table = self._known[id(record)] = Table(record)
        return table


def _address(value: Any) -> int:
    if isinstance(value, int):
        return value
    if not value.flags.c_contiguous:
        raise ValueError("a table's arrays are contiguous")
    return int(value.ctypes.data)


def _kind(table: str, field: str, value: Any) -> types.Type:
    return types.int64 if isinstance(value, int) else Column(table, field, from_dtype(value.dtype))


class Column(types.CPointer):  # type: ignore[misc]
    """numba's type of a column: a pointer that knows its table and field, for the alias analysis."""

    def __init__(self, table: str, field: str, dtype: types.Type) -> None:
        super().__init__(dtype)
        self.names = table, field
        self.name = f"{table}.{field}"

    @property
    def key(self) -> Any:
        return self.names, self.dtype


register_model(Column)(models.PointerModel)


def _read_row(_context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    column, row = arguments
    return _touches_only(signature.args[0], builder, builder.load(builder.gep(column, [row])))


lower_builtin(operator.getitem, Column, types.Integer)(_read_row)


def _write_row(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    column, row, value = arguments
    _touches_only(signature.args[0], builder, builder.store(value, builder.gep(column, [row])))
    return context.get_dummy_value()


lower_builtin(operator.setitem, Column, types.Integer, types.Any)(_write_row)


def _touches_only(column: Column, builder: Any, access: Any) -> Any:
    """Mark a load or store as one of this column (LLVM's `tbaa` metadata)."""
    note, begin = builder.module.add_metadata, ir.Constant(ir.IntType(64), 0)
    kind = note([".".join(column.names), note(["cosmopolis"]), begin])
    access.set_metadata("tbaa", note([kind, kind, begin]))
    return access


class TableType(types.Type):  # type: ignore[misc]
    """numba's type of a table: its name and the type of each field."""

    def __init__(self, name: str, fields: tuple[tuple[str, types.Type], ...]) -> None:
        self.fields = fields
        self.place = {field: (row, kind) for row, (field, kind) in enumerate(fields)}
        row = ", ".join(f"{field} {kind}" for field, kind in fields)
        # The name is part of every symbol of compiled code, so it holds a hash of the fields, not their list.
        super().__init__(name=f"{name}({hashlib.blake2b(row.encode(), digest_size=8).hexdigest()})")


def _type_of_table(value: Table, _context: Any) -> TableType:
    return value.numba_type


typeof_impl.register(Table)(_type_of_table)


register_model(TableType)(models.OpaqueModel)


def _unbox_table(_kind: TableType, value: Any, c: Any) -> Any:
    number = c.pyapi.object_getattr_string(value, "address")
    address = c.pyapi.number_as_ssize_t(number)
    c.pyapi.decref(number)
    pointer = c.builder.inttoptr(address, cgutils.voidptr_t)
    return NativeValue(pointer, is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))


unbox(TableType)(_unbox_table)


@infer_getattr
class _TableFields(AttributeTemplate):  # type: ignore[misc]
    key = TableType

    def generic_resolve(self, kind: TableType, attr: str) -> types.Type | None:
        return kind.place[attr][1] if attr in kind.place else None


def _load_field(context: Any, builder: Any, kind: TableType, value: Any, attr: str) -> Any:
    row, field = kind.place[attr]
    llvm_type = context.get_value_type(field)
    slots = builder.bitcast(value, llvm_type.as_pointer())
    slot = builder.gep(slots, [ir.Constant(ir.IntType(64), row)])
    loaded = builder.load(slot)
    # Arrays stay where they are while a kernel runs; without this, each store would make LLVM load addresses anew.
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


lower_getattr_generic(TableType)(_load_field)
