"""A simulation that is being prepared for another time of day."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from cosmopolis.world.clock import hhmm

log = logging.getLogger(__name__)
Run = TypeVar("Run")


class Preparation(Generic[Run]):
    """A simulation being prepared for another time of day in a thread of its own, while the present one goes on.
    There is one at a time, so that at most two simulations are in memory."""

    def __init__(self, begin: Callable[[float], Run], to: float, done: Callable[[], None]) -> None:
        self.to = to
        self.result: Run | None = None
        self.finished = False
        threading.Thread(target=self._prepare, args=(begin, done), name="jump", daemon=True).start()

    def _prepare(self, begin: Callable[[float], Run], done: Callable[[], None]) -> None:
        try:
            self.result = begin(self.to)
        except Exception:
            log.exception("the jump to %s failed", hhmm(self.to))
        finally:
            self.finished = True
            done()
