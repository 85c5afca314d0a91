"""Cutting a RawCity to a box or a polygon."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cosmopolis.city.raw import RawCity
from cosmopolis.geometry.projection import Projection

Box = tuple[float, float, float, float]


@dataclass
class Clip:
    box: Box

    def apply(self, raw: RawCity, projection: Projection, data: Box) -> RawCity:
        raise NotImplementedError(Path)


def parse_clip(text: str) -> Clip:
    west, south, east, north = (float(part) for part in text.split(","))
    return Clip((west, south, east, north))
