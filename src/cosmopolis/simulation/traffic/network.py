"""City.network as flat arrays for the kernels, with its own numbering of paths: lanes and connections.

Each edge's lanes come first, then the connections that leave them, edge after edge. So a chunk of paths holds
whole edges and all connections out of them, the connections of a lane are a range of numbers, and neither
lane changes nor the entry to a junction leave the chunk.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cosmopolis.city.model import Network
from cosmopolis.city.network.ragged import ranges
from cosmopolis.city.words import Control, Mode, StreetKind, Turn
from cosmopolis.simulation.traffic.bends import bends
from cosmopolis.simulation.traffic.crossings import pedestrian_crossings
from cosmopolis.simulation.traffic.kerb import kerb_of_lanes
from cosmopolis.simulation.traffic.stages import stages_of

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]

SHORTEST_PATH = 0.5  # m: a shorter path counts as this long, so that a vehicle is always on some path
FILTERING_WIDTH = 2.9  # m: in a lane so wide two-wheelers filter past cars
BOX_LANE = 4.0  # a lane with a bike box is at least so many times longer than the box
CHUNK_PATHS = 192  # paths a chunk aims at: few enough to balance the threads, enough to pay for a call
MOST_CHUNKS = 60_000  # that a ticket of crew.py can number


_RIGHT = Turn.RIGHT | Turn.SLIGHT_RIGHT | Turn.SHARP_RIGHT
_LEFT = Turn.LEFT | Turn.SLIGHT_LEFT | Turn.SHARP_LEFT
_FAST = StreetKind.MOTORWAY, StreetKind.TRUNK


class RoadNetwork(NamedTuple):
    """What does not change in a run. P paths = L lanes + C connections; E edges; S signal programs."""

    paths: int  # P
    edges: int  # E
    programs: int  # S
    chunks: int
    length: F32  # (P,) m
    limit: F32  # (P,) m/s, speed limit, or what the curve of a connection allows
    edge: I32  # (P,) edge of a lane; -1 for a connection
    to_edge: I32  # (P,) edge that a connection leads to; -1 for a lane
    lane_index: I32  # (P,) 0 at the kerb; -1 for a connection
    lane_count: I32  # (P,) lanes of its edge; 0 for a connection
    modes: U16  # (P,) words.Mode set
    out_start: I32  # (P,) first connection out of a lane
    out_end: I32  # (P,) one past its last; as out_start where none leads on, and for a connection
    from_lane: I32  # (P,) lane that a connection leaves; -1 for a lane
    to_lane: I32  # (P,) lane that it leads to; -1 for a lane
    in_start: I32  # (P + 1,) rows of in_path
    in_path: I32  # (C,) connections into a lane
    conflict_start: I32  # (P + 1,) rows of the following seven, one for each conflict of a connection
    conflict: I32  # (K,) the other connection
    conflict_begin: F32  # (K,) m along this connection where the conflict area begins
    conflict_end: F32  # (K,) m along this connection where it ends
    other_begin: F32  # (K,) m along the other connection
    other_end: F32  # (K,) m along the other connection
    yields: U8  # (K,) 1: this connection yields to the other, signals aside
    merge: U8  # (K,) 1: both end in one lane
    goes_first: U8  # (K,) 1: a vehicle on this one goes where both could enter the area in one step
    minor: U8  # (P,) 1: a connection that yields to some other
    circulating: U8  # (P,) 1: a connection from one edge of a roundabout to the next
    roundabout_entry: U8  # (P,) 1: a connection that enters a roundabout
    turn_on_red: U8  # (P,) 1: a connection that may be taken at red after a stop, yielding to all
    merges: U8  # (P,) a connection that ends in a lane where one from another lane ends too
    leads_to_merge: U8  # (P,) a lane from which such a connection leads on
    has_conflict: U8  # (P,) 1: a connection with conflict areas; nobody stops on it
    must_stop: U8  # (P,) 1: a connection with a stop sign
    # (P,) 1: a connection of an all-way stop; vehicles go in the order in which they stopped
    all_way_stop: U8
    keeps_to_kerb: U8  # (P,) 1: a lane of a motorway, where drivers keep to the kerb side
    filtering: U8  # (P,) 1: a lane wide enough for lane filtering
    crossings: int  # X; this and the following ten as in crossings.PedestrianCrossings
    pedestrian_rate: F32  # (X,) people an hour
    walk_red_start: I32  # (X + 1,)
    walk_red: I32  # connections
    pedestrian_seed: int
    entry_crossing: I32  # (P,) crossing, -1
    exit_crossing: I32  # (P,)
    entry_crossing_lit: U8  # (P,)
    midblock_start: I32  # (P + 1,)
    midblock_crossing: I32  # crossing
    midblock_position: F32  # m
    bike_box: F32  # (P,) m before the stop line of a lane that cars leave to two-wheelers at red
    kerb: U8  # (P,) kerb.PARKING, BLOCKS_LANE or BORDER of a lane
    bend_start: I32  # (P + 1,) rows of the following three
    bend_begin: F32  # (B,) m along the lane
    bend_end: F32  # (B,) m
    bend_root: F32  # (B,) sqrt(m), root of the smallest radius
    edge_lane: I32  # (E,) first lane of the edge (a path)
    edge_lanes: I32  # (E,) number of its lanes
    edge_main: I32  # (E,) its first lane for cars, which stands for the edge (a path)
    edge_from: I32  # (E,) junction
    edge_to: I32  # (E,) junction
    city_path: I32  # (P,) the number of a path in the city and for clients
    of_city: I32  # (P,) the inverse
    chunk: I32  # (chunks + 1,) first path of each chunk
    chunk_of: I32  # (P,) the chunk of a path
    phase_start: I32  # (S + 1,)
    duration: F64  # (phases,) s of the city's plan; PathState.duration is in force
    offset: F64  # (S,) s of the city's plan; PathState.offset is in force
    stage: U8  # (phases,) 1: a stage, 0: part of a clearance
    yellow: F64  # (S,) s of yellow when a stage ends
    all_red: F64  # (S,) s of all-red after that
    link_start: I32  # (S + 1,)
    link: I32  # (links,) connection (a path)
    light_start: I32  # (phases + 1,)
    light: U8  # (lights,) words.Light


def flatten(
    network: Network,
    *,
    turn_on_red: bool = False,
    drive_on_left: bool = False,
    on_foot: NDArray | None = None,
    bike_box: float = 0.0,
    seed: int = 0,
) -> RoadNetwork:
    """City.network as the kernels read it.

    With `turn_on_red` the turn to the kerb side is free at a red light. `on_foot` (X,) is the number of
    people an hour at each crossing; when they come is drawn from `seed`. `bike_box` m before the stop lines
    at signals are for two-wheelers.
    """
    lanes, connections, edges = network.lanes, network.connections, network.edges
    n_lanes, n_connections = len(lanes), len(connections)
    from_lane, to_lane = connections.from_lane.astype(np.int64), connections.to_lane.astype(np.int64)
    lane_edge = lanes.edge.astype(np.int64)

    of_city, city_path = _number(network)
    chunk = _chunks(city_path, lane_edge, from_lane, n_lanes)
    length = np.maximum(np.concatenate([lanes.length, connections.length]), SHORTEST_PATH)
    out_start, out_end = _connections_out(of_city, from_lane, n_lanes)
    in_order = np.lexsort((of_city[n_lanes:], of_city[to_lane]))
    into = of_city[to_lane][in_order]
    no_lane, no_connection = np.zeros(n_lanes), np.zeros(n_connections)
    kerb_side = _LEFT if drive_on_left else _RIGHT
    to_kerb = (connections.turn.astype(np.int64) & int(kerb_side)) != 0

    def by_path(of_lanes: NDArray, of_connections: NDArray, dtype: type) -> NDArray:
        return np.ascontiguousarray(np.concatenate([of_lanes, of_connections])[city_path].astype(dtype))

    by_rule: dict[str, Any] = {
        name: by_path(no_lane, values, np.uint8) for name, values in _connections_by_rule(network).items()
    }
    return RoadNetwork(
        paths=n_lanes + n_connections,
        edges=len(edges),
        programs=len(network.signals),
        chunks=len(chunk) - 1,
        length=np.ascontiguousarray(length[city_path].astype(np.float32)),
        limit=np.maximum(by_path(lanes.speed, connections.speed, np.float32), np.float32(1.0)),
        edge=by_path(lane_edge, no_connection - 1, np.int32),
        to_edge=by_path(no_lane - 1, lane_edge[to_lane], np.int32),
        lane_index=by_path(lanes.index, no_connection - 1, np.int32),
        lane_count=by_path(edges.lane_count[lane_edge], no_connection, np.int32),
        modes=by_path(lanes.modes, lanes.modes[from_lane] & lanes.modes[to_lane], np.uint16),
        out_start=by_path(out_start, no_connection, np.int32),
        out_end=by_path(out_end, no_connection, np.int32),
        from_lane=by_path(no_lane - 1, of_city[from_lane], np.int32),
        to_lane=by_path(no_lane - 1, of_city[to_lane], np.int32),
        in_start=np.searchsorted(into, np.arange(len(city_path) + 1)).astype(np.int32),
        in_path=of_city[n_lanes:][in_order].astype(np.int32),
        turn_on_red=by_path(no_lane, to_kerb & turn_on_red, np.uint8),
        **by_rule,
        keeps_to_kerb=by_path(np.isin(edges.kind[lane_edge], _FAST), no_connection, np.uint8),
        filtering=by_path(lanes.width >= FILTERING_WIDTH, no_connection, np.uint8),
        bike_box=by_path(_bike_boxes(network, bike_box), no_connection, np.float32),
        kerb=by_path(kerb_of_lanes(network), no_connection, np.uint8),
        **_bends(network, city_path),
        **pedestrian_crossings(network, of_city, on_foot, seed, int(kerb_side))._asdict(),
        **_conflicts(network, of_city, n_lanes, length),
        edge_lane=of_city[edges.first_lane].astype(np.int32),
        edge_lanes=edges.lane_count.astype(np.int32),
        edge_main=of_city[_main_lanes(network)].astype(np.int32),
        edge_from=edges.from_junction.astype(np.int32),
        edge_to=edges.to_junction.astype(np.int32),
        city_path=city_path.astype(np.int32),
        of_city=of_city.astype(np.int32),
        chunk=chunk,
        chunk_of=np.repeat(np.arange(len(chunk) - 1), np.diff(chunk)).astype(np.int32),
        **_programs(network, of_city),
    )


def _connections_by_rule(network: Network) -> dict[str, NDArray]:
    """(C,) each: which connections circulate in a roundabout, enter one, have a stop sign, or belong to an
    all-way stop.
    """
    edges, connections, edge = network.edges, network.connections, network.lanes.edge.astype(np.int64)
    round_before = edges.roundabout[edge[connections.from_lane.astype(np.int64)]]
    round_after = edges.roundabout[edge[connections.to_lane.astype(np.int64)]]
    all_way_stop = network.junctions.control[connections.junction] == Control.ALL_WAY_STOP
    return {
        "circulating": round_before & round_after,
        "roundabout_entry": round_after & ~round_before,
        "must_stop": connections.must_stop | all_way_stop,
        "all_way_stop": all_way_stop,
    }


def _programs(network: Network, of_city: I64) -> dict[str, Any]:
    """The signal programs; their connections are kernel paths."""
    signals = network.signals
    stage, yellow, all_red = stages_of(signals)
    return {
        "phase_start": signals.phase_start.astype(np.int32),
        "duration": signals.duration.astype(np.float64),
        "offset": signals.offset.astype(np.float64),
        "stage": stage,
        "yellow": yellow,
        "all_red": all_red,
        "link_start": signals.link_start.astype(np.int32),
        "link": of_city[len(network.lanes) + signals.link.astype(np.int64)].astype(np.int32),
        "light_start": signals.light_start.astype(np.int32),
        "light": signals.light.astype(np.uint8),
    }


def _bike_boxes(network: Network, metres: float) -> F64:
    """(L,) `metres` where a signalled lane is wide enough and open to two-wheelers, else 0."""
    lanes, connections = network.lanes, network.connections
    lit = np.zeros(len(lanes), bool)
    lit[connections.from_lane[connections.signal >= 0]] = True
    open_to = (lanes.modes & int(Mode.BICYCLE | Mode.MOTORCYCLE)) != 0
    return metres * (lit & open_to & (lanes.width >= FILTERING_WIDTH) & (lanes.length > BOX_LANE * metres))


def _bends(network: Network, city_path: I64) -> dict[str, Any]:
    """Bends by kernel path; connections have none."""
    lanes = network.lanes
    start, begin, end, root = bends(lanes.line, lanes.length, lanes.speed)
    count = np.concatenate([np.diff(start), np.zeros(len(network.connections), np.int32)])[city_path]
    rows = ranges(start[:-1][city_path[city_path < len(lanes)]], count[city_path < len(lanes)])
    return {
        "bend_start": np.concatenate([[0], np.cumsum(count)]).astype(np.int32),
        "bend_begin": begin[rows],
        "bend_end": end[rows],
        "bend_root": root[rows],
    }


def _main_lanes(network: Network) -> I64:
    """(E,) the first lane of each edge that is open to cars; its first lane where none is."""
    edge, cars = network.lanes.edge.astype(np.int64), (network.lanes.modes & int(Mode.CAR)) != 0
    main = network.edges.first_lane.astype(np.int64)
    rows = np.flatnonzero(cars)[::-1]  # the last write wins: the first lane
    main[edge[rows]] = rows
    return main


def _number(network: Network) -> tuple[I64, I64]:
    """(P,) kernel path of each city path, and (P,) the inverse."""
    lanes, connections = network.lanes, network.connections
    edge = np.concatenate([lanes.edge, lanes.edge[connections.from_lane]]).astype(np.int64)
    is_connection = np.repeat([0, 1], [len(lanes), len(connections)])
    lane = np.concatenate([np.arange(len(lanes)), connections.from_lane])
    city_path = np.lexsort((np.arange(len(edge)), lane, is_connection, edge))
    of_city = np.empty_like(city_path)
    of_city[city_path] = np.arange(len(city_path))
    return of_city, city_path


def _chunks(city_path: I64, lane_edge: I64, from_lane: I64, n_lanes: int) -> I32:
    """(chunks + 1,) first path of each chunk: whole edges, about CHUNK_PATHS paths or more. The number of
    threads does not matter.
    """
    edge = np.concatenate([lane_edge, lane_edge[from_lane]])[city_path]
    if len(edge) == 0:
        return np.zeros(1, dtype=np.int32)
    first = np.flatnonzero(np.diff(edge, prepend=-1))
    paths = max(CHUNK_PATHS, len(edge) // MOST_CHUNKS + 1)
    keep = np.flatnonzero(np.diff(first // paths, prepend=-1))
    return np.append(first[keep], len(edge)).astype(np.int32)


def _connections_out(of_city: I64, from_lane: I64, n_lanes: int) -> tuple[I64, I64]:
    """(L,) and (L,): first connection out of each lane, and one past its last."""
    count = np.bincount(from_lane, minlength=n_lanes)
    first = np.full(n_lanes, len(of_city), dtype=np.int64)
    np.minimum.at(first, from_lane, of_city[n_lanes:])
    first[count == 0] = 0
    return first, first + count


def _conflicts(network: Network, of_city: I64, n_lanes: int, length: NDArray) -> dict[str, Any]:
    """Conflicts by kernel path, each with the stretch of the other connection; both directions are present."""
    table, connections = network.conflicts, network.connections
    n_connections = len(connections)
    one = np.repeat(np.arange(n_connections), np.diff(table.start))
    other = table.other.astype(np.int64)
    useful = connections.from_lane[one] != connections.from_lane[other]  # siblings follow each other instead
    rows = {
        "one": one[useful],
        "other": other[useful],
        "begin": table.begin[useful],
        "end": table.end[useful],
        "yields": table.yields[useful].astype(np.uint8),
        "merge": table.merge[useful].astype(np.uint8),
    }
    rows = _with_both_directions(rows, length[n_lanes:], n_connections)
    key, back = (
        rows["one"] * n_connections + rows["other"],
        rows["other"] * n_connections + rows["one"],
    )
    order = np.argsort(key, kind="stable")
    reverse = order[np.searchsorted(key[order], back)]
    path = of_city[n_lanes + rows["one"]]
    by_path = np.argsort(path, kind="stable")
    n_paths = len(of_city)
    shared, minor = np.zeros(n_paths, dtype=np.uint8), np.zeros(n_paths, dtype=np.uint8)
    minor[path[rows["yields"] == 1]] = 1
    merges = np.zeros(n_paths, dtype=np.uint8)
    merges[path[rows["merge"] == 1]] = 1
    leads_to_merge = np.zeros(n_paths, dtype=np.uint8)
    leads_to_merge[of_city[connections.from_lane[rows["one"][rows["merge"] == 1]]]] = 1
    one_goes = np.where(
        rows["yields"] == rows["yields"][reverse], rows["one"] < rows["other"], rows["yields"] == 0
    )
    shared[path] = 1
    return {
        "conflict_start": np.searchsorted(path[by_path], np.arange(n_paths + 1)).astype(np.int32),
        "conflict": of_city[n_lanes + rows["other"][by_path]].astype(np.int32),
        "conflict_begin": rows["begin"][by_path].astype(np.float32),
        "conflict_end": rows["end"][by_path].astype(np.float32),
        "other_begin": rows["begin"][reverse][by_path].astype(np.float32),
        "other_end": rows["end"][reverse][by_path].astype(np.float32),
        "yields": rows["yields"][by_path],
        "merge": rows["merge"][by_path],
        "goes_first": one_goes.astype(np.uint8)[by_path],
        "minor": minor,
        "merges": merges,
        "leads_to_merge": leads_to_merge,
        "has_conflict": shared,
    }


def _with_both_directions(rows: dict[str, NDArray], length: NDArray, n: int) -> dict[str, NDArray]:
    """A conflict that only one connection lists is added to the other, over all of its length."""
    key = rows["one"] * n + rows["other"]
    _, first = np.unique(key, return_index=True)
    rows = {name: values[first] for name, values in rows.items()}
    key, back = rows["one"] * n + rows["other"], rows["other"] * n + rows["one"]
    alone = ~np.isin(back, key)
    if not alone.any():
        return rows
    missing = {
        "one": rows["other"][alone],
        "other": rows["one"][alone],
        "begin": np.zeros(alone.sum(), dtype=np.float32),
        "end": length[rows["other"][alone]].astype(np.float32),
        "yields": 1 - rows["yields"][alone],
        "merge": rows["merge"][alone],
    }
    return {name: np.concatenate([rows[name], missing[name].astype(rows[name].dtype)]) for name in rows}
