"""Who crosses whom within a junction, and who waits: the net's own requests, at the places where the lanes meet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Conflicts
from cosmopolis.city.network import lines
from cosmopolis.city.network.conflicts import APART
from cosmopolis.geometry.polylines import Polylines
from cosmopolis.sources.sumo.drawing import Drawing
from cosmopolis.sources.sumo.paths import Path
from cosmopolis.sources.sumo.stream import Row

F64 = NDArray[np.float64]
Ints = NDArray[np.int64]
SAMPLES = 24  # points along a path at which it is compared with another


def conflicts_of(
    paths: Sequence[Path], number: Ints, line: Polylines, drawing: Drawing, *, right_first: bool
) -> Conflicts:
    """Conflicts of all connections; `number` (C,) are their link numbers, `line` (C,) where they run.

    The requests say who are foes and who responds, that is waits. Two that end in one lane are always foes. Where
    a pair responds to each other or neither does (all-way stops, unregulated junctions), the one that has the other on
    its right waits, and of two that come the same way the later one: so exactly one waits. Of two that merge as a
    zipper none does.
    """
    pairs: dict[tuple[int, int], tuple[bool, bool]] = {}
    by_junction: dict[str, list[int]] = {}
    for c, path in enumerate(paths):
        by_junction.setdefault(path.junction, []).append(c)
    for junction, members in by_junction.items():
        pairs.update(_pairs(members, number, paths, drawing.junctions[junction], drawing))
    first, second = (np.array([pair[k] for pair in pairs], dtype=np.int64) for k in (0, 1))
    said = np.array(list(pairs.values()), dtype=bool).reshape(-1, 2)
    waits = np.where(said[:, 0] == said[:, 1], _by_side(line, first, second, right_first), said[:, 0])
    to_lane = np.array([path.to_lane for path in paths], dtype=np.int64)
    merge = to_lane[first] == to_lane[second]
    zips = np.array([path.row.text("state", "") == "Z" for path in paths], dtype=bool)
    zipper = merge & zips[first] & zips[second]
    span_c, span_d = shared_ground(line, first, second, merge)
    one, other = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.lexsort((other, one))
    span = np.concatenate([span_c, span_d])[order]
    return Conflicts(
        start=np.searchsorted(one[order], np.arange(len(paths) + 1)).astype(np.int32),
        other=other[order].astype(np.int32),
        begin=span[:, 0].astype(np.float32),
        end=span[:, 1].astype(np.float32),
        yields=np.concatenate([waits & ~zipper, ~waits & ~zipper])[order],
        merge=np.concatenate([merge, merge])[order],
    )


def _pairs(
    members: list[int], number: Ints, paths: Sequence[Path], junction: Row, drawing: Drawing
) -> dict[tuple[int, int], tuple[bool, bool]]:
    """Of a junction's connections the pairs c < d that conflict, and whether c and whether d is told to wait."""
    requests = _requests(junction, len(members), drawing)
    found = {}
    for a, c in enumerate(members):
        for d in members[a + 1 :]:
            if paths[c].from_lane == paths[d].from_lane:
                continue
            m, n = int(number[c]), int(number[d])
            c_waits, d_waits = _bit(requests, m, "response", n), _bit(requests, n, "response", m)
            foes = _bit(requests, m, "foes", n) or _bit(requests, n, "foes", m)
            if foes or c_waits or d_waits or paths[c].to_lane == paths[d].to_lane:
                found[c, d] = c_waits, d_waits
    return found


def _requests(junction: Row, links: int, drawing: Drawing) -> dict[int, Row]:
    """The junction's requests by link; none, with a fault, where they are too few for its links."""
    rows = {row.whole("index"): row for row in junction.children if row.tag == "request"}
    if not rows:
        return rows
    with drawing.faults.leaving_out():
        for n in range(links):
            for key in ("response", "foes"):
                if n not in rows or len(rows[n].text(key)) < links:
                    raise junction.bad(
                        f"has {links} links and its requests do not cover link {n}; write the net with netconvert."
                    )
        return rows
    return {}


def _bit(requests: dict[int, Row], link: int, key: str, other: int) -> bool:
    """Whether link `link` names `other`: the last character stands for link 0."""
    return link in requests and requests[link].attributes[key][-1 - other] == "1"


def _by_side(line: Polylines, c: Ints, d: Ints, right_first: bool) -> NDArray[np.bool_]:
    """(n,) whether c waits for d because that comes from the side that goes first."""
    heading, _ = lines.end_directions(line)
    cross = heading[c, 0] * heading[d, 1] - heading[c, 1] * heading[d, 0]
    # Who heads to my left comes from my right.
    return np.where(np.abs(cross) > 0.5, (cross > 0) == right_first, c > d)


def shared_ground(line: Polylines, c: Ints, d: Ints, merge: NDArray[np.bool_]) -> tuple[F64, F64]:
    """(n, 2) m where cars on c would touch those on d begins and ends, and the same along d.

    Paths that never come so near, though the net calls them foes, meet where they come nearest. A merge lasts to
    the end of both.
    """
    length = line.length
    station = length[:, None] * np.linspace(0.0, 1.0, SAMPLES)
    row = np.repeat(np.arange(len(line)), SAMPLES)
    xy = lines.at(line, row, station.ravel())[:, :2].reshape(len(line), SAMPLES, 2)
    spans = np.zeros((2, len(c), 2))
    for begin in range(0, len(c), 1024):
        part = slice(begin, begin + 1024)
        apart = np.hypot(*np.moveaxis(xy[c[part], :, None] - xy[d[part], None, :], -1, 0))
        nearest = apart.min(axis=(1, 2))
        close = apart <= np.maximum(APART, nearest + 0.05)[:, None, None]
        for k, (rows, on) in enumerate(((c[part], close.any(axis=2)), (d[part], close.any(axis=1)))):
            step = length[rows] / (SAMPLES - 1)
            first, last = on.argmax(axis=1), SAMPLES - 1 - on[:, ::-1].argmax(axis=1)
            spans[k, part, 0] = np.maximum(first - 0.5, 0.0) * step
            spans[k, part, 1] = np.minimum(last + 0.5, SAMPLES - 1.0) * step
    for k, rows in enumerate((c, d)):
        spans[k, merge, 1] = length[rows[merge]]
    return spans[0], spans[1]
