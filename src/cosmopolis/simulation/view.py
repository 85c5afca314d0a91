"""What somebody may look at of a running simulation: everything, and nothing that changes it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cosmopolis.simulation.vehicles import Vehicles


class Watched(Protocol):
    """What a view shows of a run."""

    @property
    def time(self) -> float: ...
    def vehicles(self) -> Vehicles: ...
    def vehicle(self, id: int) -> dict[str, Any] | None: ...
    def phases(self) -> NDArray[np.uint16]: ...
    def lights(self) -> NDArray[np.uint8]: ...
    def edge_state(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]: ...
    def counts(self) -> dict[str, int]: ...


class SimulationView:
    """A run as it is now. What it gives are copies that cannot be written: keep them as long as you like."""

    __slots__ = ("_of",)

    def __init__(self, run: Watched) -> None:
        object.__setattr__(self, "_of", run)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a view of a simulation is read only: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a view of a simulation is read only: {name} cannot be deleted")

    _of: Watched

    @property
    def time(self) -> float:
        """s after midnight of day 0."""
        return self._of.time

    def vehicles(self) -> Vehicles:
        """Everybody on the road."""
        vehicles = self._of.vehicles()
        for array in vars(vehicles).values():
            _lock(array)
        return vehicles

    def vehicle(self, id: int) -> dict[str, Any] | None:
        """One vehicle and its trip; None when it is not on the road."""
        return self._of.vehicle(id)

    def phases(self) -> NDArray[np.uint16]:
        """(S,) the phase that each signal program shows."""
        return _lock(self._of.phases())

    def lights(self) -> NDArray[np.uint8]:
        """(C,) words.Light that each connection sees."""
        return _lock(self._of.lights())

    def edge_state(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(E,) mean speed as a share of the limit, and (E,) vehicles per lane-km."""
        ratio, density = self._of.edge_state()
        return _lock(ratio), _lock(density)

    def counts(self) -> dict[str, int]:
        """Where the trips are, and what has been counted since the start."""
        return dict(self._of.counts())


def _lock(array: Any) -> Any:
    array.flags.writeable = False
    return array
