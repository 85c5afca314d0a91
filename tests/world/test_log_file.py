"""The log of a running city on disk: whole after a crash, no longer than it must be, and never in anybody's way."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation import AddTrip, CloseLane, Events, Order, SetSpeedLimit, Simulation, replay
from cosmopolis.world.clock import SetTime
from cosmopolis.world.edges import EdgeMeter
from cosmopolis.world.engine import Engine, Maker
from cosmopolis.world.interest import Grid, Paths
from cosmopolis.world.log_file import BEFORE, LOG, LogFile, open_log, read_log
from tests.simulation.drawings import busy_trips, chessboard
from tests.world.clockwork import Watcher

CITY = chessboard(3).with_version("a version")
TRIPS = busy_trips()


@pytest.fixture
def stored(tmp_path: Path) -> Any:
    store = LogFile(tmp_path / "log")
    yield store
    store.close()


def logged(store: LogFile, simulation: Simulation, by: str, *commands: Any) -> None:
    simulation.order(Order(by, commands))
    store.append(simulation.log.entries[-1])


def test_what_is_appended_is_read_by_another_process_at_once(stored: LogFile) -> None:
    simulation = Simulation(CITY, TRIPS, threads=1)
    stored.rotate(simulation.log)
    simulation.run(20.0)
    logged(stored, simulation, "Ada", CloseLane(4), AddTrip(0, 20.0, 30, 50.0))
    read = read_log(stored.folder / LOG)
    assert read is not None
    assert replay(CITY, TRIPS, read, threads=2).digest() == simulation.digest()


def test_a_rotated_log_goes_on_from_its_snapshot_and_keeps_no_others(stored: LogFile) -> None:
    simulation = Simulation(CITY, TRIPS, threads=1)
    stored.rotate(simulation.log)
    for lane in range(3):
        logged(stored, simulation, "Ada", CloseLane(lane))
        simulation.run(20.0)
        simulation.log.rotate(simulation.snapshot())
        stored.rotate(simulation.log)
    logged(stored, simulation, "Bob", SetSpeedLimit(0, 7.0))
    assert sorted(path.name for path in stored.folder.iterdir()) == [LOG, "lock", "snapshot-3.npz"]
    assert len((stored.folder / LOG).read_text().splitlines()) == 2
    read = stored.read()
    assert read is not None and read.in_force() == simulation.log.in_force()
    assert replay(CITY, TRIPS, read, threads=1).digest() == simulation.digest()


def test_a_torn_last_line_is_left_out_and_a_missing_snapshot_is_told(stored: LogFile) -> None:
    simulation = Simulation(CITY, TRIPS, threads=1)
    simulation.log.rotate(simulation.snapshot())
    stored.rotate(simulation.log)
    logged(stored, simulation, "Ada", CloseLane(1))
    logged(stored, simulation, "Ada", CloseLane(2))
    path = stored.folder / LOG
    path.write_bytes(path.read_bytes()[:-20])
    read = stored.read()
    assert read is not None and read.entries == simulation.log.entries[:1]
    (stored.folder / "snapshot-1.npz").unlink()
    with pytest.raises(BadInput, match=r"goes on from snapshot-1\.npz, which cannot be read"):
        stored.read()


def test_the_log_of_the_run_before_is_still_there_and_that_of_the_one_before_it_is_not(
    tmp_path: Path,
) -> None:
    for by in ("Ada", "Bob", "Cid"):
        store = LogFile(tmp_path)
        simulation = Simulation(CITY, TRIPS, threads=1)
        simulation.log.rotate(simulation.snapshot())
        store.rotate(simulation.log)
        logged(store, simulation, by, CloseLane(1))
        store.close()
    before, last = read_log(tmp_path / BEFORE), read_log(tmp_path / LOG)
    assert before is not None and last is not None
    assert [log.entries[0].by for log in (before, last)] == ["Bob", "Cid"]  # type: ignore[union-attr]
    assert replay(CITY, TRIPS, before, threads=1).digest() == replay(CITY, TRIPS, last, threads=1).digest()
    assert len(list(tmp_path.glob("snapshot-*"))) == 2


def test_two_servers_of_a_city_keep_two_logs(tmp_path: Path) -> None:
    one, two = open_log("a version", tmp_path), open_log("a version", tmp_path)
    assert one is not None and two is not None and one.folder != two.folder
    assert one.folder.parent == tmp_path / ".cache"
    first = one.folder
    one.close()
    again = open_log("a version", tmp_path)
    assert again is not None and again.folder == first
    for store in (two, again):
        store.close()


def test_a_folder_that_cannot_be_written_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSMOPOLIS_STATE", str(tmp_path / "state"))
    (tmp_path / "city").write_text("a file, in which no folder can be made")
    store = open_log("a version", tmp_path / "city")
    assert store is not None and store.folder.parent == tmp_path / "state"
    store.close()
    monkeypatch.setenv("COSMOPOLIS_STATE", str(tmp_path / "city"))
    assert open_log("a version", tmp_path / "city") is None
    assert open_log("", tmp_path) is None  # nothing would know which city it is of


def test_an_order_survives_a_process_that_is_killed(tmp_path: Path) -> None:
    script = """
        import os, sys
        from pathlib import Path
        from cosmopolis.simulation import CloseLane, CommandLog
        from cosmopolis.simulation.beginning import Beginning, RunOptions
        from cosmopolis.simulation.order import OrderApplied
        from cosmopolis.world.log_file import LogFile
        store = LogFile(Path(sys.argv[1]))
        store.rotate(CommandLog(lambda: Beginning("0", "city", "trips", {}, RunOptions())))
        store.append(OrderApplied(3.0, 6, "Ada", (CloseLane(4),)))
        os._exit(9)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], env=os.environ)
    assert done.returncode == 9
    read = read_log(tmp_path / LOG)
    assert read is not None and [entry.step for entry in read.entries] == [6]
    LogFile(tmp_path).close()  # the dead one's lock is gone with it


