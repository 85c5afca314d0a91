"""Separate lanes, rings or open roads, simulated wholly on the card: the sibling of `traffic.rings`.

The arrays stay in the card's memory between the steps. A step is four launches that nobody waits for.
"""

from __future__ import annotations

from cosmopolis.simulation.clock import DT
from cosmopolis.simulation.traffic import drivers as kinds
from cosmopolis.simulation.traffic import rings, state
from cosmopolis.simulation.traffic.gpu.car_following import follow, move
from cosmopolis.simulation.traffic.gpu.card import insist
from cosmopolis.simulation.traffic.gpu.device import blocks, cuda, launched, on_device
from cosmopolis.simulation.traffic.gpu.state import DeviceCars, DeviceDrivers, DeviceMoves, upload
from cosmopolis.simulation.traffic.rings import F32, Rings, seated, unseated

_lead_round = on_device(rings.lead_round)
_go_on = on_device(rings.go_on)


@launched
def lead_round(
    lanes: int, rings: Rings, drivers: DeviceDrivers, cars: DeviceCars, moves: DeviceMoves
) -> None:
    """One thread a lane: its first car follows its last one, once around."""
    path = cuda.grid(1)
    if path < lanes:
        _lead_round(path, path + 1, rings, drivers, cars, moves)


@launched
def go_on(count: int, rings: Rings, cars: DeviceCars, moves: DeviceMoves) -> None:
    """One thread a vehicle: it stands where it moved to."""
    i = cuda.grid(1)
    if i < count:
        _go_on(i, i + 1, rings, cars, moves)


class DeviceRingTraffic:
    """Cars on separate lanes, driven by the graphics card; as `traffic.rings.RingTraffic` within float32 rounding."""

    def __init__(self, cars: state.Cars, around: F32, drivers: kinds.Drivers) -> None:
        """Copies everything to the card. Raises BadInput where there is none, and as `traffic.rings` does."""
        insist()
        self._seated, lanes = seated(cars, around, drivers)
        self._rings, self._drivers = upload(lanes, Rings), upload(drivers, DeviceDrivers)
        self._cars = upload(self._seated, DeviceCars)
        self._moves = upload(state.empty_moves(1, 1, len(self._seated.position)), DeviceMoves)

    def run(self, steps: int) -> None:
        """Drive on for `steps` steps of DT s, and wait for the last."""
        drivers, cars, moves, lanes = self._drivers, self._cars, self._moves, self._rings
        count, paths = len(self._seated.position) - 1, len(self._seated.start) - 1
        by_car, by_lane = blocks(count), blocks(paths)
        for _ in range(steps):
            follow[by_car](count, drivers, cars, moves)
            lead_round[by_lane](paths, lanes, drivers, cars, moves)
            move[by_car](count, drivers, cars, moves, DT)
            go_on[by_car](count, lanes, cars, moves)
        cuda.synchronize()

    def cars(self) -> state.Cars:
        """The cars as they are now, back in the processor's memory."""
        position, speed = (column.copy_to_host() for column in (self._cars.position, self._cars.speed))
        return unseated(self._seated._replace(position=position, speed=speed))
