"""How many vehicles an hour the streets let through, from their lanes and the signal programs ahead of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.words import Mode
from cosmopolis.demand.graph import RoadGraph
from cosmopolis.demand.right_of_way import go_share

SATURATION = 1_500.0  # vehicles an hour and lane while it may go, as the simulation's drivers discharge


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
