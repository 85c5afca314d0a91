"""What the benchmarks promise to say; how fast anything is, no test asserts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cosmopolis.benchmarks import measurement, sumo_traffic
from cosmopolis.benchmarks.grid import grid
from cosmopolis.benchmarks.random_trips import free_times, random_trips
from cosmopolis.benchmarks.traffic import Case, run
from cosmopolis.city.build import build

TINY = Case(junctions=4, seconds=60.0, period=1.0, distance=300.0, runs=1)
OURS = {"trips", "unroutable", "waiting_at_end", "cold_s", "runs"}
PROMISED = {
    "engine", "case", "wall_s", "cpu_s", "simulated_s", "updates_per_s", "updates_per_cpu_s", "inserted", "arrived",
    "running_at_end", "mean_time_loss_s", "peak_mb", "threads",
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    return list(run([TINY], first_start=False))


def test_every_engine_says_what_is_promised(rows):
    measured = [row for row in rows[:-1] if "skipped" not in row]
    assert measured
    for row in measured:
        assert row.keys() >= (PROMISED | OURS if row["engine"] == "cosmopolis" else PROMISED)


def test_ours_accounts_for_every_trip(rows):
    mine = [row for row in rows if row["engine"] == "cosmopolis"]
    assert mine
    for row in mine:
        assert row["trips"] == pytest.approx(60, abs=10) and row["unroutable"] == 0
        assert row["inserted"] + row["waiting_at_end"] == row["trips"]
        assert row["arrived"] + row["running_at_end"] == row["inserted"]
        assert row["inserted"] > 50


def test_the_number_of_threads_changes_nothing_but_the_time(rows):
    same = ("inserted", "arrived", "running_at_end", "mean_time_loss_s")
    assert len({tuple(row[key] for key in same) for row in rows if row["engine"] == "cosmopolis"}) == 1


@pytest.mark.skipif(not sumo_traffic.installed(), reason="eclipse-sumo is not installed")
def test_the_peer_drives_the_same_trips_and_the_last_row_compares(rows):
    micro, meso = (
        next(row for row in rows if row["engine"] == f"sumo {model}") for model in ("micro", "meso")
    )
    mine = rows[0]["trips"]
    assert micro["inserted"] == pytest.approx(mine, abs=3) and meso["inserted"] == pytest.approx(mine, abs=3)
    assert rows[-1]["ratios"][0].keys() >= {"updates_over_micro", "updates_over_meso", "micro_wall_over_ours"}


def test_watching_is_timed_beside_the_run():
    rows = list(measurement.run(replace(TINY, seconds=120.0, period=2.0)))
    assert rows[0]["threads"] == 1
    for row in rows:
        assert row["updates"] > 500
        assert row["wall_ratio"] == pytest.approx(1 + row["observer_ns"] / row["step_ns"], abs=0.02)


def test_free_times_are_the_lanes_and_the_turns_at_the_limit():
    network = (city := build(grid(4))).network
    trips = random_trips(city, 50, 60.0, distance=300.0)
    times = free_times(network, trips)
    for row in range(len(trips)):
        route = trips.route[trips.route_start[row] : trips.route_start[row + 1]]
        lanes = network.lanes.length[network.edges.first_lane[route]]
        metres = float(lanes.sum() - trips.from_position[row] - (lanes[-1] - trips.to_position[row]))
        # grid streets have one limit; a turn is 0 to 45 m long
        speed = float(network.edges.speed[route[0]])
        assert metres / speed <= times[row] <= (metres + 45.0 * (len(route) - 1)) / speed
    assert sorted(trips.depart) == list(trips.depart)


def test_the_card_is_measured_beside_the_processor_or_the_row_says_why_not():
    from cosmopolis.benchmarks import gpu

    *processor, card = gpu.run(gpu.Case(vehicles=200, steps=3, runs=1))
    assert [row["engine"] for row in processor] == ["cpu"] * len(processor)
    assert all(row["vehicles"] == 200 and row["updates_per_s"] > 0 for row in processor)
    assert card["engine"] == "gpu"
    assert card.get("skipped") or card.keys() >= {"device", "updates_per_s", "gpu_over_cpu"}
