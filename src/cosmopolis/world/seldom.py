"""A logger for faults of clients, limited in rate, so that they cannot fill the disk."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import Any

from cosmopolis.world.limits import LOG_EVERY


class Seldom(logging.LoggerAdapter):
    """Writes a line every LOG_EVERY seconds at most, and how many were left out since the last."""

    def __init__(self, logger: logging.Logger, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logger, {})
        self._now, self._next, self._left_out = now, -math.inf, 0

    @property
    def level(self) -> int:
        return self.logger.level

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        if not self.isEnabledFor(level):
            return
        now = self._now()
        if now < self._next:
            self._left_out += 1
            return
        if self._left_out:
            msg, self._left_out = f"{msg} (and {self._left_out} like it)", 0
        self._next = now + LOG_EVERY
        super().log(level, msg, *args, **kwargs)
