"""All that one room adds to a running city, and what several of them are together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cosmopolis.registry.endpoints import Endpoint
from cosmopolis.registry.live import Channel
from cosmopolis.registry.panels import Panel
from cosmopolis.registry.things import NamedKind, ThingKind


def no_channels(site: Any) -> Sequence[Channel]:
    return ()


@dataclass(frozen=True)
class Contribution:
    """One room's. `channels(site)` makes its channels anew for each server, as they keep state."""

    room: str
    endpoints: tuple[Endpoint, ...] = ()
    kinds: tuple[ThingKind, ...] = ()
    named: tuple[NamedKind, ...] = ()
    channels: Callable[[Any], Sequence[Channel]] = no_channels
    panels: tuple[Panel, ...] = ()


@dataclass(frozen=True)
class Composed:
    """The contributions of all rooms, in their order."""

    rooms: tuple[Contribution, ...]
    endpoints: tuple[Endpoint, ...]
    kinds: tuple[ThingKind, ...]
    named: tuple[NamedKind, ...]
    panels: tuple[Panel, ...]

    def channels(self, site: Any) -> list[Channel]:
        """Raises ValueError where two channels have one name, or read messages of one type."""
        made = [channel for room in self.rooms for channel in room.channels(site)]
        unique("channel", (channel.name for channel in made))
        unique("message", (type for channel in made for type in channel.messages))
        return made


def composed(rooms: Iterable[Contribution]) -> Composed:
    """Put together. Raises ValueError where two records have one name: nothing is replaced in silence."""
    rooms = tuple(rooms)
    whole = Composed(
        rooms,
        endpoints=tuple(e for room in rooms for e in room.endpoints),
        kinds=tuple(k for room in rooms for k in room.kinds),
        named=tuple(n for room in rooms for n in room.named),
        panels=tuple(p for room in rooms for p in room.panels),
    )
    unique("room", (room.room for room in rooms))
    unique("endpoint", (e.name for e in whole.endpoints))
    unique("endpoint", (f"{e.method} {e.path}" for e in whole.endpoints))
    unique("kind of thing", (k.name for k in whole.kinds))
    unique("kind of name", (n.name for n in whole.named))
    unique("panel", (p.name for p in whole.panels))
    return whole


def unique(what: str, names: Iterable[str]) -> None:
    """Raises ValueError if a name comes twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"There are two of {what} {name!r}: two rooms contribute the same.")
        seen.add(name)