def engine_of(begin: Callable[[float], Simulation], store: LogFile | None) -> tuple[Engine, Watcher]:
    """A real city that is not started yet."""
    paths, watcher = Paths.of(CITY.network), Watcher()
    engine = Engine(
        Maker(begin, lambda data: Simulation.restore(CITY, TRIPS, data, threads=1)),
        paths,
        Grid.around(paths.xy),
        EdgeMeter.of(CITY.network),
        at=20.0,
        speed=30.0,
        show=watcher.show,
        tell=watcher.tell,
        refuse=watcher.refuse,
        store=store,
    )
    return engine, watcher


def test_a_running_city_is_made_again_from_its_log(tmp_path: Path) -> None:
    """A real one: orders while it runs, a jump, and a replay of what lies on disk."""
    made: list[Simulation] = []

    def begin(at: float) -> Simulation:
        made.append(Simulation(CITY, TRIPS, start=at, threads=2))
        return made[-1]

    engine, watcher = engine_of(begin, LogFile(tmp_path))
    engine.start()
    try:
        watcher.until(lambda: len(watcher.pictures) > 2)
        engine.order([CloseLane(4), AddTrip(0, 20.0, 30, 50.0)], "Ada").result(20)
        engine.steer(SetTime(jump=60.0))
        watcher.until(lambda: watcher.pictures[-1].era > watcher.pictures[0].era)
        engine.order([SetSpeedLimit(0, 7.0), AddTrip(30, 20.0, 0, 50.0)], "Bob").result(20)
        watcher.until(lambda: watcher.pictures[-1].time > 70.0)
        engine.order([CloseLane(8)], "Ada").result(20)
        engine.steer(SetTime(paused=True))
        engine.ask(lambda view: view.time).result(20)
    finally:
        engine.stop()
    read = read_log(tmp_path / LOG)
    assert read is not None and read.snapshot is not None
    assert read.in_force() == (
        Order("Ada", (CloseLane(4), CloseLane(8))),
        Order("Bob", (SetSpeedLimit(0, 7.0),)),
    )
    again = replay(CITY, TRIPS, read, threads=1)
    again.run(made[-1].time - again.time)
    assert again.digest() == made[-1].digest()
    assert [lost.by for lost in watcher.lost] == ["Ada"]


class Fragile(Simulation):
    """Fails once, at 60 s; what is restored is sound."""

    def step(self, *args: Any, **options: Any) -> Events:
        if self.time == 60.0:
            raise MemoryError
        return super().step(*args, **options)


def test_after_a_fault_a_real_city_is_as_if_there_had_been_none(tmp_path: Path) -> None:
    """The orders since the snapshot are given again at their steps, and the log on disk is still right."""
    engine, watcher = engine_of(lambda at: Fragile(CITY, TRIPS, start=at, threads=1), LogFile(tmp_path))
    engine.start()
    try:
        watcher.until(lambda: len(watcher.pictures) > 1)
        engine.order([CloseLane(4), AddTrip(0, 20.0, 30, 50.0)], "Ada").result(20)
        watcher.until(lambda: watcher.news)
        engine.steer(SetTime(paused=True))
        engine.ask(lambda view: view.time).result(20)
        engine.order([SetSpeedLimit(0, 7.0)], "Bob").result(20)
    finally:
        engine.stop()
    now = engine._simulation
    assert isinstance(now, Simulation) and not isinstance(now, Fragile)
    read = read_log(tmp_path / LOG)
    assert read is not None and [order.by for order in read.in_force()] == ["Ada", "Bob"]
    again = replay(CITY, TRIPS, read, threads=2)
    assert (again.steps, again.digest()) == (now.steps, now.digest())
    assert watcher.lost == []
