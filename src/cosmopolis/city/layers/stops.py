"""Stops at their kerb lanes, transit lines and rails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.layers.kerb import bus_kerbs, nearest_kerb
from cosmopolis.city.layers.polygons import Bounds
from cosmopolis.city.layers.rows import joined
from cosmopolis.city.model import Network, Rails, Stops, TransitLines
from cosmopolis.city.raw import Finding, RawRail, RawStop, RawTransitLine
from cosmopolis.city.words import TransitMode
from cosmopolis.geometry.polylines import Polylines

KERB_REACH = 30.0  # m from a bus stop to its lane
SURE = 0.3  # cosine of the angle between a line's way and a lane, below minus which the lane is the wrong one
HEADWAY = {  # s in the peak where the source does not say
    TransitMode.BUS: 480.0,
    TransitMode.METRO: 180.0,
    TransitMode.TRAM: 360.0,
    TransitMode.RAIL: 900.0,
    TransitMode.FERRY: 900.0,
}


def build_stops(raw: Sequence[RawStop], bounds: Bounds, network: Network) -> Stops:
    """The stops inside `bounds`; those of buses with the lane in which a bus halts."""
    west, south, east, north = bounds
    rows = [stop for stop in raw if west <= stop.xy[0] <= east and south <= stop.xy[1] <= north]
    xy = np.array([stop.xy for stop in rows], np.float64).reshape(-1, 2)
    mode = np.array([stop.mode for stop in rows], np.uint8)
    kerb = nearest_kerb(xy, bus_kerbs(network), network, within=KERB_REACH)
    bus = mode == TransitMode.BUS
    return Stops(
        key=tuple(stop.key for stop in rows),
        name=tuple(stop.name for stop in rows),
        xy=xy,
        mode=mode,
        lane=np.where(bus, kerb.lane, -1).astype(np.int32),
        lane_position=np.where(bus, kerb.position, 0).astype(np.float32),
        provenance=np.array([stop.provenance for stop in rows], np.uint8),
    )


def build_lines(raw: Sequence[RawTransitLine], stops: Stops) -> tuple[TransitLines, list[Finding]]:
    """The lines with the stops that are inside the city; a line with fewer than two is left out."""
    row_of = {key: row for row, key in enumerate(stops.key)}
    called = [[row_of[key] for key in line.stops if key in row_of] for line in raw]
    kept = [i for i, rows in enumerate(called) if len(rows) >= 2]
    findings = [
        Finding(
            "line-dropped", raw[i].key, f"Line {raw[i].ref or raw[i].name} has fewer than two stops here."
        )
        for i in sorted(set(range(len(raw))) - set(kept))
    ]
    return lines_of([raw[i] for i in kept], [called[i] for i in kept]), findings


def lines_of(rows: Sequence[RawTransitLine], called: Sequence[Sequence[int]]) -> TransitLines:
    """The table of `rows`, each calling at the rows of Stops in `called`."""
    start = np.zeros(len(rows) + 1, np.int32)
    np.cumsum([len(stops) for stops in called], out=start[1:])
    path: list[NDArray[np.float64]] = [
        np.zeros((0, 2)) if line.path is None else np.asarray(line.path.coords)[:, :2] for line in rows
    ]
    return TransitLines(
        key=tuple(line.key for line in rows),
        ref=tuple(line.ref for line in rows),
        name=tuple(line.name for line in rows),
        colour=tuple(line.colour for line in rows),
        mode=np.array([line.mode for line in rows], np.uint8),
        headway=np.array([line.headway or HEADWAY[line.mode] for line in rows], np.float32),
        stop_start=start,
        stop=np.array([stop for stops in called for stop in stops], np.int32),
        line=Polylines.of(path),
        provenance=np.array([line.provenance for line in rows], np.uint8),
    )


def build_rails(raw: Sequence[RawRail]) -> Rails:
    """Railways as drawn."""
    return Rails(
        mode=np.array([rail.mode for rail in raw], np.uint8),
        layer=np.array([rail.layer for rail in raw], np.int8),
        tunnel=np.array([rail.tunnel for rail in raw], np.bool_),
        line=Polylines.of([np.asarray(rail.line.coords)[:, :2] for rail in raw]),
        provenance=np.array([rail.provenance for rail in raw], np.uint8),
    )


def facing_their_lines(stops: Stops, lines: TransitLines, network: Network) -> Stops:
    """Stops at the kerb of the direction in which their lines go on.

    A stop that is drawn on the axis of a street may have got the kerb across: then the lines tell.
    """
    lane, position = stops.lane.copy(), stops.lane_position.copy()
    kerb_of = {int(network.lanes.edge[row]): int(row) for row in bus_kerbs(network)}
    for stop, way in _ways_on(stops, lines).items():
        now = int(lane[stop])
        across = kerb_of.get(int(network.edges.twin[network.lanes.edge[now]]), -1) if now >= 0 else -1
        if across < 0 or way @ _heading(network, now, position[stop]) > -SURE:
            continue
        kerb = nearest_kerb(stops.xy[[stop]], np.array([across]), network, within=KERB_REACH)
        if kerb.lane[0] >= 0:
            lane[stop], position[stop] = kerb.lane[0], kerb.position[0]
    return replace(stops, lane=lane, lane_position=position)


def _ways_on(stops: Stops, lines: TransitLines) -> dict[int, NDArray[np.float64]]:
    """The mean direction, at most of length 1, from the stop before to the stop after of buses that call."""
    ways: dict[int, list[NDArray[np.float64]]] = {}
    for row in np.flatnonzero(lines.mode == TransitMode.BUS):
        called = lines.stop[lines.stop_start[row] : lines.stop_start[row + 1]]
        xy = stops.xy[called]
        step = np.vstack([xy[1:], xy[-1:]]) - np.vstack([xy[:1], xy[:-1]])
        unit = step / np.maximum(np.hypot(*step.T), 1e-9)[:, None]
        for stop, way in zip(called.tolist(), unit):
            ways.setdefault(stop, []).append(way)
    return {stop: np.mean(found, axis=0) for stop, found in ways.items()}


def _heading(network: Network, lane: int, position: float) -> NDArray[np.float64]:
    _, angle = network.lanes.line.at(lane, float(position))
    return np.array([np.cos(angle), np.sin(angle)])


def both_lines(first: TransitLines, second: TransitLines) -> TransitLines:
    """The lines of both, `first` before `second`."""
    stop_start = np.concatenate([first.stop_start, second.stop_start[1:] + first.stop_start[-1]])
    return replace(joined(first, second), stop_start=stop_start)
