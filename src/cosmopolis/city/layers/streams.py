"""Random numbers by layer, so that a change in one layer leaves the others as they were."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, layer: str) -> np.random.Generator:
    """The generator of `layer`; the same for the same seed and name, whatever else is drawn."""
    return np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(layer.encode())]))
