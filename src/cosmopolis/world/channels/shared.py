"""Channels that send each visitor a frame of every picture: of what the visitor has asked for, and made once for all
who ask for the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import Any

from cosmopolis.registry import Channel, Client, Effects, LiveRoom, Send
from cosmopolis.world.picture import Picture

MOST_SHARED = (
    64  # frames that are kept; a paused city keeps its picture, and any number of views of it are asked for
)


class SharedFrames:
    def __init__(self) -> None:
        self._frames: dict[Hashable, bytes] = {}

    def __len__(self) -> int:
        return len(self._frames)

    def clear(self) -> None:
        """There is a new picture."""
        self._frames.clear()

    def of(self, seen: Hashable, make: Callable[[], bytes]) -> bytes:
        """The frame of what is seen, made if it is not kept: the same object for all who see the same."""
        frame = self._frames.get(seen)
        if frame is None:
            if len(self._frames) >= MOST_SHARED:
                self._frames.clear()
            frame = self._frames[seen] = make()
        return frame


class PictureChannel(Channel, ABC):
    """Subclasses fill `asked` in `act`, and say by `frame_of` what is sent for it."""

    def __init__(self) -> None:
        self.asked: dict[int, Any] = {}  # by client: what its frames show, hashable
        self.missed: set[int] = set()  # clients that a frame was left out for
        self.shared = SharedFrames()

    @abstractmethod
    def frame_of(self, picture: Picture, asked: Any) -> bytes:
        """The frame of one picture for whoever has asked for that."""

    def newest(self, room: LiveRoom, client: Client) -> Effects:
        """The frame of the newest picture, if the client has asked for one; left out where its connection is full
        (SPEC 6.7)."""
        asked = self.asked.get(client.id)
        if asked is None or room.picture is None:
            return []
        if client.busy:
            self.missed.add(client.id)
            return []
        self.missed.discard(client.id)
        picture: Picture = room.picture
        return [Send(client.id, self.shared.of(asked, lambda: self.frame_of(picture, asked)))]

    def show(self, room: LiveRoom, picture: Picture, before: Picture | None) -> Effects:
        self.shared.clear()
        return [effect for client in room.visitors() for effect in self.newest(room, client)]

    def drained(self, room: LiveRoom, client: Client) -> Effects:
        return self.newest(room, client) if client.id in self.missed else []

    def left(self, room: LiveRoom, client: Client) -> Effects:
        self.asked.pop(client.id, None)
        self.missed.discard(client.id)
        return []
