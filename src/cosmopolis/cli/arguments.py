"""The arguments that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CityFolder = Annotated[
    Path, typer.Argument(metavar="CITY", help="A city folder, as `import` or `grow` makes it.")
]
Seed = Annotated[
    int, typer.Option(min=0, help="Of everything random: the same seed gives the same city and day.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
