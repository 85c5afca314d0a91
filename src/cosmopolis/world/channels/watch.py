"""The vehicles on some paths, wherever one looks, and their last minutes (SPEC 7.5; 5.2 `watch`; 6.7, 6.8, frames of
type 4; the minutes before by HTTP, 2.8)."""

from __future__ import annotations

from collections.abc import Mapping

from cosmopolis.registry import Client, Effects, LiveRoom, Refused
from cosmopolis.registry.live import Fields, Reader, whole
from cosmopolis.world import frames
from cosmopolis.world.channels.shared import PictureChannel
from cosmopolis.world.history import MOST_PATHS, History
from cosmopolis.world.picture import Picture

PathSet = tuple[int, ...]  # ascending, each once


def read_watch(fields: Fields) -> PathSet:
    paths = fields.get("paths")
    if (
        not isinstance(paths, list)
        or len(paths) > MOST_PATHS
        or not all(whole(path, 1 << 24) for path in paths)
    ):
        raise Refused("range", f'"paths" is a list of at most {MOST_PATHS} paths.')
    return tuple(sorted(set(paths)))


class WatchChannel(PictureChannel):
    name = "watch"
    messages: Mapping[str, Reader] = {"watch": read_watch}

    def __init__(self, history: History) -> None:
        super().__init__()
        self.history = history

    def act(self, room: LiveRoom, client: Client, message: PathSet, now: float) -> Effects:
        self.left(room, client)
        if message:
            self.asked[client.id] = message
        return self.newest(room, client)

    def show(self, room: LiveRoom, picture: Picture, before: Picture | None) -> Effects:
        self.history.keep(picture)
        return super().show(room, picture, before)

    def frame_of(self, picture: Picture, asked: PathSet) -> bytes:
        """The vehicles on the paths that are watched (6.8)."""
        return frames.watched(picture.tick, picture.time, **vars(picture.traffic.on(asked)))
