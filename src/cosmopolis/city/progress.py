"""How long work tells what it is at."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]  # (what is being done, share done between 0 and 1)


def quiet(stage: str, share: float) -> None:
    """Tells nobody."""
