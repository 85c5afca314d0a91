"""What the commands say and are told at a terminal: progress, JSON, times of day."""

from __future__ import annotations

import datetime
import json
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from cosmopolis import __version__
from cosmopolis.city.civil_time import DAY_0
from cosmopolis.city.errors import BadInput
from cosmopolis.city.progress import Progress, quiet

EARLIEST, LATEST = 1900, 2100  # years that the time zone database and the formulas of the sun are good for
told = Console(stderr=True, highlight=False, soft_wrap=True)


def time_of_day(text: str, option: str) -> float:
    """Seconds after midnight of "HH:MM" or "HH:MM:SS", 24:00 included."""
    parts = text.split(":")
    if len(parts) in (2, 3) and all(part.isascii() and part.isdigit() for part in parts):
        hours, minutes, seconds = [*map(int, parts), 0][:3]
        total = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and total <= 86_400:
            return float(total)
    raise BadInput(f"{option} {text!r} is not a time of day: write it as HH:MM, like 08:00.")


def day_of(text: str | None) -> datetime.date:
    """The date of --date, or the usual one."""
    if text is None:
        return DAY_0
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) and EARLIEST <= int(text[:4]) <= LATEST:
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise BadInput(
        f"--date {text!r} is not a day between {EARLIEST} and {LATEST}: write it as YYYY-MM-DD, like {DAY_0}."
    )


def part_of_day(begin: str | None, end: str | None) -> tuple[float | None, float | None]:
    """Seconds after midnight of --from and --to; None where one is not given."""
    first = None if begin is None else time_of_day(begin, "--from")
    last = None if end is None else time_of_day(end, "--to")
    if first is not None and last is not None and last <= first:
        raise BadInput(
            f"--to {end} is not after --from {begin}: a run goes forward within one day (24:00 is its end)."
        )
    return first, last


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on a terminal, silence elsewhere. Yields the function that long work calls."""
    if not told.is_terminal:
        yield quiet
        return
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=told, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda stage, share: bar.update(task, description=escape(stage), completed=share)


def print_json(value: dict[str, Any], *, indent: bool = True) -> None:
    sys.stdout.write(
        json.dumps(value, indent=2 if indent else None, ensure_ascii=False, default=float) + "\n"
    )
    sys.stdout.flush()


def fault_report() -> str:
    """Where the details of the error being handled are; "nowhere: …" if the disk does not take them."""
    path = Path(tempfile.gettempdir()) / f"cosmopolis-fault-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    text = f"cosmopolis {__version__}, Python {sys.version}\n{sys.argv}\n\n{traceback.format_exc()}"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        return f"nowhere: {path} cannot be written ({error.strerror})"
    return str(path)


def counted(n: int, noun: str) -> str:
    """A number with its noun: "1 trip", "2,000 trips"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
