"""The vehicles around what a visitor looks at (SPEC 7.4; 5.2 `view`; 6.2, 6.3, 6.7, frames of type 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cosmopolis.registry import Client, Effects, LiveRoom
from cosmopolis.registry.live import Fields, Reader, number
from cosmopolis.world import frames
from cosmopolis.world.channels.shared import PictureChannel
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


class VehiclesChannel(PictureChannel):
    name = "vehicles"
    messages: Mapping[str, Reader] = {"view": read_view}

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self.grid = grid

    def act(self, room: LiveRoom, client: Client, message: View, now: float) -> Effects:
        self.asked[client.id] = self.grid.view(message.x, message.y, message.radius)
        return self.newest(room, client)

    def frame_of(self, picture: Picture, asked: Spans) -> bytes:
        """The joined records of the cells of a view (6.2)."""
        start, data = picture.cells.start, picture.cells.data
        count = sum(last - first for first, last in asked)
        head = frames.header(frames.VEHICLES, count, picture.tick, picture.time)
        return b"".join([head, *(data[start[first] : start[last]] for first, last in asked)])
