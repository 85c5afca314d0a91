"""Writing aside: what is written takes its place in one step, or leaves nothing behind.

A reader never sees half a city, and a full disk costs nothing that was there.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cosmopolis.city.errors import BadInput

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def folder_aside(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder` that takes its place when the block ends well, and goes when it does not."""
    aside: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        yield aside
        aside.chmod(0o777 & ~_umask())
        _swap(aside, folder)
    except OSError as error:
        raise BadInput(_unwritable(folder, error)) from error
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def file_aside(path: Path) -> Iterator[Path]:
    """The path of a file beside `path` that takes its place when the block ends well, and goes when it does not."""
    if path.is_dir():
        raise BadInput(f"{path} is a folder and this format is one file; give a file name.")
    aside: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        aside = Path(name)
        yield aside
        aside.chmod(0o666 & ~_umask())
        aside.replace(path)
    except OSError as error:
        raise BadInput(_unwritable(path, error)) from error
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)


def _swap(aside: Path, folder: Path) -> None:
    """Puts `aside` where `folder` is. The old one is moved away first and comes back if that fails."""
    if not folder.exists():
        aside.rename(folder)
        return
    old = aside.with_name(aside.name + ".old")
    folder.rename(old)
    try:
        aside.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, error: OSError) -> str:
    if error.errno in FULL:
        return f"The disk is full: {path} was not written; free some space and try again."
    return f"{path} cannot be written ({error.strerror or error}); choose another place with --out."
