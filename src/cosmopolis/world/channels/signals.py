"""Which phase each signal program shows (SPEC 7.3; 6.4, frames of type 2)."""

from __future__ import annotations

import numpy as np

from cosmopolis.registry import Channel, Client, Effects, LiveRoom, Send
from cosmopolis.world import frames
from cosmopolis.world.picture import Picture


class SignalsChannel(Channel):
    name = "signals"

    def greet(self, room: LiveRoom, client: Client) -> Effects:
        return [Send(client.id, frame_of(room.picture, None))] if room.picture is not None else []

    def show(self, room: LiveRoom, picture: Picture, before: Picture | None) -> Effects:
        changed = frame_of(picture, before)
        return [Send(client.id, changed) for client in room.visitors()] if changed else []


def frame_of(picture: Picture, before: Picture | None) -> bytes:
    """The programs whose phase is new since `before`, empty if there is none; all of them at the beginning and after
    a jump."""
    new = picture.phases
    if before is None or before.era != picture.era or len(before.phases) != len(new):
        programs = np.arange(len(new))
    else:
        programs = np.flatnonzero(new != before.phases)
        if len(programs) == 0:
            return b""
    return frames.signals(picture.tick, picture.time, programs, new[programs])
