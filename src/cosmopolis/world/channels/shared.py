"""Frames of one picture, kept for whoever sees the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable

MOST_SHARED = (
    64  # frames that are kept: a paused city keeps its picture, and views of it are told in any number
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
