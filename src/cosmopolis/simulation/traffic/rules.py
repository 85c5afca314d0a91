"""The rules that a user may set for a run. The defaults are those of a city."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput


@dataclass(frozen=True, slots=True)
class TrafficRules:
    """A share scales what the city's own figures give."""

    teleport_after: float = 0.0  # s of standing after which a vehicle is teleported along its route; 0: never
    kerb_stops: float = 1.0  # share of the usual time for which stops and pull-outs block the lane; 0: none
    bike_box: float = 0.0  # m before stop lines at lights that cars leave to two-wheelers; 0: there is none
    on_foot: float = 1.0  # share of the usual number of people on crossings; 0: nobody

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0.0 <= value < 1.0e6:
                raise BadInput(f"The rule {field.name} is {value}; it is a number from 0 upwards.")

    def as_array(self) -> NDArray[np.float64]:
        """For a snapshot."""
        return np.array(astuple(self), np.float64)
