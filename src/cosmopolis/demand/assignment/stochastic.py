"""Stochastic user equilibrium: drivers see costs with errors of their own and choose among ways by logit.

Loading without a list of ways is Dial's (1971, STOCH, with the ways that lead away from the origin by free costs), or
by logit among listed ways, such as those of an equilibrium: Dial's leaves out what people drive only in congestion.
The fixed point is found by self-regulated averaging (Liu, He and He 2009).
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from cosmopolis.demand.assignment.path_flows import PathFlows
from cosmopolis.demand.assignment.problem import Assignment, Problem
from cosmopolis.demand.assignment.trees import PARTS, check_reached, grow_tree

F64 = NDArray[np.float64]
FASTER, SLOWER = 1.8, 0.3  # what 1 / step grows by where the flows move apart, and where they come together


def stochastic_equilibrium(
    problem: Problem,
    theta: float,
    *,
    ways: PathFlows | None = None,
    gap: float = 1e-4,
    iterations: int = 1_000,
) -> Assignment:
    """Flows that differ by the share `gap` or less from those that drivers choose at their costs.

    `theta` is the logit's scale per unit of cost: the odds of two ways are exp(-theta x the difference). Drivers choose
    among `ways`, or without them among all that lead away from the origin, judged without traffic. BadInput where a
    flow has no way.
    """
    free = problem.cost.time(np.zeros(len(problem.links)))

    def load(time: F64) -> F64:
        if ways is None:
            return stochastic_loading(problem, time, theta, free)
        return logit_loading(problem, time, theta, ways)

    flow = load(free)
    weight, before = 1.0, np.inf
    gaps = []
    for turn in range(iterations):
        chosen = load(problem.cost.time(flow))
        apart = float(np.linalg.norm(chosen - flow))
        gaps.append(apart / max(float(np.linalg.norm(flow)), 1e-300))
        if gaps[-1] <= gap or turn + 1 == iterations:
            break
        weight += FASTER if apart >= before else SLOWER
        before = apart
        flow = flow + (chosen - flow) / weight
    return Assignment(flow, problem.cost.time(flow), np.array(gaps), np.full(len(gaps), np.nan))


def logit_loading(problem: Problem, time: F64, theta: float, ways: PathFlows) -> F64:
    """(A,) flow with every pair's volume spread over its `ways` by logit at `time` (A,)."""
    pairs = len(problem.volume)
    cost, least = ways.cost(time), np.full(pairs, np.inf)
    np.minimum.at(least, ways.pair, cost)
    check_reached(problem, least)
    odds = np.exp(theta * (least[ways.pair] - cost))
    share = odds / np.bincount(ways.pair, odds, minlength=pairs)[ways.pair]
    return PathFlows(ways.pair, ways.start, ways.link, share * problem.volume[ways.pair]).link_flow(len(time))


def stochastic_loading(problem: Problem, time: F64, theta: float, free: F64) -> F64:
    """(A,) flow with every pair's volume spread over its ways by logit at `time` (A,); `free` (A,) orders the nodes."""
    links = problem.links
    start, out = links.out
    origins, first = problem.by_origin
    parts, reached = _load(
        start, out, links.tail, links.head, links.first_through, time, free, theta,
        origins, first, problem.destination, problem.volume,
    )  # fmt: skip
    check_reached(problem, reached)
    return parts.sum(axis=0)


@njit(cache=True, nogil=True, parallel=True)
def _load(  # type: ignore[no-untyped-def]
    start, out, tail, head, first_through, time, free, theta, origins, first, destination, volume
):
    """(PARTS, A) flows to be added, and (K,) inf where a destination is out of reach."""
    nodes, links = len(start) - 1, len(head)
    flow = np.zeros((PARTS, links))
    reached = np.zeros(len(volume))
    for part in prange(PARTS):
        away, near, weight, asked = np.empty(nodes), np.empty(nodes), np.empty(nodes), np.zeros(nodes)
        via, rank, place = np.empty(nodes, np.int32), np.empty(nodes, np.int32), np.empty(nodes, np.int32)
        heap_key, heap_node = np.empty(links + 2), np.empty(links + 2, np.int32)
        likely = np.zeros(links)
        for i in range(part, len(origins), PARTS):
            origin = origins[i]
            settled = grow_tree(
                start, out, head, first_through, free, origin, away, via, rank, heap_key, heap_node
            )
            place[:] = -1
            for at in range(settled):
                place[rank[at]] = at
            near[:] = np.inf
            near[origin] = 0.0
            likely[:] = 0.0
            for forward in range(2):  # first the least cost to each node, so that no likelihood is above 1
                weight[:] = 0.0
                weight[origin] = 1.0
                for at in range(settled):
                    node = rank[at]
                    if node < first_through and node != origin:
                        continue
                    for row in range(start[node], start[node + 1]):
                        link = out[row]
                        to = head[link]
                        if place[to] <= at:
                            continue
                        if away[to] <= away[node] and via[to] != link:
                            continue
                        if forward == 0:
                            near[to] = min(near[to], near[node] + time[link])
                        else:
                            share = np.exp(theta * (near[to] - near[node] - time[link]))
                            likely[link] = weight[node] * share
                            weight[to] += likely[link]
            for row in range(first[i], first[i + 1]):
                asked[destination[row]] += volume[row]
                if place[destination[row]] < 0:
                    reached[row] = np.inf
            _hand_back(settled, rank, tail, head, start, out, likely, weight, asked, flow[part])
            asked[:] = 0.0
    return flow, reached


@njit(cache=True, nogil=True)
def _hand_back(settled, rank, tail, head, start, out, likely, weight, asked, flow):  # type: ignore[no-untyped-def]
    """From the farthest node in: what ends at or passes a node comes by its links in the shares of their weights."""
    for at in range(settled - 1, -1, -1):
        node = rank[at]
        for row in range(start[node], start[node + 1]):
            link = out[row]
            if likely[link] > 0.0:
                passing = asked[head[link]] * likely[link] / weight[head[link]]
                flow[link] += passing
                asked[node] += passing
