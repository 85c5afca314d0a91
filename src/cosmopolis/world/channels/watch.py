"""The vehicles on some paths, wherever one looks, and their last minutes (SPEC 7.5; 5.2 `watch`; 6.7, 6.8, frames of
type 4; the minutes before by HTTP, 2.8)."""

from __future__ import annotations

from collections.abc import Mapping

from cosmopolis.registry import Channel, Client, Effects, LiveRoom, Refused, Send
from cosmopolis.registry.live import Fields, Reader, whole
from cosmopolis.world import frames
from cosmopolis.world.channels.shared import SharedFrames
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


class WatchChannel(Channel):
    name = "watch"
    messages: Mapping[str, Reader] = {"watch": read_watch}

    def __init__(self, history: History) -> None:
        self.history = history
        self.paths: dict[int, PathSet] = {}  # by client
        self.missed: set[int] = set()  # clients that a frame was left out for
        self.shared = SharedFrames()

    def act(self, room: LiveRoom, client: Client, message: PathSet, now: float) -> Effects:
        self.left(room, client)
        if message:
            self.paths[client.id] = message
        return self._watched(room, client)

    def show(self, room: LiveRoom, picture: Picture, before: Picture | None) -> Effects:
        self.history.keep(picture)
        self.shared.clear()
        return [effect for client in room.visitors() for effect in self._watched(room, client)]

    def drained(self, room: LiveRoom, client: Client) -> Effects:
        return self._watched(room, client) if client.id in self.missed else []

    def left(self, room: LiveRoom, client: Client) -> Effects:
        self.paths.pop(client.id, None)
        self.missed.discard(client.id)
        return []

    def _watched(self, room: LiveRoom, client: Client) -> Effects:
        """The vehicles on the paths that it watches (6.8), unless its connection is full (6.7)."""
        paths = self.paths.get(client.id)
        if paths is None or room.picture is None:
            return []
        if client.busy:
            self.missed.add(client.id)
            return []
        self.missed.discard(client.id)
        picture: Picture = room.picture
        return [Send(client.id, self.shared.of(paths, lambda: frame_of(picture, paths)))]


def frame_of(picture: Picture, paths: PathSet) -> bytes:
    """The vehicles on some paths."""
    return frames.watched(picture.tick, picture.time, **vars(picture.traffic.on(paths)))
