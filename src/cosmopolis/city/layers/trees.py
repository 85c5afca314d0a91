"""Trees with a height and a crown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.layers.streams import stream
from cosmopolis.city.model import Trees
from cosmopolis.city.raw import RawTree

CROWN_SHARE = 0.32  # crown radius by height of a street tree in leaf


def build_trees(raw: Sequence[RawTree], *, seed: int) -> Trees:
    """Measured trees; an unknown height is drawn between 6 and 12 m."""
    xy = np.array([tree.xy for tree in raw], np.float64).reshape(-1, 2)
    known = np.array([tree.height for tree in raw], np.float64)
    return trees_at(xy, known, np.array([tree.provenance for tree in raw], np.uint8), seed=seed)


def trees_at(
    xy: NDArray[np.float64], height: NDArray[np.float64], provenance: NDArray[np.uint8], *, seed: int
) -> Trees:
    """Trees at (T, 2) points; a height of 0 is drawn."""
    random = stream(seed, "trees")
    height = np.where(height > 0, height, random.uniform(6.0, 12.0, len(xy)))
    crown = height * CROWN_SHARE * random.uniform(0.85, 1.15, len(xy))
    return Trees(xy, height.astype(np.float32), crown.astype(np.float32), provenance)
