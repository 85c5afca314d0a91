"""User equilibrium by path flows, to as small a gap as one likes: gradient projection (Jayakrishnan et al. 1994).

Each iteration gives every flow its shortest way if it has not got it yet, and then moves flow from its dearer ways to
its cheapest, pair by pair: so much as makes them cost the same if costs grow on as they do now. These sweeps see
each other's shifts through costs along their slopes, so any link cost will do; then one step along what they found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cosmopolis.demand.assignment.frank_wolfe import line_search, relative_gap
from cosmopolis.demand.assignment.problem import Assignment, Problem
from cosmopolis.demand.assignment.trees import check_reached, grow_tree

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
SWEEPS = 12  # of shifting flow, an iteration
NOTHING = 1e-12  # of its pair's volume: a way with less is forgotten


@dataclass(frozen=True)
class PathFlows:
    """The ways in use, W of them, pair after pair."""

    pair: NDArray[np.int32]  # (W,) row of the problem's flows
    start: I64  # (W + 1,) rows of `link`
    link: NDArray[np.int32]  # (S,) links, from the destination back to the origin
    flow: F64  # (W,)

    def __len__(self) -> int:
        return len(self.pair)

    def cost(self, time: F64) -> F64:
        """(W,) sums of link costs (A,) along each way."""
        along = np.concatenate([[0.0], np.cumsum(time[self.link])])
        return along[self.start[1:]] - along[self.start[:-1]]

    def link_flow(self, links: int) -> F64:
        """(A,) flow of all ways on each link."""
        flow = np.repeat(self.flow, np.diff(self.start))
        return np.bincount(self.link, flow, minlength=links).astype(np.float64)

    def take(self, rows: NDArray) -> PathFlows:
        size = np.diff(self.start)[rows]
        begin = np.concatenate([[0], np.cumsum(size)])
        at = np.repeat(self.start[:-1][rows] - begin[:-1], size) + np.arange(begin[-1])
        return PathFlows(self.pair[rows], begin.astype(np.int64), self.link[at], self.flow[rows])


def path_equilibrium(
    problem: Problem, *, gap: float = 1e-8, iterations: int = 200
) -> tuple[Assignment, PathFlows]:
    """Flows at which the relative gap is `gap` or less, or those after `iterations`, and the ways they go.

    BadInput where a flow has no way. One thread: the same bytes always.
    """
    cost, count = problem.cost, len(problem.links)
    flow = np.zeros(count)
    paths = PathFlows(np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0))
    gaps, objectives = [], []
    for turn in range(iterations + 1):
        time = cost.time(flow)
        shortest, least = _shortest(problem, time)
        if turn > 0:
            gaps.append(relative_gap(time, flow, least))
            objectives.append(float(cost.integral(flow).sum()))
            if gaps[-1] <= gap or turn == iterations:
                break
        paths = _with_new(paths, shortest, problem, time)
        shift = np.zeros(len(paths))
        first = np.searchsorted(paths.pair, np.arange(len(problem.volume) + 1))
        rest, now = paths.flow.copy(), time.copy()
        sweep(first, paths.start, paths.link, rest, shift, now, cost.slope(flow), SWEEPS if turn else 1)
        # Of what was shifted itself: differences of flows would drown in their rounding.
        direction = PathFlows(paths.pair, paths.start, paths.link, shift).link_flow(count)
        step = line_search(cost, flow, direction) if turn > 0 else 1.0
        moved = paths.flow + step * shift
        used = moved > NOTHING * problem.volume[paths.pair]
        paths = _whole(
            PathFlows(paths.pair, paths.start, paths.link, moved).take(np.flatnonzero(used)), problem
        )
        flow = paths.link_flow(count)
    return Assignment(flow, cost.time(flow), np.array(gaps), np.array(objectives)), paths


def _whole(paths: PathFlows, problem: Problem) -> PathFlows:
    """Flows of a pair that sum to its volume again, to the last bit that can be had."""
    total = np.bincount(paths.pair, paths.flow, minlength=len(problem.volume))
    return PathFlows(paths.pair, paths.start, paths.link, paths.flow * (problem.volume / total)[paths.pair])


def _shortest(problem: Problem, time: F64) -> tuple[PathFlows, float]:
    """One shortest way a pair, without flow, and the sum of volume times cost of all."""
    start, out = problem.links.out
    origins, first = problem.by_origin
    begin, link, spent = _ways(
        start, out, problem.links.tail, problem.links.head, problem.links.first_through, time,
        origins, first, problem.destination, problem.volume,
    )  # fmt: skip
    check_reached(problem, spent)
    pair = np.arange(len(problem.volume), dtype=np.int32)
    return PathFlows(pair, begin, link, np.zeros(len(pair))), float(spent.sum())


def _with_new(paths: PathFlows, shortest: PathFlows, problem: Problem, time: F64) -> PathFlows:
    """`paths` and those of `shortest` that they do not hold yet; who had none gets all of the volume."""
    if len(paths) == 0:
        return PathFlows(shortest.pair, shortest.start, shortest.link, problem.volume.copy())
    key_old, key_new = _hashes(paths), _hashes(shortest)
    new = np.flatnonzero(~np.isin(key_new, key_old))
    more = shortest.take(new)
    pair = np.concatenate([paths.pair, more.pair])
    order = np.argsort(pair, kind="stable")
    start = np.concatenate([paths.start, paths.start[-1] + more.start[1:]])
    both = PathFlows(
        pair,
        start,
        np.concatenate([paths.link, more.link]),
        np.concatenate([paths.flow, more.flow]),
    )
    return both.take(order)


def _hashes(paths: PathFlows) -> NDArray[np.uint64]:
    """(W,) a number for the pair and the links of each way; two ways of one pair share it with odds of 2^-64."""
    mixed = (paths.link.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    along = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)])
    total = along[paths.start[1:]] - along[paths.start[:-1]]
    return (total ^ (paths.pair.astype(np.uint64) * np.uint64(0x94D049BB133111EB))) * np.uint64(
        0xD6E8FEB86659FD93
    )


@njit(cache=True, nogil=True)
def _ways(start, out, tail, head, first_through, time, origins, first, destination, volume):  # type: ignore[no-untyped-def]
    """The links of a shortest way to each destination, and (K,) volume times cost; a way not found costs inf."""
    nodes, links = len(start) - 1, len(head)
    best, via, rank = np.empty(nodes), np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    heap_key, heap_node = np.empty(links + 2), np.empty(links + 2, np.int32)
    begin = np.zeros(len(volume) + 1, np.int64)
    found = np.empty(max(64, 16 * len(volume)), np.int32)
    spent = np.full(len(volume), np.inf)
    at = 0
    for i in range(len(origins)):
        grow_tree(start, out, head, first_through, time, origins[i], best, via, rank, heap_key, heap_node)
        for row in range(first[i], first[i + 1]):
            node = destination[row]
            spent[row] = volume[row] * best[node]
            while via[node] >= 0:
                if at == len(found):
                    found = np.concatenate((found, np.empty(len(found), np.int32)))
                found[at] = via[node]
                at += 1
                node = tail[via[node]]
            begin[row + 1] = at
    return begin, found[:at].copy(), spent


@njit(cache=True, nogil=True)
def sweep(first, start, link, flow, shift, time, slope, sweeps):  # type: ignore[no-untyped-def]
    """Shift flow to the cheapest way of each pair, `sweeps` times over.

    `flow` (W,) and `time` (A,) are changed; what goes to and from each way is added to `shift` (W,).
    """
    on_best = np.zeros(len(time), np.bool_)
    for _ in range(sweeps):
        for pair in range(len(first) - 1):
            if first[pair + 1] - first[pair] < 2:
                continue
            best, least = first[pair], np.inf
            for way in range(first[pair], first[pair + 1]):
                spent = 0.0
                for row in range(start[way], start[way + 1]):
                    spent += time[link[row]]
                if spent < least:
                    best, least = way, spent
            for row in range(start[best], start[best + 1]):
                on_best[link[row]] = True
            for way in range(first[pair], first[pair + 1]):
                if way != best and flow[way] > 0.0:
                    _shift(way, best, start, link, flow, shift, time, slope, on_best)
            for row in range(start[best], start[best + 1]):
                on_best[link[row]] = False


@njit(cache=True, nogil=True)
def _shift(way, best, start, link, flow, shift, time, slope, on_best):  # type: ignore[no-untyped-def]
    """Move flow from `way` to `best` until they cost the same along the slopes of the links that they do not share."""
    dearer, steep = 0.0, 0.0
    for row in range(start[best], start[best + 1]):
        dearer -= time[link[row]]
        steep += slope[link[row]]
    for row in range(start[way], start[way + 1]):
        dearer += time[link[row]]
        steep += -slope[link[row]] if on_best[link[row]] else slope[link[row]]
    if dearer <= 0.0:
        return
    moved = flow[way] if dearer >= steep * flow[way] else dearer / steep
    flow[way] -= moved
    flow[best] += moved
    shift[way] -= moved
    shift[best] += moved
    for row in range(start[way], start[way + 1]):
        time[link[row]] -= moved * slope[link[row]]
    for row in range(start[best], start[best + 1]):
        time[link[row]] += moved * slope[link[row]]
