"""The command log of a running city on disk: a file of JSON lines, and the snapshot that it goes on from.

A folder holds `commands.jsonl`, the snapshot that its head names, and `before.jsonl`, the log of the run before. Each
order is in the file when it is answered; a line that was torn off by the end of the process is left out on reading.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import platformdirs

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation import CommandLog
from cosmopolis.simulation.command_log import LogEntry, entry_line

log = logging.getLogger(__name__)

LOG, BEFORE, LOCK = "commands.jsonl", "before.jsonl", "lock"
SERVERS = 8  # of one city on one machine, each of which keeps a log


class LogFile:
    """A LogStore in a folder of its own. OSError where it cannot be written, or another process has it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = (folder / LOCK).open("a")
        try:
            _hold(self._lock)
            if (folder / LOG).exists():
                (folder / LOG).replace(folder / BEFORE)
        except OSError:
            self._lock.close()
            raise
        self._file: IO[str] | None = None
        self._turn = max((_turn(path) for path in folder.glob("snapshot-*.npz")), default=0)

    def rotate(self, log: CommandLog) -> None:
        """Begin the file anew with this log; the old one is replaced in one step."""
        name = None
        if log.snapshot is not None:
            self._turn += 1
            name = f"snapshot-{self._turn}.npz"
            _write(self.folder / name, log.snapshot)
        head = json.dumps({**log.head(), "snapshot": name}, separators=(",", ":"))
        text = "".join(f"{line}\n" for line in (head, *map(entry_line, log.entries)))
        if self._file is not None:
            self._file.close()
        _write(self.folder / LOG, text.encode())
        self._file = (self.folder / LOG).open("a", encoding="utf-8")
        self._sweep()

    def append(self, entry: LogEntry) -> None:
        if self._file is None:
            raise OSError("the log has no head yet")
        self._file.write(entry_line(entry) + "\n")
        self._file.flush()

    def read(self) -> CommandLog | None:
        return read_log(self.folder / LOG)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._lock.close()

    def _sweep(self) -> None:
        """Remove the snapshots that no log names any more."""
        wanted = {_snapshot_of(self.folder / name) for name in (LOG, BEFORE)}
        for path in self.folder.glob("snapshot-*.npz"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)


def read_log(path: Path) -> CommandLog | None:
    """The log in a file, with the snapshot beside it; None where there is no file. BadInput where it is damaged."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error}).") from error
    name = _snapshot_of(path)
    try:
        snapshot = (path.parent / name).read_bytes() if name else None
        return CommandLog.of_lines(text.splitlines(), snapshot=snapshot)
    except OSError as error:
        raise BadInput(f"{path} goes on from {name}, which cannot be read ({error}).") from error
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error


def open_log(version: str, folder: Path | None = None) -> LogFile | None:
    """The log of a city of this version, in its own `folder` or, where that cannot be written, among the user's
    program states. None where neither can, or the city was never stored and has no version."""
    for place in _places(version, folder):
        for number in range(SERVERS):
            try:
                return LogFile(place.with_name(f"{place.name}-{number}"))
            except BlockingIOError:
                continue  # another server of this city has it
            except OSError as error:
                log.info("the log of commands is not kept in %s: %s", place, error)
                break
    return None


def _places(version: str, folder: Path | None) -> Iterable[Path]:
    if version:
        name = "orders-" + hashlib.sha256(version.encode()).hexdigest()[:16]
        if folder is not None:
            yield folder / ".cache" / name
        state = os.environ.get("COSMOPOLIS_STATE") or platformdirs.user_state_path("cosmopolis")
        yield Path(state) / name


def _snapshot_of(path: Path) -> str | None:
    """The file name of the snapshot that a log goes on from; None without one."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            name = json.loads(file.readline()).get("snapshot")
    except (OSError, ValueError, AttributeError):
        return None
    return Path(name).name if isinstance(name, str) else None


def _turn(path: Path) -> int:
    number = path.stem.removeprefix("snapshot-")
    return int(number) if number.isdigit() else 0


def _write(path: Path, data: bytes) -> None:
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(data)
    aside.replace(path)


def _hold(file: IO[str]) -> None:
    """Keep others from the folder until this process ends. BlockingIOError where one has it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(*error.args) from error
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
