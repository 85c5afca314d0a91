"""The vehicles around what a visitor looks at (SPEC 7.4; 5.2 `view`; 6.2, 6.3, 6.7, frames of type 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cosmopolis.registry import Channel, Client, Effects, LiveRoom, Send
from cosmopolis.registry.live import Fields, Reader, number
from cosmopolis.world import frames
from cosmopolis.world.channels.shared import SharedFrames
from cosmopolis.world.interest import Grid, Spans
from cosmopolis.world.picture import Picture

FARTHEST = 1e7  # m from the origin that a coordinate may be
WIDEST = 30_000.0  # m of radius that a view may have


@dataclass(frozen=True)
class View:
    x: float  # m
    y: float
    radius: float


def read_view(fields: Fields) -> View:
    return View(
        number(fields, "x", -FARTHEST, FARTHEST),
        number(fields, "y", -FARTHEST, FARTHEST),
        number(fields, "radius", 0.0, WIDEST),
    )


class VehiclesChannel(Channel):
    name = "vehicles"
    messages: Mapping[str, Reader] = {"view": read_view}

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.spans: dict[int, Spans] = {}  # by client: the cells it looks at
        self.missed: set[int] = set()  # clients that a frame was left out for
        self.shared = SharedFrames()

    def act(self, room: LiveRoom, client: Client, message: View, now: float) -> Effects:
        self.spans[client.id] = self.grid.view(message.x, message.y, message.radius)
        return self._vehicles(room, client)

    def show(self, room: LiveRoom, picture: Picture, before: Picture | None) -> Effects:
        self.shared.clear()
        return [effect for client in room.visitors() for effect in self._vehicles(room, client)]

    def drained(self, room: LiveRoom, client: Client) -> Effects:
        return self._vehicles(room, client) if client.id in self.missed else []

    def left(self, room: LiveRoom, client: Client) -> Effects:
        self.spans.pop(client.id, None)
        self.missed.discard(client.id)
        return []

    def _vehicles(self, room: LiveRoom, client: Client) -> Effects:
        """The vehicles of its view (6.2), unless its connection is full (6.7)."""
        spans = self.spans.get(client.id)
        if spans is None or room.picture is None:
            return []
        if client.busy:
            self.missed.add(client.id)
            return []
        self.missed.discard(client.id)
        picture: Picture = room.picture
        return [Send(client.id, self.shared.of(spans, lambda: frame_of(picture, spans)))]


def frame_of(picture: Picture, spans: Spans) -> bytes:
    """The joined records of some cells."""
    start, data = picture.cells.start, picture.cells.data
    count = sum(last - first for first, last in spans)
    head = frames.header(frames.VEHICLES, count, picture.tick, picture.time)
    return b"".join([head, *(data[start[first] : start[last]] for first, last in spans)])
