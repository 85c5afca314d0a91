"""Tables without rows have the columns, types and units of those with rows."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cosmopolis.city.errors import BadInput
from cosmopolis.demand.trips import Trips, no_trips, take
from cosmopolis.planning import schemas
from cosmopolis.planning.equilibrium import Equilibrium
from cosmopolis.planning.equilibrium_store import TRIPS, write
from cosmopolis.planning.recorder import Wanted
from cosmopolis.planning.run import record
from tests.simulation.drawings import busy_trips, chessboard

DECLARED = {
    "edges": schemas.EDGES, "lanes": schemas.LANES, "detectors": schemas.LOOPS, "areas": schemas.AREAS,
    "trips": schemas.NAMED_TRIPS, "fcd": schemas.TRAJECTORIES,
}  # fmt: skip


def run_of(trips: Trips, folder: Path, end: float) -> Path:
    (folder / "loops.csv").write_text("name,lane,position,end\nloop,0,60,\narea,0,0,100\n")
    wanted = Wanted(interval=60.0, fcd=5.0, xml=True, detectors=folder / "loops.csv")
    ids = np.array([f"car {n}" for n in range(len(trips))], dtype=object)
    record(
        chessboard(),
        trips,
        begin=0.0,
        end=end,
        seed=1,
        out=folder / "a.run",
        wanted=wanted,
        ids=ids,
        threads=1,
    )
    return folder / "a.run"


def late(trips: Trips, count: int) -> Trips:
    """The first of them after a quiet interval: a different interval of a run may be the empty one."""
    some = take(trips, np.arange(count))
    some.depart[:] += 70.0
    return some


@pytest.mark.parametrize(
    ("trips", "end", "rows"),
    [(no_trips(), 120.0, 0), (late(busy_trips(), 3), 130.0, 3), (no_trips(), 0.0, 0)],
    ids=["nobody", "quiet at first", "no time at all"],
)
def test_a_run_writes_what_is_declared(trips, end, rows, tmp_path):
    run = run_of(trips, tmp_path, end)
    for name, schema in DECLARED.items():
        assert pq.read_schema(run / f"{name}.parquet").equals(schema, check_metadata=True), name
    assert pq.read_metadata(run / "trips.parquet").num_rows == rows
    times = set(pq.read_table(run / "edges.parquet")["begin"].to_pylist())
    assert times == ({60.0, 120.0} if rows else set())


@pytest.mark.parametrize("trips", [no_trips(), take(busy_trips(), np.arange(5))], ids=["none", "some"])
def test_an_equilibrium_writes_what_is_declared(trips, tmp_path):
    write(Equilibrium(trips, np.array([0.1]), np.array([60.0]), np.array([0])), tmp_path / "e")
    assert pq.read_schema(tmp_path / "e" / "trips.parquet").equals(TRIPS)


class FullDisk(io.RawIOBase):
    """Takes a kilobyte."""

    taken = 0

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.taken += len(data)
        if self.taken > 1_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(data)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("file", ["fcd.parquet", "edges.parquet"])
def test_a_disk_that_fills_up_in_a_run_is_one_sentence(file, tmp_path, monkeypatch):
    real = pq.ParquetWriter

    def writer(path, schema, **options):
        sink = pa.PythonFile(FullDisk(), "w") if Path(path).name == file else path
        return real(sink, schema, **options)

    monkeypatch.setattr(pq, "ParquetWriter", writer)
    monkeypatch.setattr("cosmopolis.planning.trajectories.ROWS", 100)
    with pytest.raises(BadInput, match=r"The disk is full: .*a\.run was not written"):
        run_of(busy_trips(), tmp_path, 130.0)
    assert [path.name for path in tmp_path.iterdir()] == ["loops.csv"]
