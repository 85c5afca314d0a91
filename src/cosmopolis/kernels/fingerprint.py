"""The fingerprint of a compiled function: a hash of all that its machine code was made of.

numba's cache notices that the file of a function has changed, and does not notice that a function which it calls has.
So every key of the cache carries the fingerprint of its function: a hash of the source files of the function and of
those it calls, at any depth, of the values of the constants that they name, and of the sources of `kernels/`.
An edit that none of this depends on compiles nothing anew.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from sys import modules
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

_CONSTANTS = (bool, int, float, complex, str, bytes, type(None), np.generic)


def fingerprint(function: FunctionType) -> str:
    """Eight hexadecimal digits for all that the machine code of `function` is made of.

    TypeError when a kernel names something of which there is no telling whether it has changed.
    """
    files, constants = {*_own_sources()}, set()
    seen: set[FunctionType] = set()
    waiting = [function]
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        files.add(Path(each.__code__.co_filename))
        for name, value in _named(each):
            value = getattr(
                value, "py_func", value
            )  # what numba, or a decorator of ours, has made of a function
            if isinstance(value, FunctionType):
                waiting.append(value)
            elif (file := _file_of(value)) is not None:
                files.add(file)
            elif not isinstance(value, BuiltinFunctionType):
                constants.add(f"{name} {_as_text(value, name, each)}")
    digest = hashlib.blake2b("\n".join(sorted(constants)).encode(), digest_size=4)
    digest.update(of_files(*files).encode())
    return digest.hexdigest()


def of_files(*files: Path) -> str:
    """Eight hexadecimal digits for what is written in `files`, whatever their order and wherever they lie."""
    digest = hashlib.blake2b(digest_size=4)
    for content in sorted(_content(file) for file in files):
        digest.update(content)
    return digest.hexdigest()


@cache
def _content(file: Path) -> bytes:
    """The hash of what is in a file; nothing for one that is not there, such as what was typed at a prompt."""
    return hashlib.blake2b(file.read_bytes(), digest_size=16).digest() if file.is_file() else b""


@cache
def _own_sources() -> tuple[Path, ...]:
    """The sources of `kernels/`: how functions are compiled is part of what becomes of them."""
    return tuple(Path(__file__).parent.glob("*.py"))


def _named(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The global names that `function` uses, and the variables of an enclosing function, with their values."""
    known = function.__globals__
    for name in _names(function.__code__):
        if name in known:
            yield name, known[name]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield name, cell.cell_contents


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):  # a comprehension, or a function within
            yield from _names(constant)


def _file_of(value: Any) -> Path | None:
    """The file of a module or of what a module defines: a class, or one of numba's intrinsics."""
    if isinstance(value, (*_CONSTANTS, tuple, np.ndarray)) and not isinstance(value, enum.Enum):
        return None
    module = value if isinstance(value, ModuleType) else modules.get(getattr(value, "__module__", None) or "")
    file = getattr(module, "__file__", None)
    return None if file is None else Path(file)


def _as_text(value: Any, name: str, user: FunctionType) -> str:
    if isinstance(value, ModuleType):  # one without a file is part of Python
        return value.__name__
    if isinstance(value, type):
        return value.__qualname__
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {hashlib.blake2b(value.tobytes(), digest_size=8).hexdigest()}"
    if isinstance(value, tuple):
        return f"({', '.join(_as_text(each, name, user) for each in value)})"
    if isinstance(value, _CONSTANTS):
        return f"{type(value).__name__} {value!r}"
    raise TypeError(
        f"{user.__qualname__} in {user.__code__.co_filename} uses {name}, a {type(value).__qualname__}: a compiled "
        "function may use functions, modules, numbers, text, arrays and tuples of them."
    )
