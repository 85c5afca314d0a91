"""The command line, and the composition root: where rooms that do not know each other are put together (compose.py).

Heavy rooms are imported inside the command that needs them, so that `--help` and a wrong argument answer at once.
"""

from __future__ import annotations

import gc
import logging
import os
import sys

from rich.markup import escape

from cosmopolis.city.aside import disk_full
from cosmopolis.city.errors import BadInput
from cosmopolis.cli.application import command_line
from cosmopolis.cli.terminal import fault_report, told

__all__ = ["app", "command_line", "main"]

app = command_line()


def main() -> None:
    """Entry point: every error is one sentence; exit code 2 for bad input, 1 for a fault of ours."""
    logging.basicConfig(
        level=os.environ.get("COSMOPOLIS_LOG", "WARNING").upper(),
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        app()
    except BadInput as error:
        told.print(f"[bold red]Error:[/] {escape(str(error))}")
        sys.exit(2)
    except KeyboardInterrupt:
        told.print("Stopped.")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if said := disk_full(error):
            told.print(f"[bold red]Error:[/] {escape(said)}")
            sys.exit(2)
        told.print(
            f"[bold red]Cosmopolis failed:[/] {escape(type(error).__name__)}: {escape(str(error))}. This is a fault "
            f"of ours, not of your data; the details for a report are in {escape(fault_report())}"
        )
        sys.exit(1)
    finally:
        gc.freeze()  # a city is a million objects: the system takes them back at once, the collector one by one
