"""Lots: where on its block each building stands. Fronts follow the streets, rows the block's main direction.

All blocks are worked at once. A row is a strip across the block in a frame turned to its main direction; its two
long edges are cut with the block's sides, and what lies between, less the setback from each street, is filled.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.layers.blocks import BORDER, Blocks
from cosmopolis.city.model import F64, I64

MOST_ROWS = 60
LEAST_FILL = 0.55  # of the usual width: what is left of a row for less stays open
FLATTEST = 0.35  # sine of the angle between a row and a side, below which the side does not cut the row


@dataclass(frozen=True)
class Lots:
    """N rectangles."""

    centre: F64  # (N, 2) m
    angle: F64  # (N,) radians from east of the long side
    width: F64  # (N,) m along `angle`
    depth: F64  # (N,) m across
    block: I64  # (N,)
    front: NDArray[np.bool_]  # (N,) along a street

    def __len__(self) -> int:
        return len(self.block)

    def where(self, mask: NDArray) -> Lots:
        return Lots(*(getattr(self, field.name)[mask] for field in fields(self)))

    @classmethod
    def joined(cls, parts: list[Lots]) -> Lots:
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


def fronted_sides(blocks: Blocks, measure: dict[str, F64], random: np.random.Generator) -> NDArray[np.bool_]:
    """(S,) the sides that buildings line."""
    owner = blocks.owner
    along_street = (blocks.street != BORDER) & (measure["front_depth"][owner] > 0)
    return along_street & (random.random(len(owner)) < measure["front_full"][owner])


def front_lots(
    blocks: Blocks, measure: dict[str, F64], fronted: NDArray[np.bool_], random: np.random.Generator
) -> Lots:
    """Buildings along the `fronted` sides (S,) that have room for one."""
    owner, length = blocks.owner, blocks.side_length
    depth = measure["front_depth"][owner]
    begin = _mean(blocks.setback, blocks.start)[owner] + measure["front_yard"][owner]
    # One end of every side leaves the corner to its neighbour's front.
    room = length - 2 * begin - depth - 1.0
    side = np.flatnonzero(fronted & (room >= 0.5 * measure["front_width"][owner]))
    width, gap = measure["front_width"][owner[side]], measure["front_gap"][owner[side]]
    of, middle, size = fill(np.zeros(len(side)), room[side], width, gap, random)
    side = side[of]
    along = (blocks.side[side, 1] - blocks.side[side, 0]) / length[side, None]
    inward = np.column_stack([-along[:, 1], along[:, 0]])
    back = blocks.setback[side] + measure["front_yard"][owner[side]] + depth[side] / 2
    centre = blocks.side[side, 0] + along * (begin[side] + middle)[:, None] + inward * back[:, None]
    angle = np.arctan2(along[:, 1], along[:, 0])
    return Lots(centre, angle, size, depth[side], owner[side], np.ones(len(side), np.bool_))


def row_lots(
    blocks: Blocks,
    measure: dict[str, F64],
    angle: F64,
    fronted: NDArray[np.bool_],
    random: np.random.Generator,
) -> Lots:
    """Buildings in rows inside the blocks; `fronted` sides (S,) keep the depth of a front and a yard free."""
    turned = _turned(blocks.side, -angle[blocks.owner])
    owner = blocks.owner
    clear = blocks.setback + 1.0
    clear = clear + np.where(fronted, measure["front_depth"][owner] + measure["front_yard"][owner] + 4.0, 0.0)
    block, low, high = _rows(turned, clear, blocks.start, measure, random)
    row, left, right = _spans(turned, clear, blocks.start, block, low, high)
    of = block[row]
    width, gap = measure["width"][of], measure["gap"][of]
    span, middle, size = fill(left, right, width, gap, random)
    row, of = row[span], of[span]
    keep = random.random(len(of)) < measure["full"][of]
    row, of, middle, size = row[keep], of[keep], middle[keep], size[keep]
    loose = measure["jitter"][of]
    x = middle + random.uniform(-1, 1, len(of)) * loose * 0.5
    y = (low + high)[row] / 2 + random.uniform(-1, 1, len(of)) * loose
    shrunk = size * random.uniform(0.86, 1.0, len(of))
    centre = _rotated(np.column_stack([x, y]), angle[of])
    return Lots(centre, angle[of], shrunk, measure["depth"][of], of, np.zeros(len(of), np.bool_))


def fill(left: F64, right: F64, width: F64, gap: F64, random: np.random.Generator) -> tuple[I64, F64, F64]:
    """Fills N spans with things about `width` wide and `gap` apart, flush with both ends.

    Returns the span, the middle and the width of each thing.
    """
    room = right - left
    wanted = width * random.uniform(0.8, 1.25, len(room))
    count = np.maximum(1, np.round((room + gap) / np.maximum(wanted + gap, 1.0))).astype(np.int64)
    size = (room - (count - 1) * gap) / count
    count[~((size >= LEAST_FILL * width) & (width > 0))] = 0
    size = np.minimum(size, 1.5 * width)
    span = np.repeat(np.arange(len(room)), count)
    place = np.arange(len(span)) - np.repeat(np.cumsum(count) - count, count)
    step = (room[span] - size[span]) / np.maximum(1, count[span] - 1)
    middle = np.where(count[span] > 1, left[span] + size[span] / 2 + place * step, (left + right)[span] / 2)
    return span, middle, size[span]


def _rows(
    side: F64, clear: F64, start: I64, measure: dict[str, F64], random: np.random.Generator
) -> tuple[I64, F64, F64]:
    """The strips of every block: its block, and where it begins and ends across the rows' direction."""
    y = side[:, :, 1].max(axis=1), side[:, :, 1].min(axis=1)
    top, bottom = np.maximum.reduceat(y[0], start[:-1]), np.minimum.reduceat(y[1], start[:-1])
    room, depth = top - bottom - 2 * _mean(clear, start), measure["depth"]
    pitch = np.maximum(measure["pitch"] * random.uniform(0.92, 1.12, len(room)), 1.0)
    count = np.clip(np.floor((room - depth) / pitch) + 1, 0, MOST_ROWS).astype(np.int64)
    count[(measure["pitch"] <= 0) | (room < depth)] = 0
    stretched = np.where(count > 1, (room - depth) / np.maximum(1, count - 1), 0.0)
    # A block with many rows keeps the pitch and leaves the rest open; the others end at both streets.
    pitch = np.where(count >= MOST_ROWS, pitch, stretched)
    begin = bottom + _mean(clear, start) + np.where(count == 1, (room - depth) / 2, 0.0)
    block = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(block)) - np.repeat(np.cumsum(count) - count, count)
    low = begin[block] + place * pitch[block]
    return block, low, low + depth[block]


