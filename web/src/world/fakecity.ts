/** For tests: the files of a very small city and a server that offers them, without a network. */
import { type Socket } from "./connection";
import type { Manifest } from "../protocol/messages";

type Values = readonly number[] | readonly string[];
type ColumnType = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "f32" | "f64" | "text";
export type ColumnTable = Readonly<Record<string, readonly [ColumnType, Values]>>;

const TYPES: readonly ColumnType[] = ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "f64", "text"];
const ARRAYS = { u8: Uint8Array, i8: Int8Array, u16: Uint16Array, i16: Int16Array, u32: Uint32Array, i32: Int32Array, f32: Float32Array, f64: Float64Array };

/** Columns to bytes (protocol section 1), without delta. */
export function encodeColumns(table: ColumnTable): ArrayBuffer {
  const names = Object.keys(table);
  const bodies = names.map((name) => bytesOf(...table[name]));
  const head = 8 + names.reduce((sum, name) => sum + 15 + name.length, 0);
  const size = bodies.reduce((sum, body) => 4 * Math.ceil(sum / 4) + body.length, head);
  const out = new Uint8Array(4 * Math.ceil(size / 4));
  const view = new DataView(out.buffer);
  view.setUint32(0, 0x31435043, true);
  view.setUint32(4, names.length, true);
  let at = 8;
  let offset = head;
  names.forEach((name, i) => {
    offset = 4 * Math.ceil(offset / 4);
    out[at] = name.length;
    for (let k = 0; k < name.length; k++) out[at + 1 + k] = name.charCodeAt(k);
    at += 1 + name.length;
    view.setUint8(at, TYPES.indexOf(table[name][0]));
    view.setUint32(at + 2, table[name][1].length, true);
    view.setUint32(at + 6, offset, true);
    view.setUint32(at + 10, bodies[i].length, true);
    at += 14;
    out.set(bodies[i], offset);
    offset += bodies[i].length;
  });
  return out.buffer;
}

function bytesOf(type: ColumnType, values: Values): Uint8Array {
  if (type === "text") return new TextEncoder().encode(values.join("\n"));
  return new Uint8Array(ARRAYS[type].from(values as readonly number[]).buffer);
}

const NONE = ["i32", []] as const;

/** Lane 0 from (0, 0) to (100, 0); connection 0 on to lane 1, (110, 0) to (200, 0); one signal of two phases. */
export const NETWORK: ColumnTable = {
  names: ["text", ["", "Lake Road"]],
  edge_name: ["u32", [1, 1]], edge_kind: ["u8", [8, 8]], edge_speed: ["f32", [13.5, 13.5]], edge_layer: ["i8", [0, 0]],
  edge_flags: ["u8", [0, 1]], edge_from: ["i32", [0, 1]], edge_to: ["i32", [1, 2]], edge_first_lane: ["i32", [0, 1]],
  edge_lane_count: ["u8", [1, 1]], edge_twin: ["i32", [-1, -1]], edge_provenance: ["u8", [0, 0]], edge_lanes_provenance: ["u8", [1, 1]],
  lane_edge: ["i32", [0, 1]], lane_modes: ["u16", [207, 207]], lane_turns: ["u16", [1, 0]], lane_width: ["u8", [33, 33]],
  lane_start: ["u32", [0, 2, 4]], lane_x: ["i32", [0, 10000, 11000, 20000]], lane_y: ["i32", [0, 0, 0, 0]], lane_z: ["i32", [0, 0, 0, 0]],
  connection_from: ["i32", [0]], connection_to: ["i32", [1]], connection_junction: ["i32", [1]], connection_turn: ["u16", [1]],
  connection_signal: ["i32", [0]], connection_start: ["u32", [0, 2]], connection_x: ["i32", [10000, 11000]], connection_y: ["i32", [0, 0]],
  connection_z: ["i32", [0, 0]],
  junction_px: ["i32", [0, 10500, 20000]], junction_py: ["i32", [0, 0, 0]], junction_control: ["u8", [0, 5, 0]],
  junction_program: ["i32", [-1, 0, -1]], junction_start: ["u32", [0, 0, 4, 4]], junction_x: ["i32", [10000, 11000, 11000, 10000]],
  junction_y: ["i32", [-300, -300, 300, 300]], junction_level: ["i32", [0, 0, 0]],
  program_junction: ["i32", [1]], link_start: ["u32", [0, 1]], link_connection: ["i32", [0]], phase_start: ["u32", [0, 2]],
  phase_duration: ["f32", [30, 3]], light_start: ["u32", [0, 1, 2]], light: ["u8", [3, 1]],
  crossing_start: ["u32", [0]], crossing_x: NONE, crossing_y: NONE, crossing_z: NONE, crossing_width: ["u8", []], crossing_signalled: ["u8", []],
  walk_kind: ["u8", []], walk_width: ["u8", []], walk_edge: NONE, walk_start: ["u32", [0]], walk_x: NONE, walk_y: NONE, walk_z: NONE,
}; // prettier-ignore

