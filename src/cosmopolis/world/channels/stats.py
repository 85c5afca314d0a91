"""Totals of the whole city, once a second (SPEC 7.6; 5.3 `stats`)."""

from __future__ import annotations

from cosmopolis.registry import Channel, Effects, LiveRoom
from cosmopolis.world.edges import HALTED
from cosmopolis.world.picture import Picture


class StatsChannel(Channel):
    name = "stats"

    def each_second(self, room: LiveRoom, picture: Picture) -> Effects:
        speed, counts = picture.traffic.speed, picture.counts
        return list(
            room.to_all(
                "stats",
                time=picture.time,
                vehicles=len(picture.traffic),
                waiting=counts.get("waiting", 0),
                arrived=counts.get("arrived", 0),
                halted=int((speed < HALTED).sum()),
                speed_mean=round(float(speed.mean()), 2) if len(speed) else 0.0,
                updates_per_s=round(picture.updates_per_s),
                speed_reached=round(picture.speed_reached, 2),
            )
        )
