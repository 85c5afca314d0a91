"""The command log of a run in its folder: within run.json, or beside it where it is long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation import CommandLog

LOG = "commands.jsonl"
MOST_LINES = 100  # that run.json holds; a controlled run has one a decision


def write_log(log: CommandLog, folder: Path) -> dict[str, Any]:
    """What run.json says of the log; a long one is written to LOG in `folder`."""
    lines = list(log.lines())
    if len(lines) <= MOST_LINES:
        return {"lines": [orjson.loads(line) for line in lines]}
    (folder / LOG).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return {"file": LOG, "orders": len(log.entries)}


def read_log(run: Path) -> CommandLog:
    """The log of the run in the folder `run`; BadInput where it is missing or damaged.

    `cosmopolis.simulation.replay` makes the run again from it, with the city and the trips.
    """
    path = run / "run.json"
    try:
        said = orjson.loads(path.read_bytes())["log"]
        if "file" in said:
            path = run / LOG
            return CommandLog.of_lines(path.read_text(encoding="utf-8", errors="replace").splitlines())
        return CommandLog.of_lines(orjson.dumps(line).decode() for line in said["lines"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} holds no log of commands ({error}): make the run again.") from error
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error