export const GROUND: ColumnTable = {
  area_kind: ["u8", [41]], area_provenance: ["u8", [2]], area_name: ["text", ["Still Lake"]], area_id: ["u32", [0]], area_layer: ["u8", [2]],
  area_ring_start: ["u32", [0, 1]], ring_start: ["u32", [0, 3]], ring_x: ["i32", [0, 5000, 0]], ring_y: ["i32", [1000, 1000, 6000]],
  place_name: ["text", ["湖畔学校"]], place_name_en: ["text", ["Lakeside School"]], place_kind: ["text", ["amenity=school"]],
  place_px: ["i32", [40000]], place_py: ["i32", [20000]],
  stop_name: ["text", []], stop_mode: ["u8", []], stop_px: NONE, stop_py: NONE,
  rail_mode: ["u8", []], rail_layer: ["i8", []], rail_tunnel: ["u8", []], rail_start: ["u32", [0]], rail_x: NONE, rail_y: NONE, rail_z: NONE,
  line_ref: ["text", []], line_colour: ["text", []], line_mode: ["u8", []], line_start: ["u32", [0]], line_x: NONE, line_y: NONE, line_z: NONE,
}; // prettier-ignore

export const TILE: ColumnTable = {
  building_id: ["u32", [7]], building_height: ["u16", [125]], building_base: ["u16", [0]], building_floors: ["u8", [4]], building_roof: ["u8", [0]],
  building_roof_height: ["u16", [0]], building_use: ["u8", [1]], building_colour: ["u32", [0xaabbcc]], building_provenance: ["u8", [0]],
  building_ring_start: ["u32", [0, 1]], ring_start: ["u32", [0, 4]], ring_x: ["i32", [0, 1000, 1000, 0]], ring_y: ["i32", [500, 500, 1500, 1500]],
  mesh_start: ["u32", [0, 0]], mesh_x: NONE, mesh_y: NONE, mesh_z: NONE,
  tree_x: ["i32", [300]], tree_y: ["i32", [400]], tree_height: ["u8", [85]], tree_crown: ["u8", [25]],
}; // prettier-ignore

export const MANIFEST: Manifest = {
  protocol: 1,
  name: "Xinting",
  version: "v1",
  origin: [121.16, 31.29],
  bounds: [0, -500, 1000, 500],
  zone: "Asia/Shanghai",
  date: "2026-10-21",
  utcOffset: 28800,
  driveOnLeft: false,
  invented: true,
  population: 60214,
  counts: { lanes: 2, edges: 2 },
  sources: [
    { name: "Seed 1", attribution: "Cosmopolis", licence: "CC0", url: "", date: "", layers: ["network"], provenance: "invented" },
  ],
  network: { url: "/static/n.bin", bytes: 1000 },
  ground: { url: "/static/g.bin", bytes: 500 },
  tiles: [{ x: 0, y: 0, url: "/static/t.bin", bytes: 100, buildings: 1 }],
  tileSize: 1000,
  cellSize: 500,
  live: "/live",
  step: 0.5,
};

export type Routes = Record<string, () => unknown>;