def _spans(side: F64, clear: F64, start: I64, block: I64, low: F64, high: F64) -> tuple[I64, F64, F64]:
    """The row of every open span, and its left and right end: where both long edges of the strip lie inside."""
    below, above = _cuts(side, clear, start, block, low), _cuts(side, clear, start, block, high)
    rows = len(block)
    same = np.bincount(below[0], minlength=rows) == np.bincount(above[0], minlength=rows)
    below, above = (tuple(part[same[cut[0]]] for part in cut) for cut in (below, above))
    left, right = np.maximum(below[1], above[1])[::2], np.minimum(below[1], above[1])[1::2]
    row = below[0][::2]
    open_ = right > left
    return row[open_], left[open_], right[open_]


def _cuts(side: F64, clear: F64, start: I64, block: I64, y: F64) -> tuple[I64, F64]:
    """Where the line at height y (R,) cuts the sides of its block, moved inward by the clearance.

    Returns rows and positions sorted by both; every row has an even number of them, in and out in turn.
    """
    count = np.diff(start)[block]
    row = np.repeat(np.arange(len(block)), count)
    at = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + start[block][row]
    y_a, y_b = side[at, 0, 1], side[at, 1, 1]
    crossed = (y_a <= y[row]) != (y_b <= y[row])
    row, at = row[crossed], at[crossed]
    a, step = side[at, 0], side[at, 1] - side[at, 0]
    x = a[:, 0] + (y[row] - a[:, 1]) / step[:, 1] * step[:, 0]
    order = np.lexsort((x, row))
    row, at, x, step = row[order], at[order], x[order], step[order]
    slope = np.maximum(np.abs(step[:, 1]) / np.hypot(*step.T), FLATTEST)
    inward = np.where(np.arange(len(x)) % 2 == 0, 1.0, -1.0)
    return row, x + inward * clear[at] / slope


def _mean(values: F64, start: I64) -> F64:
    """(K,) mean over each block's sides."""
    return np.add.reduceat(values, start[:-1]) / np.diff(start)


def _turned(side: F64, angle: F64) -> F64:
    """Sides (S, 2, 2) turned by `angle` (S,) about the origin."""
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y = side[:, :, 0], side[:, :, 1]
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=2)


def _rotated(points: F64, angle: F64) -> F64:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.column_stack([cos * points[:, 0] - sin * points[:, 1], sin * points[:, 0] + cos * points[:, 1]])
