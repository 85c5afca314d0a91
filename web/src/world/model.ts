/** The client's copy of the city, as plain arrays. Draws nothing and knows no three.js. Units: metres, seconds, radians. */

/** N polylines; row i is points start[i] .. start[i + 1], three numbers a point (east, north, up). */
export interface Polylines {
  readonly count: number;
  readonly start: Uint32Array;
  readonly points: Float32Array;
}

/** Polygons with holes: polygon i has rings ringStart[i] .. ringStart[i + 1], the first one its outline. */
export interface Polygons {
  readonly count: number;
  readonly polygonStart: Uint32Array;
  readonly ringStart: Uint32Array;
  readonly points: Float32Array; // two numbers a point
}

export interface Network {
  readonly names: readonly string[];
  readonly edges: {
    readonly count: number;
    readonly name: Uint32Array;
    readonly kind: Uint8Array;
    readonly speed: Float32Array;
    readonly layer: Int8Array;
    readonly flags: Uint8Array;
    readonly from: Int32Array;
    readonly to: Int32Array;
    readonly firstLane: Int32Array;
    readonly laneCount: Uint8Array;
    readonly twin: Int32Array;
    readonly provenance: Uint8Array;
    readonly lanesProvenance: Uint8Array;
  };
  readonly lanes: {
    readonly count: number;
    readonly edge: Int32Array;
    readonly modes: Uint16Array;
    readonly turns: Uint16Array;
    readonly width: Float32Array; // m
    readonly line: Polylines;
  };
  readonly connections: {
    readonly count: number;
    readonly from: Int32Array;
    readonly to: Int32Array;
    readonly junction: Int32Array;
    readonly turn: Uint16Array;
    readonly signal: Int32Array;
    readonly line: Polylines;
  };
  readonly junctions: {
    readonly count: number;
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly level: Float32Array;
    readonly control: Uint8Array;
    readonly program: Int32Array;
    readonly area: Polygons;
  };
  readonly signals: {
    readonly count: number;
    readonly junction: Int32Array;
    readonly linkStart: Uint32Array;
    readonly linkConnection: Int32Array;
    readonly phaseStart: Uint32Array;
    readonly phaseDuration: Float32Array;
    readonly lightStart: Uint32Array;
    readonly light: Uint8Array;
  };
  readonly crossings: { readonly count: number; readonly width: Float32Array; readonly signalled: Uint8Array; readonly line: Polylines };
  readonly walks: { readonly count: number; readonly kind: Uint8Array; readonly width: Float32Array; readonly edge: Int32Array; readonly line: Polylines };
}

export interface Ground {
  readonly areas: {
    readonly kind: Uint8Array;
    readonly provenance: Uint8Array;
    readonly name: readonly string[];
    readonly id: Uint32Array;
    readonly layer: Uint8Array;
    readonly polygon: Polygons;
  };
  readonly places: { readonly name: readonly string[]; readonly nameEn: readonly string[]; readonly kind: readonly string[]; readonly x: Float32Array; readonly y: Float32Array };
  readonly stops: { readonly name: readonly string[]; readonly mode: Uint8Array; readonly x: Float32Array; readonly y: Float32Array };
  readonly rails: { readonly mode: Uint8Array; readonly layer: Int8Array; readonly tunnel: Uint8Array; readonly line: Polylines };
  readonly lines: { readonly ref: readonly string[]; readonly colour: readonly string[]; readonly mode: Uint8Array; readonly line: Polylines };
}

export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly buildings: {
    readonly count: number;
    readonly id: Uint32Array;
    readonly height: Float32Array;
    readonly base: Float32Array;
    readonly floors: Uint8Array;
    readonly roof: Uint8Array;
    readonly roofHeight: Float32Array;
    readonly use: Uint8Array;
    readonly colour: Uint32Array;
    readonly provenance: Uint8Array;
    readonly footprint: Polygons;
    readonly meshStart: Uint32Array;
    readonly mesh: Float32Array; // nine numbers a triangle
  };
  readonly trees: { readonly count: number; readonly x: Float32Array; readonly y: Float32Array; readonly height: Float32Array; readonly crown: Float32Array };
}

/** Vehicles between two states of the city: each moves from pose 0 (at `time0`) to pose 1 (at `time1`) of the table. */
export interface VehicleTable {
  readonly count: number;
  readonly capacity: number;
  readonly time0: number;
  readonly time1: number;
  readonly id: Uint32Array;
  readonly kind: Uint8Array;
  readonly path: Uint32Array;
  readonly speed: Float32Array;
  /** x, y, z, heading of the middle of the vehicle, four numbers each. A vehicle just seen has pose 0 = pose 1. */
  readonly pose0: Float32Array;
  readonly pose1: Float32Array;
  /** Braking now: its rear lights are bright. */
  readonly braking: Uint8Array;
  /** Grows by one whenever the table was rewritten. */
  readonly version: number;
}

export type ThingKind =
  | "building" | "place" | "edge" | "lane" | "connection" | "junction" | "signal" | "stop" | "line" | "vehicle" | "area";

export interface Thing {
  readonly kind: ThingKind;
  readonly id: number;
}

export type Layer = "none" | "speed" | "flow" | "density" | "queue" | "landuse" | "source";
export const LAYERS: readonly Layer[] = ["none", "speed", "flow", "density", "queue", "landuse", "source"];
/** Layers that show what the edges carry now. */
export const MOVING_LAYERS: readonly Layer[] = ["speed", "flow", "density", "queue"];

export type CameraMode = "orbit" | "fly" | "walk";

/** What a shared link holds: where one stands and looks. `yaw` from north clockwise, `pitch` below the horizon. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly distance: number; // to the point looked at, in orbit
  readonly mode: CameraMode;
}
