"""Writing aside: what is written takes its place in one step, or leaves nothing behind.

A reader never sees half a city, and a full disk costs nothing that was there. What a killed process left behind is
swept by the next one that writes beside it: a writer holds a lock on what it writes, and a lock ends with its process.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cosmopolis.city.errors import BadInput

try:
    import fcntl
except ImportError:  # Windows: nothing is locked there, and so nothing is swept
    fcntl = None  # type: ignore[assignment]

FULL = (errno.ENOSPC, errno.EDQUOT)
MARK = ".cosmopolis-"  # between the name of what is written and eight random letters
_OURS = re.compile(rf"\.(?P<name>.+){re.escape(MARK)}[a-z0-9_]{{8}}(?P<old>\.old)?")


@contextmanager
def folder_aside(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder` that takes its place when the block ends well, and goes when it does not."""
    aside, lock = None, -1
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent)
        aside, lock = _made(folder, is_folder=True)
        yield aside
        aside.chmod(0o777 & ~_umask())
        _swap(aside, folder)
    except OSError as error:
        raise BadInput(_unwritable(folder, error)) from error
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
        _let_go(lock)


@contextmanager
def file_aside(path: Path) -> Iterator[Path]:
    """The path of a file beside `path` that takes its place when the block ends well, and goes when it does not."""
    if path.is_dir():
        raise BadInput(f"{path} is a folder and this format is one file; give a file name.")
    aside, lock = None, -1
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        aside, lock = _made(path, is_folder=False)
        yield aside
        aside.chmod(0o666 & ~_umask())
        aside.replace(path)
    except OSError as error:
        raise BadInput(_unwritable(path, error)) from error
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)
        _let_go(lock)


def sweep(parent: Path) -> None:
    """Removes what killed processes left in a folder; what one of them had moved away for a moment comes back."""
    if fcntl is None:
        return
    try:
        left = [(path, match) for path in parent.iterdir() if (match := _OURS.fullmatch(path.name))]
    except OSError:
        return
    for path, match in sorted(left, key=lambda found: not found[1]["old"]):  # what was moved away first
        written = path.with_name(path.name.removesuffix(".old"))
        lock = _locked(written, wait=False) if written.exists() else -1
        if written.exists() and lock < 0:
            continue  # somebody is at work on it
        try:
            place = path.with_name(match["name"])
            if match["old"] and not place.exists():
                path.rename(place)
            elif path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        except OSError:
            continue  # not ours to remove, or gone already
        finally:
            _let_go(lock)


def disk_full(error: BaseException) -> str:
    """The sentence for an error that comes of a full disk; empty for any other."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in FULL:
            where = f" ({seen.filename})" if seen.filename else ""
            return f"The disk is full{where}: nothing more can be written; free some space and try again."
        seen = seen.__cause__ or seen.__context__
    return ""


def _made(place: Path, *, is_folder: bool) -> tuple[Path, int]:
    """A new folder or file for what will be at `place`, and the lock on it."""
    prefix = f".{place.name}{MARK}"
    while True:
        if is_folder:
            aside = Path(tempfile.mkdtemp(prefix=prefix, dir=place.parent))
        else:
            handle, name = tempfile.mkstemp(prefix=prefix, dir=place.parent)
            os.close(handle)
            aside = Path(name)
        lock = _locked(aside, wait=True)
        if fcntl is None or aside.exists():
            return aside, lock
        _let_go(lock)  # somebody swept it before it was locked


def _locked(path: Path, *, wait: bool) -> int:
    """A handle that holds the lock on a file or folder, -1 where there is none to be had."""
    if fcntl is None:
        return -1
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return -1
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return -1
    return handle


def _let_go(lock: int) -> None:
    if lock >= 0:
        os.close(lock)


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
