"""How many vehicles an hour the streets let through, from their lanes and the signal programs ahead of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.words import Control, Light, Mode
from cosmopolis.demand.graph import RoadGraph

SATURATION = (
    1_800.0  # vehicles an hour and lane while it may go; a little under the base 1,900 pc/h of the HCM
)
PERMISSIVE = 0.35  # of green that must find gaps
LOST = 2.0  # s of every green until the queue moves
GIVES_WAY = 0.4  # share of the hour in which a minor approach finds a gap
BY_CONTROL = {Control.ALL_WAY_STOP: 0.35, Control.RIGHT_BEFORE_LEFT: 0.5, Control.ROUNDABOUT: 0.5}


@dataclass(frozen=True)
class Capacity:
    """Vehicles an hour."""

    edge: NDArray[np.float64]  # (E,) that an edge lets out
    move: NDArray[np.float64]  # (M,) that a turn lets through, in the order of RoadGraph's moves

    @classmethod
    def of(cls, network: Network, graph: RoadGraph, mode: Mode = Mode.CAR) -> Capacity:
        """An edge has what its lanes have at their best turn. A turn has what its lanes have for it; a lane that
        serves k streets gives each 1 / sqrt(k), because not all who use it want the same."""
        lanes, links = network.lanes, network.connections
        allowed = (lanes.modes & int(mode)) != 0
        usable = np.flatnonzero(allowed[links.from_lane] & allowed[links.to_lane])
        share = go_share(network)[usable]
        lane, target = links.from_lane[usable], lanes.edge[links.to_lane[usable]]
        best = np.zeros(len(lanes))
        np.maximum.at(best, lane, share)
        best[allowed & ~np.isin(np.arange(len(lanes)), lane)] = 1.0  # a dead end or the border
        edge = np.bincount(lanes.edge[allowed], best[allowed], minlength=len(network.edges)) * SATURATION
        served, pair = np.unique(np.column_stack([lane, target]), axis=0, return_inverse=True)
        to_street = np.zeros(len(served))
        np.maximum.at(to_street, pair.ravel(), share)  # a lane may open into several lanes of one street
        lane, target = served[:, 0], served[:, 1]
        each = SATURATION * to_street / np.sqrt(np.bincount(lane, minlength=len(lanes))[lane])
        key = target.astype(np.int64) * len(network.edges) + lanes.edge[lane]
        into = np.repeat(np.arange(graph.edges), np.diff(graph.move_start))
        row = np.searchsorted(into * len(network.edges) + graph.move_from, key)
        return cls(np.maximum(edge, 1.0), np.maximum(np.bincount(row, each, minlength=len(into)), 1.0))


def go_share(network: Network) -> NDArray[np.float64]:
    """(C,) share of the hour in which a connection may be driven."""
    links, conflicts = network.connections, network.conflicts
    waits = np.zeros(len(links) + 1, dtype=np.int64)
    waits[1:] = np.cumsum(np.bincount(_owner(conflicts.start)[conflicts.yields], minlength=len(links)))
    yields = np.diff(waits) > 0
    control = np.full(max(Control) + 1, GIVES_WAY)
    for kind, value in BY_CONTROL.items():
        control[kind] = value
    out = np.where(yields, control[network.junctions.control[links.junction]], 1.0)
    signalled = np.flatnonzero(links.signal >= 0)
    out[signalled] = _green_share(network)[signalled]
    return out


def _green_share(network: Network) -> NDArray[np.float64]:
    """(C,) green over cycle, permissive green at a discount; 1 without a signal."""
    signals = network.signals
    out = np.ones(len(network.connections))
    for row in range(len(signals)):
        links = signals.link[signals.link_start[row] : signals.link_start[row + 1]]
        first, last = signals.phase_start[row], signals.phase_start[row + 1]
        if first == last or len(links) == 0:
            continue
        duration = signals.duration[first:last].astype(np.float64)
        light = signals.light[signals.light_start[first] : signals.light_start[last]].reshape(
            last - first, len(links)
        )
        seconds = duration @ (light == Light.GREEN_PROTECTED) + PERMISSIVE * (
            duration @ (light == Light.GREEN_PERMISSIVE)
        )
        off = (light == Light.OFF).all(axis=0)
        out[links] = np.where(off, GIVES_WAY, np.maximum(seconds - LOST, 1.0) / duration.sum())
    return out


def _owner(start: NDArray) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(start) - 1), np.diff(start))
