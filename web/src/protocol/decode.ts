/** Columns (protocol sections 3 and 4) to the client's copy of the city. */
import type { Ground, Network, Polygons, Polylines, Tile } from "../world/model";
import { ColumnsError, type Columns, type NumberColumn } from "./columns";

const CENTIMETRE = 0.01;
const DECIMETRE = 0.1;

export function decodeNetwork(columns: Columns): Network {
  return {
    names: columns.text("names"),
    edges: edges(columns),
    lanes: lanes(columns),
    connections: connections(columns),
    junctions: junctions(columns),
    signals: signals(columns),
    crossings: crossings(columns),
    walks: walks(columns),
  };
}

function edges(columns: Columns): Network["edges"] {
  const kind = columns.numbers("edge_kind", Uint8Array);
  return {
    count: kind.length,
    name: columns.numbers("edge_name", Uint32Array),
    kind,
    speed: columns.numbers("edge_speed", Float32Array),
    layer: columns.numbers("edge_layer", Int8Array),
    flags: columns.numbers("edge_flags", Uint8Array),
    from: columns.numbers("edge_from", Int32Array),
    to: columns.numbers("edge_to", Int32Array),
    firstLane: columns.numbers("edge_first_lane", Int32Array),
    laneCount: columns.numbers("edge_lane_count", Uint8Array),
    twin: columns.numbers("edge_twin", Int32Array),
    provenance: columns.numbers("edge_provenance", Uint8Array),
    lanesProvenance: columns.numbers("edge_lanes_provenance", Uint8Array),
  };
}

function lanes(columns: Columns): Network["lanes"] {
  const edge = columns.numbers("lane_edge", Int32Array);
  return {
    count: edge.length,
    edge,
    modes: columns.numbers("lane_modes", Uint16Array),
    turns: columns.numbers("lane_turns", Uint16Array),
    width: scaled(columns.numbers("lane_width", Uint8Array), DECIMETRE),
    line: polylines(columns, "lane", edge.length),
  };
}

function connections(columns: Columns): Network["connections"] {
  const from = columns.numbers("connection_from", Int32Array);
  return {
    count: from.length,
    from,
    to: columns.numbers("connection_to", Int32Array),
    junction: columns.numbers("connection_junction", Int32Array),
    turn: columns.numbers("connection_turn", Uint16Array),
    signal: columns.numbers("connection_signal", Int32Array),
    line: polylines(columns, "connection", from.length),
  };
}

function junctions(columns: Columns): Network["junctions"] {
  const control = columns.numbers("junction_control", Uint8Array);
  const start = starts(columns, "junction_start", control.length);
  return {
    count: control.length,
    x: scaled(columns.numbers("junction_px", Int32Array), CENTIMETRE),
    y: scaled(columns.numbers("junction_py", Int32Array), CENTIMETRE),
    level: scaled(columns.numbers("junction_level", Int32Array), CENTIMETRE),
    control,
    program: columns.numbers("junction_program", Int32Array),
    area: {
      count: control.length,
      polygonStart: Uint32Array.from({ length: control.length + 1 }, (_, i) => i), // one ring each, maybe of no points
      ringStart: start,
      points: points2(columns, "junction", start),
    },
  };
}

function signals(columns: Columns): Network["signals"] {
  const junction = columns.numbers("program_junction", Int32Array);
  return {
    count: junction.length,
    junction,
    linkStart: starts(columns, "link_start", junction.length),
    linkConnection: columns.numbers("link_connection", Int32Array),
    phaseStart: starts(columns, "phase_start", junction.length),
    phaseDuration: columns.numbers("phase_duration", Float32Array),
    lightStart: columns.numbers("light_start", Uint32Array),
    light: columns.numbers("light", Uint8Array),
  };
}

function crossings(columns: Columns): Network["crossings"] {
  const signalled = columns.numbers("crossing_signalled", Uint8Array);
  return {
    count: signalled.length,
    width: scaled(columns.numbers("crossing_width", Uint8Array), DECIMETRE),
    signalled,
    line: polylines(columns, "crossing", signalled.length),
  };
}

function walks(columns: Columns): Network["walks"] {
  const kind = columns.numbers("walk_kind", Uint8Array);
  return {
    count: kind.length,
    kind,
    width: scaled(columns.numbers("walk_width", Uint8Array), DECIMETRE),
    edge: columns.numbers("walk_edge", Int32Array),
    line: polylines(columns, "walk", kind.length),
  };
}

