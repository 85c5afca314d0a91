"""What is asked for: a seed, a number of people and a name. Every stage draws from its own stream."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from zlib import crc32

import numpy as np
from numpy.random import Generator, SeedSequence

from cosmopolis.city.errors import BadInput

REFERENCE = 60_000  # people of the town as designed
SMALLEST, LARGEST = 2_000, 400_000


@dataclass(frozen=True)
class Brief:
    seed: int = 1
    population: int = REFERENCE
    name: str = "Xinting"

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise BadInput(f"The seed {self.seed} is negative; give a whole number from 0 up.")
        if not SMALLEST <= self.population <= LARGEST:
            raise BadInput(
                f"A town of {self.population} people cannot be grown; "
                f"give a population between {SMALLEST:,} and {LARGEST:,}."
            )

    @property
    def scale(self) -> float:
        """Length of the town relative to the town of 60,000; never below what a superblock needs."""
        return max(sqrt(self.population / REFERENCE), 0.36)

    def rng(self, stage: str) -> Generator:
        """The stage's own random stream: a change in one stage leaves the others as they were."""
        return np.random.default_rng(SeedSequence([self.seed, crc32(stage.encode())]))
