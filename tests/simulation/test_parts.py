"""A simulation goes over its parts and reaches into none; what others may read of them cannot be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cosmopolis.city.errors import BadInput
from cosmopolis.demand.trips import take
from cosmopolis.simulation import COMMANDS, CloseLane, Events, Order, Simulation, SimulationView, snapshot
from cosmopolis.simulation.order import Refusal
from cosmopolis.simulation.part import Part
from tests.simulation.drawings import busy_trips, chessboard
from tests.simulation.roads import trips_of


class Strollers:
    """A part that only the tests know: somebody who walks round a block, a metre a step."""

    name = "strollers"
    commands: frozenset[type] = frozenset()
    identity: dict[str, Any] = {"block": 40}
    over = False

    def __init__(self) -> None:
        self.at = np.zeros(1)

    @property
    def view(self) -> NDArray[np.float64]:
        return self.at.copy()

    def step(self, time: float) -> Events:
        self.at = (self.at + 1.0) % 40.0
        return Events(time, halted=np.array([7]) if self.at[0] == 0.0 else np.zeros(0, np.int64))

    def refusal(self, commands: Sequence[Any]) -> Refusal | None:
        return None

    def obey(self, commands: Sequence[Any], time: float) -> list[int]:
        return []

    def arrays(self) -> dict[str, NDArray]:
        return {"at": self.at}

    def restore(self, found: Mapping[str, NDArray]) -> None:
        self.at = found["at"]


class Town(Simulation):
    """Traffic with strollers beside it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        strollers: Part = Strollers()
        self.parts = (*self.parts, strollers)


def test_a_part_beside_the_traffic_steps_is_kept_and_changes_nothing_of_it() -> None:
    city, trips = chessboard(), busy_trips()
    town, alone = Town(city, trips, threads=1), Simulation(city, trips, threads=1)
    halted = [town.step().halted.tolist().count(7) - alone.step().halted.tolist().count(7) for _ in range(90)]
    assert sum(halted) == 2
    both, own = snapshot.arrays(town), snapshot.arrays(alone)
    assert set(both) - set(own) == {"strollers.at"} and both["strollers.at"] == [10.0]
    assert all(np.array_equal(both[name], own[name]) for name in own)
    assert town.digest() != alone.digest()
    restored = Town.restore(city, trips, town.snapshot(), threads=2)
    assert restored.digest() == town.digest()
    town.run(30.0)
    restored.run(30.0)
    assert restored.digest() == town.digest()


def test_each_command_is_obeyed_by_one_part() -> None:
    simulation = Simulation(chessboard(2), trips_of([]), threads=1)
    obeyed = [command for part in simulation.parts for command in part.commands]
    assert len(obeyed) == len(set(obeyed)) and set(obeyed) == set(COMMANDS.values())


def test_every_array_of_a_snapshot_says_whose_it_is() -> None:
    simulation = Simulation(chessboard(2), trips_of([]), threads=1)
    assert {name.partition(".")[0] for name in snapshot.arrays(simulation)} == {"traffic", "time"}


def test_what_others_read_of_the_traffic_cannot_be_written() -> None:
    simulation = Simulation(chessboard(), busy_trips(), threads=1)
    simulation.run(30.0)
    digest, traffic = simulation.digest(), simulation.traffic
    for record in (
        traffic.cars,
        traffic.path_state,
        traffic.fleet,
        traffic.moves,
        traffic.roads,
        traffic.drivers,
    ):
        for name in type(record._record)._fields:  # type: ignore[union-attr]
            column = getattr(record, name)
            if isinstance(column, np.ndarray) and len(column):
                with pytest.raises(ValueError, match="read-only"):
                    column[0] = 1
        with pytest.raises(AttributeError):
            record.speed = np.zeros(1)  # type: ignore[misc]
    assert simulation.digest() == digest


def test_a_view_shows_what_the_simulation_shows_and_gives_copies() -> None:
    simulation = Simulation(chessboard(), busy_trips(), threads=1)
    simulation.run(60.0)
    view = SimulationView(simulation)
    seen, own = view.vehicles(), simulation.vehicles()
    assert all(np.array_equal(getattr(seen, name), getattr(own, name)) for name in vars(own))
    assert view.time == 60.0 and view.counts() == simulation.counts()
    assert np.array_equal(view.lights(), simulation.lights())
    assert np.array_equal(view.phases(), simulation.phases())
    assert np.array_equal(view.edge_state()[1], simulation.edge_state()[1])
    id = int(seen.id[0])
    assert view.vehicle(id) == simulation.vehicle(id)
    before, digest = seen.position.copy(), simulation.digest()
    for array in (*vars(seen).values(), view.lights(), view.phases(), *view.edge_state()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    view.counts()["vehicles"] = -1
    view.vehicle(id)["speed"] = -1.0  # type: ignore[index]
    for name in ("time", "vehicles", "step"):
        with pytest.raises(AttributeError):
            setattr(view, name, None)
    assert not any(hasattr(view, name) for name in ("step", "order", "restore", "parts", "run"))
    assert simulation.digest() == digest
    simulation.run(5.0)
    assert np.array_equal(seen.position, before)


def test_a_snapshot_is_of_the_contents_of_city_and_trips_and_not_of_their_sizes() -> None:
    city, trips = chessboard(), busy_trips()
    data = Simulation(city, trips, threads=1).snapshot()
    with pytest.raises(BadInput, match="snapshot is of another run: not the same trips;"):
        Simulation.restore(city, take(trips, np.arange(len(trips))[::-1]), data)
    with pytest.raises(BadInput, match="not the same city;"):
        Simulation.restore(chessboard(3, 1), trips, data)
    with pytest.raises(BadInput, match="not the same traffic daily;"):
        Simulation.restore(city, trips, data, daily=False)


def test_a_snapshot_knows_what_is_in_force() -> None:
    simulation = Simulation(chessboard(2), trips_of([]), threads=1)
    simulation.step([CloseLane(0)], by="Ada")
    simulation.run(10.0)
    restored = Simulation.restore(simulation.city, simulation.trips, simulation.snapshot(), threads=1)
    assert restored.log.in_force() == (Order("Ada", (CloseLane(0),)),)
    assert restored.steps == simulation.steps == 21