/** Answers of the server by path; an ArrayBuffer is sent as bytes, anything else as JSON. */
export function routes(): Routes {
  return {
    "/api/city": () => MANIFEST,
    "/static/n.bin": () => encodeColumns(NETWORK),
    "/static/g.bin": () => encodeColumns(GROUND),
    "/static/t.bin": () => encodeColumns(TILE),
  };
}

/** A `fetch` for these routes; what is not there is 404, and what throws is a server that is gone. */
export function fakeFetch(table: Routes, asked: string[] = []): typeof fetch {
  return (async (input: string | URL | Request) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push(url.pathname + url.search);
    const answer = table[url.pathname];
    if (answer === undefined) return Response.json({ error: { code: "not_found", message: `nothing at ${url.pathname}` } }, { status: 404 });
    const body = answer();
    return body instanceof ArrayBuffer ? new Response(body) : Response.json(body);
  }) as typeof fetch;
}

/** A socket that a test plays the server of. */
export class FakeSocket implements Socket {
  static all: FakeSocket[] = [];
  static get newest(): FakeSocket {
    return FakeSocket.all[FakeSocket.all.length - 1];
  }
  binaryType = "blob";
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.readyState = 3;
  }
  /** `more`: further fields of the welcome. */
  accept(city = "v1", more: Record<string, unknown> = {}): void {
    this.readyState = 1;
    this.onopen?.();
    this.say({ type: "welcome", protocol: 1, id: 3, time: 28800, speed: 1, paused: false, visitors: 2, city, ...more });
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  show(frame: ArrayBuffer): void {
    this.onmessage?.({ data: frame });
  }
  fail(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code, reason: "" });
  }
}

/** A frame of vehicles in one cell (protocol 6.2): [id, path, metres, m/s] each, all cars. */
export function vehiclesFrame(time: number, vehicles: readonly (readonly [number, number, number, number])[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(24 + 12 * vehicles.length));
  view.setUint8(0, 1);
  view.setUint16(2, 1, true);
  view.setFloat64(8, time, true);
  view.setUint16(20, vehicles.length, true);
  vehicles.forEach(([id, path, position, speed], i) => {
    view.setUint32(24 + 12 * i, id, true);
    view.setUint32(28 + 12 * i, path, true);
    view.setUint32(32 + 12 * i, Math.round(position * 100) + Math.round(speed * 4) * 2 ** 24, true);
  });
  return view.buffer;
}

/** The same vehicles as a street's that is watched (protocol 6.8). */
export function watchedFrame(time: number, vehicles: readonly (readonly [number, number, number, number])[]): ArrayBuffer {
  const cells = new Uint8Array(vehiclesFrame(time, vehicles));
  const frame = new Uint8Array(cells.length - 4);
  frame.set(cells.subarray(0, 16));
  frame.set(cells.subarray(24), 20);
  const view = new DataView(frame.buffer);
  view.setUint8(0, 4);
  view.setUint16(2, 0, true);
  view.setUint32(16, vehicles.length, true);
  return frame.buffer;
}

/** A frame of the edges' state (protocol 6.5): [speed, density, flow, queue] of each. */
export function flowFrame(time: number, edges: readonly (readonly [number, number, number, number])[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(20 + 4 * edges.length));
  view.setUint8(0, 3);
  view.setFloat64(8, time, true);
  view.setUint32(16, edges.length, true);
  edges.forEach((edge, i) => edge.forEach((value, column) => view.setUint8(20 + column * edges.length + i, value)));
  return view.buffer;
}

/** A frame of signals (protocol 6.4): [program, phase] each. */
export function signalsFrame(time: number, phases: readonly (readonly [number, number])[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(16 + 4 * phases.length));
  view.setUint8(0, 2);
  view.setUint16(2, phases.length, true);
  view.setFloat64(8, time, true);
  phases.forEach(([program, phase], i) => {
    view.setUint16(16 + 4 * i, program, true);
    view.setUint16(18 + 4 * i, phase, true);
  });
  return view.buffer;
}
