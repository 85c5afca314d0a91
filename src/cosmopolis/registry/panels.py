"""Panels of the client's page that a room of the server asks for: data only, the client draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Panel:
    """Listed in the manifest's `panels` (SPEC 2.1)."""

    name: str  # unique
    icon: str  # name of one of the client's icons
    key: str  # that opens it, "" for none
    words: Mapping[str, str]  # what it is called, by language: en and zh
    component: str  # the client's component that shows it

    def __post_init__(self) -> None:
        if not {"en", "zh"} <= self.words.keys():
            raise ValueError(f"Panel {self.name!r} has no words in en and zh.")

    def fields(self) -> dict[str, Any]:
        return {**asdict(self), "words": dict(self.words)}
