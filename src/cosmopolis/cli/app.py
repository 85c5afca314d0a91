"""The arguments that several commands take, and the application before commands are added to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cosmopolis import __version__

CityFolder = Annotated[
    Path, typer.Argument(metavar="CITY", help="A city folder, as `import` or `grow` makes it.")
]
Seed = Annotated[
    int, typer.Option(min=0, help="Of everything random: the same seed gives the same city and day.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def empty_app() -> typer.Typer:
    app = typer.Typer(
        name="cosmopolis",
        help="Any district becomes a living, shared 3D city in the browser.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_version)
    return app


def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"cosmopolis {__version__}")
        raise typer.Exit