export function decodeGround(columns: Columns): Ground {
  const kind = columns.numbers("area_kind", Uint8Array);
  const stopMode = columns.numbers("stop_mode", Uint8Array);
  const railMode = columns.numbers("rail_mode", Uint8Array);
  const lineMode = columns.numbers("line_mode", Uint8Array);
  return {
    areas: {
      kind,
      provenance: columns.numbers("area_provenance", Uint8Array),
      name: columns.text("area_name"),
      id: columns.numbers("area_id", Uint32Array),
      layer: columns.numbers("area_layer", Uint8Array),
      polygon: polygons(columns, "area", kind.length),
    },
    places: {
      name: columns.text("place_name"),
      nameEn: columns.text("place_name_en"),
      kind: columns.text("place_kind"),
      x: scaled(columns.numbers("place_px", Int32Array), CENTIMETRE),
      y: scaled(columns.numbers("place_py", Int32Array), CENTIMETRE),
    },
    stops: {
      name: columns.text("stop_name"),
      mode: stopMode,
      x: scaled(columns.numbers("stop_px", Int32Array), CENTIMETRE),
      y: scaled(columns.numbers("stop_py", Int32Array), CENTIMETRE),
    },
    rails: {
      mode: railMode,
      layer: columns.numbers("rail_layer", Int8Array),
      tunnel: columns.numbers("rail_tunnel", Uint8Array),
      line: polylines(columns, "rail", railMode.length),
    },
    lines: {
      ref: columns.text("line_ref"),
      colour: columns.text("line_colour"),
      mode: lineMode,
      line: polylines(columns, "line", lineMode.length),
    },
  };
}

export function decodeTile(columns: Columns, x: number, y: number): Tile {
  return { x, y, buildings: buildings(columns), trees: trees(columns) };
}

function buildings(columns: Columns): Tile["buildings"] {
  const id = columns.numbers("building_id", Uint32Array);
  const meshStart = starts(columns, "mesh_start", id.length);
  return {
    count: id.length,
    id,
    height: scaled(columns.numbers("building_height", Uint16Array), DECIMETRE),
    base: scaled(columns.numbers("building_base", Uint16Array), DECIMETRE),
    floors: columns.numbers("building_floors", Uint8Array),
    roof: columns.numbers("building_roof", Uint8Array),
    roofHeight: scaled(columns.numbers("building_roof_height", Uint16Array), DECIMETRE),
    use: columns.numbers("building_use", Uint8Array),
    colour: columns.numbers("building_colour", Uint32Array),
    provenance: columns.numbers("building_provenance", Uint8Array),
    footprint: polygons(columns, "building", id.length),
    meshStart,
    mesh: points3(columns, "mesh", 3 * meshStart[id.length]),
  };
}

function trees(columns: Columns): Tile["trees"] {
  const x = scaled(columns.numbers("tree_x", Int32Array), CENTIMETRE);
  return {
    count: x.length,
    x,
    y: scaled(columns.numbers("tree_y", Int32Array), CENTIMETRE),
    height: scaled(columns.numbers("tree_height", Uint8Array), DECIMETRE),
    crown: scaled(columns.numbers("tree_crown", Uint8Array), DECIMETRE),
  };
}

/** The N + 1 row starts of a ragged table (1.6). */
function starts(columns: Columns, name: string, rows: number): Uint32Array {
  const start = columns.numbers(name, Uint32Array);
  if (start.length !== rows + 1) throw new ColumnsError(columns.file, `the column ${name} has ${start.length} values for ${rows} rows`);
  return start;
}

function polylines(columns: Columns, table: string, rows: number): Polylines {
  const start = starts(columns, `${table}_start`, rows);
  return { count: rows, start, points: points3(columns, table, start[rows]) };
}

function polygons(columns: Columns, table: string, rows: number): Polygons {
  const polygonStart = starts(columns, `${table}_ring_start`, rows);
  const ringStart = starts(columns, "ring_start", polygonStart[rows]);
  return { count: rows, polygonStart, ringStart, points: points2(columns, "ring", ringStart) };
}

function points2(columns: Columns, table: string, start: Uint32Array): Float32Array {
  return interleaved(columns, [`${table}_x`, `${table}_y`], start[start.length - 1]);
}

function points3(columns: Columns, table: string, count: number): Float32Array {
  return interleaved(columns, [`${table}_x`, `${table}_y`, `${table}_z`], count);
}

/** Centimetre columns to metres, value by value beside each other. */
function interleaved(columns: Columns, names: readonly string[], count: number): Float32Array {
  const points = new Float32Array(names.length * count);
  names.forEach((name, axis) => {
    const column = columns.numbers(name, Int32Array);
    if (column.length !== count) throw new ColumnsError(columns.file, `the column ${name} has ${column.length} values instead of ${count}`);
    for (let i = 0, at = axis; i < count; i++, at += names.length) points[at] = column[i] * CENTIMETRE;
  });
  return points;
}

function scaled(column: NumberColumn, unit: number): Float32Array {
  const values = new Float32Array(column.length);
  for (let i = 0; i < column.length; i++) values[i] = column[i] * unit;
  return values;
}
