"""Nodes between two alike pieces of street are shape, not junctions: the pieces become one segment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.network import lines
from cosmopolis.city.network.profiles import ProfileTable
from cosmopolis.city.network.ragged import Ints, grouped, starts
from cosmopolis.city.network.segments import Segments
from cosmopolis.geometry.polylines import Polylines


def chained(
    segments: Segments, table: ProfileTable, names: list[str], place: Ints, keep: NDArray
) -> Segments:
    """Join segments at every place where exactly two alike ends meet.

    `place` (N,) gives the junction of every node, `keep` (N,) marks places that stay (signals, say). Alike means:
    same cross-section seen along the way, and the same name.
    """
    partner = _partners(segments, table, names, place, keep)
    chains, backwards = _walk(partner, place[segments.a], place[segments.b])
    return _joined(segments, table, chains, backwards)


def _partners(segments: Segments, table: ProfileTable, names: list[str], place: Ints, keep: NDArray) -> Ints:
    """(2S,) the end that each end continues in, -1 where it stops."""
    node = segments.node
    order, start = grouped(place[node], len(place))
    two = np.flatnonzero((np.diff(start) == 2) & ~keep)
    p, q = order[start[two]], order[start[two] + 1]
    # Two ends are alike if the profile going in at p is the profile going out at q.
    inward = np.where(p % 2 == 1, segments.profile[p // 2], table.turned[segments.profile[p // 2]])
    outward = np.where(q % 2 == 0, segments.profile[q // 2], table.turned[segments.profile[q // 2]])
    _, name_id = np.unique(np.array(names or [""], dtype=object).astype(str), return_inverse=True)
    same_name = name_id[segments.street[p // 2]] == name_id[segments.street[q // 2]]
    alike = (inward == outward) & (p // 2 != q // 2) & same_name & (node[p] == node[q])
    partner = np.full(2 * len(segments), -1)
    partner[p[alike]], partner[q[alike]] = q[alike], p[alike]
    return partner


def _walk(partner: Ints, a: Ints, b: Ints) -> tuple[list[list[int]], list[list[bool]]]:
    """Chains of segments, each with a mark for those that are run backwards. Rings are opened somewhere."""
    link = partner.tolist()
    place = np.column_stack([a, b]).ravel().tolist()
    seen = [False] * (len(link) // 2)
    chains: list[list[int]] = []
    backwards: list[list[bool]] = []
    # Open ends first: what is still unseen after them lies on a ring.
    ends = [e for e in range(len(link)) if link[e] < 0] + list(range(0, len(link), 2))
    for end in ends:
        if seen[end // 2]:
            continue
        chain, turned, here = [], [], end
        while here >= 0 and not seen[here // 2]:
            seen[here // 2] = True
            chain.append(here // 2)
            turned.append(here % 2 == 1)
            here = link[here ^ 1]
        if len(chain) > 1 and place[end] == place[2 * chain[-1] + (0 if turned[-1] else 1)]:
            chains += [chain[:-1], chain[-1:]]  # a closed chain keeps one node on its way
            backwards += [turned[:-1], turned[-1:]]
        else:
            chains.append(chain)
            backwards.append(turned)
    return chains, backwards


def _joined(
    segments: Segments, table: ProfileTable, chains: list[list[int]], backwards: list[list[bool]]
) -> Segments:
    """One segment a chain, in the drawing direction of its first piece where that is a one-way street's."""
    for i, turned in enumerate(backwards):
        if turned[0]:  # run the chain the other way round, so that its first piece keeps its direction
            chains[i], backwards[i] = chains[i][::-1], [not t for t in turned[::-1]]
    # A chain drawn to and fro may still begin backwards now; then its last piece was drawn backwards too.
    flat = np.array([s for chain in chains for s in chain], dtype=np.int64)
    back = np.array([t for turned in backwards for t in turned], dtype=bool)
    start = starts([len(chain) for chain in chains])
    first, last = flat[start[:-1]], flat[start[1:] - 1]
    head, tail = back[start[:-1]], back[start[1:] - 1]
    line = lines.turned(lines.take(segments.line, flat), back)
    rows = np.arange(len(first))
    return Segments(
        a=np.where(head, segments.b[first], segments.a[first]),
        b=np.where(tail, segments.a[last], segments.b[last]),
        line=_glued(line, np.repeat(rows, np.diff(start)), len(first)),
        profile=np.where(head, table.turned[segments.profile[first]], segments.profile[first]),
        street=segments.street[first],
        piece=segments.piece[first],
        street_at=np.column_stack(
            [segments.street_at[first, head.astype(int)], segments.street_at[last, 1 - tail.astype(int)]]
        ),
        turns=[
            (segments.turns[f][int(h)], segments.turns[e][1 - int(t)])
            for f, h, e, t in zip(first.tolist(), head, last.tolist(), tail)
        ],
        squeeze=segments.squeeze[first],
    )


def _glued(pieces: Polylines, chain: Ints, n: int) -> Polylines:
    """Consecutive polylines of one chain as one, without the doubled points."""
    keep = np.ones(len(pieces.points), dtype=bool)
    keep[pieces.start[:-1][1:][chain[1:] == chain[:-1]]] = False
    row = chain[lines.owner(pieces)]
    return Polylines(pieces.points[keep], starts(np.bincount(row[keep], minlength=n)))
