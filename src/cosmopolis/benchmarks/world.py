"""What it costs to show a city: one picture of 20,000 vehicles, visitors a core, and the bytes of a first view.

Visitors are real sockets on the loopback, in a process of their own; only the server's CPU time counts.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cosmopolis.world import frames
from cosmopolis.world.channels import world_channels
from cosmopolis.world.clock import SetTime
from cosmopolis.world.gate import Gate
from cosmopolis.world.interest import CELL, Grid, Paths
from cosmopolis.world.picture import EdgeState, Picture, Traffic
from cosmopolis.world.room import Room
from cosmopolis.world.server import Front, bind

VEHICLES = 20_000
SIDE = 12_000.0  # m of a square town
STREETS = 5_000
VISITORS = (100, 400)
RADIUS = 1_000.0  # m that each of them sees
HERTZ, SECONDS = 10.0, 5.0


def run() -> Iterator[dict[str, Any]]:
    town = Town()
    yield from picture_cost(town)
    for visitors in VISITORS:
        yield visitors_per_core(town, visitors)
    yield from first_view()


class Town:
    """Straight streets at random, and vehicles on them."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        begin = rng.uniform(0, SIDE, (STREETS, 2))
        end = begin + rng.uniform(-200, 200, (STREETS, 2))
        length = np.hypot(*(end - begin).T)
        offset = np.concatenate([[0.0], np.cumsum(length[:-1] + 1.0)])
        self.paths = Paths(
            xy=np.stack([begin, end], axis=1).reshape(-1, 2),
            start=2 * np.arange(STREETS + 1),
            along=np.stack([offset, offset + length], axis=1).ravel(),
            offset=offset,
            length=length,
        )
        self.grid = Grid.around(self.paths.xy)
        path = np.sort(rng.integers(0, STREETS, VEHICLES)).astype(np.int32)
        self.traffic = Traffic(
            id=np.arange(VEHICLES, dtype=np.uint32),
            path=path,
            position=(rng.random(VEHICLES) * length[path]).astype(np.float32),
            speed=rng.uniform(0, 20, VEHICLES).astype(np.float32),
            kind=rng.integers(0, 8, VEHICLES).astype(np.uint8),
        )

    def cells(self) -> frames.CellRecords:
        """What the engine does for every picture."""
        t = self.traffic
        place = self.paths.place(t.path, t.position)
        return frames.cell_records(self.grid.cell(place), self.grid.cells, **vars(t))

    def picture(self, tick: int) -> Picture:
        return Picture(
            tick=tick,
            time=28_800.0 + tick,
            era=1,
            traffic=self.traffic,
            cells=self.cells(),
            phases=np.full(800, tick // 50 % 6, np.uint16),
            edges=EdgeState(*(np.ones(STREETS, np.float32) for _ in range(4))),
            counts={},
            speed_reached=1.0,
            updates_per_s=0.0,
        )


def picture_cost(town: Town) -> Iterator[dict[str, Any]]:
    room = Room("bench", world_channels(town.grid))
    id = room.join()
    room.receive(id, '{"type":"hello","protocol":1}', 0.0)
    room.receive(id, json.dumps({"type": "view", "x": SIDE / 2, "y": SIDE / 2, "radius": SIDE}), 0.0)
    picture = town.picture(1)
    whole = len(picture.cells.data)
    place = town.paths.place(town.traffic.path, town.traffic.position)
    yield {
        "case": f"one picture of {VEHICLES:,} vehicles",
        "place_ms": milliseconds(lambda: town.paths.place(town.traffic.path, town.traffic.position)),
        "encode_ms": milliseconds(
            lambda: frames.cell_records(town.grid.cell(place), town.grid.cells, **vars(town.traffic))
        ),
        "show_all_to_one_ms": milliseconds(lambda: room.show(picture, 0.0)),
        "cells": len(town.grid.cells),
        "bytes": whole,
    }


def milliseconds(work: Callable[[], Any], times: int = 30) -> float:
    """Median CPU milliseconds of a call."""
    spent = []
    for _ in range(times):
        begun = time.thread_time()
        work()
        spent.append((time.thread_time() - begun) * 1000)
    return round(statistics.median(spent), 3)


class _NoEngine:
    def steer(self, order: SetTime) -> None: ...
    def watch(self, vehicles: frozenset[int]) -> None: ...


def visitors_per_core(town: Town, visitors: int) -> dict[str, Any]:
    """The server's CPU time while `visitors` look at `RADIUS` metres each, `HERTZ` pictures a second."""
    gate = Gate(Room("bench", world_channels(town.grid)))
    gate.attach(_NoEngine())
    sock = bind("127.0.0.1", 0)
    port = sock.getsockname()[1]
    ready = threading.Event()
    front = Front(sock, _no_app, gate, ready.set)
    thread = threading.Thread(target=front.run)
    thread.start()
    ready.wait()
    spawn = multiprocessing.get_context("spawn")
    there, results = spawn.Event(), spawn.Queue()
    process = spawn.Process(target=_visit, args=(port, visitors, there, results), daemon=True)
    process.start()
    tick = 1
    gate.show(town.picture(tick))
    there.wait()
    before, begun = _cpu(), time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        tick += 1
        gate.show(town.picture(tick))
        time.sleep(max(0.0, begun + (tick - 1) / HERTZ - time.perf_counter()))
    wall, cpu = time.perf_counter() - begun, _cpu() - before
    heard, bytes_ = results.get(timeout=60)
    front.stop()
    thread.join()
    process.join()
    share = heard / (visitors * (tick - 1))  # below 1 if the visitors' process could not follow
    return {
        "case": f"{visitors} visitors at {HERTZ:g} Hz, {RADIUS:g} m around each",
        "server_cpu_share": round(cpu / wall, 3),
        "visitors_per_core": round(visitors * min(1.0, share) / (cpu / wall)),
        "frames_heard_share": round(share, 3),
        "megabytes_per_s": round(bytes_ / wall / 1e6, 1),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _no_app(scope: Any, receive: Any, send: Any) -> None:
    return None


def _visit(port: int, visitors: int, there: Any, results: Any) -> None:
    """In a process of its own: connect, say what to see, count what comes."""
    import uvloop
    from picows import WSListener, WSMsgType, ws_connect

    seen = [0, 0]

    class Visitor(WSListener):  # type: ignore[misc]
        def on_ws_frame(self, transport: Any, frame: Any) -> None:
            if frame.msg_type == WSMsgType.BINARY and frame.payload_size > 4096:
                seen[0] += 1
                seen[1] += frame.payload_size

    async def come() -> None:
        rng = np.random.default_rng(2)
        for _ in range(visitors):
            transport, _listener = await ws_connect(Visitor, f"ws://127.0.0.1:{port}/live")
            x, y = rng.uniform(2 * CELL, SIDE - 2 * CELL, 2)
            transport.send(WSMsgType.TEXT, b'{"type":"hello","protocol":1}')
            view = {"type": "view", "x": x, "y": y, "radius": RADIUS}
            transport.send(WSMsgType.TEXT, json.dumps(view).encode())
        await asyncio.sleep(0.5)
        seen[:] = [0, 0]
        there.set()
        await asyncio.sleep(SECONDS + 1.0)
        results.put(tuple(seen))

    uvloop.run(come())


def first_view() -> Iterator[dict[str, Any]]:
    """Bytes over the wire before one sees the city: the client, the network, the ground and the tiles around."""
    from cosmopolis.city.store import load
    from cosmopolis.world.api import CLIENT
    from cosmopolis.world.client_files import packed_size
    from cosmopolis.world.static.shelf import make

    client = sum(packed_size(file) for file in CLIENT.rglob("*") if file.is_file())
    for folder in filter(None, os.environ.get("COSMOPOLIS_BENCH_CITIES", "").split(os.pathsep)):
        city = load(Path(folder))
        begun = time.process_time()
        shelf = make(city)
        index = shelf.index
        x, y = (city.bounds[0] + city.bounds[2]) / 2000, (city.bounds[1] + city.bounds[3]) / 2000
        near = [e for e in index.tiles if abs(e.x + 0.5 - x) <= 2 and abs(e.y + 0.5 - y) <= 2]
        parts = {
            "client": client,
            "network": shelf.size(index.network),
            "ground": shelf.size(index.ground),
            "tiles_around": sum(map(shelf.size, near)),
        }
        yield {
            "case": f"first view of {city.name}, brotli",
            **{f"{name}_kb": round(size / 1000) for name, size in parts.items()},
            "sum_kb": round(sum(parts.values()) / 1000),
            "all_tiles_kb": round(sum(map(shelf.size, index.tiles)) / 1000),
            "made_cpu_s": round(time.process_time() - begun, 2),
        }
