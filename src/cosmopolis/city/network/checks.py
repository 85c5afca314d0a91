"""What must hold of every network, whatever the streets were. Used by tests and by `info`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.network import lines
from cosmopolis.city.network.ragged import ranges
from cosmopolis.city.raw import Finding
from cosmopolis.city.words import Control, Light, Mode

STOPPING_ROOM = 8.0  # m


def check(network: Network) -> list[Finding]:
    """Everything that is wrong, and every oddity that a user may want to know, as findings.

    Codes: ``lane-without-exit``, ``lane-without-entry``, ``connection-gap``, ``connection-kink``, ``short-edge``,
    ``unreachable``, ``ring-not-passable``, ``protected-conflict``, ``yield-by-none-or-both``, ``never-green``,
    ``conflict-range``.
    """
    return [
        *_lane_ends(network),
        *_connection_geometry(network),
        *_short_edges(network),
        *_components(network),
        *check_rings(network),
        *_conflicts(network),
        *_signals(network),
    ]


def _lane_ends(network: Network) -> list[Finding]:
    """Every lane goes on, and can be entered from behind or from the lane beside it."""
    lanes, edges, connections = network.lanes, network.edges, network.connections
    exits = np.zeros(len(lanes), dtype=bool)
    exits[connections.from_lane] = True
    ends = network.junctions.control[edges.to_junction[lanes.edge]]
    dead = np.isin(ends, [Control.DEAD_END, Control.BORDER])
    entries = np.zeros(len(edges), dtype=bool)
    entries[lanes.edge[connections.to_lane]] = True
    begins = network.junctions.control[edges.from_junction]
    lost = ~entries & ~np.isin(begins, [Control.DEAD_END, Control.BORDER])
    return [
        *_each(
            "lane-without-exit", network, ~exits & ~dead, "ends before a junction that it has no way through"
        ),
        *(
            Finding("lane-without-entry", edges.key[e], "no lane of any street leads into it")
            for e in np.flatnonzero(lost).tolist()
        ),
    ]


def _each(code: str, network: Network, lanes: NDArray[np.bool_], what: str) -> list[Finding]:
    edge, index = network.lanes.edge, network.lanes.index
    return [
        Finding(code, f"{network.edges.key[edge[i]]} lane {index[i]}", what)
        for i in np.flatnonzero(lanes).tolist()
    ]


def _connection_geometry(network: Network) -> list[Finding]:
    """Paths begin and end exactly where their lanes do, and leave and enter them without a kink."""
    lanes, connections = network.lanes.line, network.connections
    path = connections.line
    if len(path) == 0:
        return []
    first, last = path.points[path.start[:-1]], path.points[path.start[1:] - 1]
    stop = lanes.points[lanes.start[1:] - 1][connections.from_lane]
    start = lanes.points[lanes.start[:-1]][connections.to_lane]
    gap = np.maximum(np.abs(first - stop).max(axis=1), np.abs(last - start).max(axis=1))
    lane_first, lane_last = lines.end_directions(lanes)
    path_first, path_last = lines.end_directions(path)
    # A curve of straight steps turns a little at its first step already.
    smooth = np.minimum(
        (path_first * lane_last[connections.from_lane]).sum(axis=1),
        (path_last * lane_first[connections.to_lane]).sum(axis=1),
    )
    return [
        *(
            Finding("connection-gap", f"connection {c}", f"{gap[c]:.2f} m from its lanes")
            for c in _rows(gap > 0.01)
        ),
        *(
            Finding(
                "connection-kink",
                f"connection {c}",
                f"turns {np.degrees(np.arccos(smooth[c])):.0f} degrees at once",
            )
            for c in _rows(smooth < np.cos(np.radians(30.0)))
        ),
    ]


def _rows(mask: NDArray[np.bool_]) -> list[int]:
    return np.flatnonzero(mask).tolist()


def _short_edges(network: Network) -> list[Finding]:
    length = np.full(len(network.edges), np.inf)
    np.minimum.at(length, network.lanes.edge, network.lanes.length)
    return [
        Finding("short-edge", network.edges.key[e], f"{length[e]:.1f} m between its stop lines")
        for e in _rows(length < STOPPING_ROOM)
    ]


def _components(network: Network) -> list[Finding]:
    """Edges outside the largest component."""
    cars = network.lanes.modes & int(Mode.CAR) > 0
    edge = network.lanes.edge
    outside = network.edges.component[edge] > 0
    return [
        Finding("unreachable", network.edges.key[e], "a car cannot drive there and back")
        for e in np.unique(edge[outside & cars]).tolist()
    ]


def check_rings(network: Network) -> list[Finding]:
    """From every piece of a roundabout one can go on along it, where another piece begins at its end."""
    edges, of, c = network.edges, network.lanes.edge, network.connections
    cars = network.lanes.modes & int(Mode.CAR) > 0
    begins = np.zeros(len(network.junctions), dtype=np.int64)
    np.add.at(begins, edges.from_junction[edges.roundabout], 1)
    own = edges.roundabout & (edges.from_junction == edges.to_junction)
    back = (edges.twin >= 0) & edges.roundabout[edges.twin]
    others = begins[edges.to_junction] - own - back
    on = cars[c.from_lane] & cars[c.to_lane] & edges.roundabout[of[c.to_lane]]
    on &= of[c.to_lane] != edges.twin[of[c.from_lane]]
    goes_on = np.zeros(len(edges), dtype=bool)
    goes_on[of[c.from_lane[on]]] = True
    return [
        Finding("ring-not-passable", edges.key[e], "one cannot drive on along the roundabout at its end")
        for e in _rows(edges.roundabout & (others > 0) & ~goes_on)
    ]


def _conflicts(network: Network) -> list[Finding]:
    """Of two that conflict exactly one yields, and the shared ground lies on both paths."""
    conflicts, length = network.conflicts, network.connections.length
    one = np.repeat(np.arange(len(conflicts.start) - 1), np.diff(conflicts.start))
    pair = np.column_stack([one, conflicts.other]).astype(np.int64)
    n = len(network.connections)
    key, mirrored = pair[:, 0] * n + pair[:, 1], pair[:, 1] * n + pair[:, 0]
    order = np.argsort(key)
    found = (
        order[np.clip(np.searchsorted(key[order], mirrored), 0, max(len(key) - 1, 0))] if len(key) else order
    )
    wrong = (key[found] != mirrored) | (conflicts.yields == conflicts.yields[found])
    bad = (conflicts.begin < 0) | (conflicts.begin > conflicts.end) | (conflicts.end > length[one] + 0.1)
    return [
        *(
            Finding(
                "yield-by-none-or-both",
                f"connections {one[k]} and {conflicts.other[k]}",
                "exactly one must wait",
            )
            for k in _rows(wrong)
        ),
        *(
            Finding("conflict-range", f"connection {one[k]}", "shared ground off the path")
            for k in _rows(bad)
        ),
    ]


def _signals(network: Network) -> list[Finding]:
    """No two that conflict have protected green together, and everybody gets green at some time."""
    signals, conflicts = network.signals, network.conflicts
    one = np.repeat(np.arange(len(conflicts.start) - 1), np.diff(conflicts.start))
    program = np.repeat(np.arange(len(signals)), np.diff(signals.phase_start))
    links = np.diff(signals.link_start)[program]
    out: list[Finding] = []
    if len(signals) == 0:
        return out
    if not np.array_equal(links, np.diff(signals.light_start)):
        return [Finding("signal-table", "signals", "phases and links do not fit each other")]
    link = signals.link[ranges(signals.link_start[program], links)]
    row = np.repeat(np.arange(len(program)), links)
    in_program = row - signals.phase_start[program[row]]
    ever = np.zeros(len(network.connections), dtype=bool)
    green = np.isin(signals.light, [Light.GREEN_PERMISSIVE, Light.GREEN_PROTECTED, Light.GREEN_ARROW])
    ever[link[green]] = True
    out += [
        Finding("never-green", f"connection {c}", "its signal never lets it go")
        for c in signals.link[~ever[signals.link]].tolist()
    ]
    protected = np.zeros((int(np.diff(signals.phase_start).max()), len(network.connections)), dtype=bool)
    protected[in_program, link] = signals.light == Light.GREEN_PROTECTED
    for k in range(len(protected)):
        both = protected[k, one] & protected[k, conflicts.other]
        out += [
            Finding(
                "protected-conflict",
                f"connections {one[c]} and {conflicts.other[c]}",
                f"green together in phase {k}",
            )
            for c in _rows(both)
        ]
    return out
