"""The state of every edge, once a second to those who asked (SPEC 7.7; 5.2 `layers`; 6.5, 6.7, frames of type 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cosmopolis.registry import Channel, Client, Effects, LiveRoom, Send
from cosmopolis.registry.live import Fields, Reader, truth
from cosmopolis.world import frames
from cosmopolis.world.picture import Picture


def read_layers(fields: Fields) -> bool:
    return truth(fields, "flow")


class FlowChannel(Channel):
    name = "flow"
    messages: Mapping[str, Reader] = {"layers": read_layers}

    def __init__(self) -> None:
        self.wanting: set[int] = set()  # clients

    def act(self, room: LiveRoom, client: Client, message: bool, now: float) -> Effects:
        if not message:
            return self.left(room, client)
        self.wanting.add(client.id)
        return self._flow([client], room.picture)

    def each_second(self, room: LiveRoom, picture: Picture) -> Effects:
        return self._flow(room.visitors(), picture)

    def left(self, room: LiveRoom, client: Client) -> Effects:
        self.wanting.discard(client.id)
        return []

    def _flow(self, clients: Iterable[Client], picture: Picture | None) -> Effects:
        to = [client.id for client in clients if client.id in self.wanting and not client.busy]
        if picture is None or not to:
            return []
        frame = frames.flow(picture.tick, picture.time, **vars(picture.edges))
        return [Send(id, frame) for id in to]
