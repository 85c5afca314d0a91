/** Binary frames of the live socket (protocol section 6). */

/** Kinds of frames (6.2 to 6.8). */
export const FrameKind = { VEHICLES: 1, SIGNALS: 2, FLOW: 3, WATCHED: 4 } as const;

/** A frame whose header is read (6.1). */
export interface Frame {
  readonly kind: number;
  /** What this number counts depends on the kind. */
  readonly count: number;
  readonly tick: number;
  /** City time of the state in this frame, seconds after midnight of day 0 (6.6). */
  readonly time: number;
  /** All of its bytes, header included. */
  readonly view: DataView;
}
/** By edge (6.5). */
export interface FlowColumns {
  /** 255 = free flow speed, 0 = standing. */
  readonly speed: Uint8Array;
  /** Vehicles per lane-kilometre, saturating at 255. */
  readonly density: Uint8Array;
  /** Tens of vehicles an hour and lane, saturating at 255. */
  readonly flow: Uint8Array;
  /** Share of its fullest lane that stands, 255 = all of it. */
  readonly queue: Uint8Array;
}
/** The phase that each of some signal programs is in (6.4). */
export interface PhaseColumns {
  readonly program: Uint16Array;
  readonly phase: Uint16Array;
}

/** Vehicles of a frame, a row each. Reused from frame to frame: copy what is to be kept. */
export class VehicleRows {
  count = 0;
  id = new Uint32Array(0);
  path = new Uint32Array(0);
  kind = new Uint8Array(0);
  /** m along the path, of the front bumper */
  position = new Float32Array(0);
  /** m/s */
  speed = new Float32Array(0);

  /** Makes room for n rows and forgets the present ones. */
  reserve(n: number): void {
    this.count = 0;
    if (n <= this.id.length) return;
    const capacity = Math.max(1024, 2 ** Math.ceil(Math.log2(n)));
    this.id = new Uint32Array(capacity);
    this.path = new Uint32Array(capacity);
    this.kind = new Uint8Array(capacity);
    this.position = new Float32Array(capacity);
    this.speed = new Float32Array(capacity);
  }

  /** The present rows, to keep. */
  copy(): VehicleRows {
    const rows = new VehicleRows();
    const n = (rows.count = this.count);
    rows.id = this.id.slice(0, n);
    rows.path = this.path.slice(0, n);
    rows.kind = this.kind.slice(0, n);
    rows.position = this.position.slice(0, n);
    rows.speed = this.speed.slice(0, n);
    return rows;
  }
}

export class FrameError extends Error {
  override name = "FrameError";
}

const HEADER_BYTES = 16;
const CELL_BYTES = 8;
const VEHICLE_BYTES = 12;
const LOW_24_BITS = 0xffffff;

/** Reads the header. Throws FrameError where it is cut short. */
export function openFrame(buffer: ArrayBuffer): Frame {
  if (buffer.byteLength < HEADER_BYTES) throw new FrameError(`a frame of ${buffer.byteLength} bytes has no header`);
  const view = new DataView(buffer);
  return { kind: view.getUint8(0), count: view.getUint16(2, true), tick: view.getUint32(4, true), time: view.getFloat64(8, true), view };
}

/** The vehicles of some cells (6.2) into `rows`; throws FrameError where the frame is cut short, as all readers do. */
export function readVehicles({ view, count }: Frame, rows: VehicleRows): void {
  rows.reserve(Math.floor((view.byteLength - HEADER_BYTES) / VEHICLE_BYTES));
  let at = HEADER_BYTES;
  for (let cell = 0; cell < count; cell++) {
    need(view, at + CELL_BYTES, "vehicles");
    const n = view.getUint16(at + 4, true);
    at += CELL_BYTES;
    need(view, at + n * VEHICLE_BYTES, "vehicles");
    for (let i = 0; i < n; i++, at += VEHICLE_BYTES) readVehicle(view, at, rows);
  }
}

/** All vehicles on the paths that were asked for by `watch` (6.8), into `rows`. */
export function readWatched({ view }: Frame, rows: VehicleRows): void {
  const body = HEADER_BYTES + 4;
  need(view, body, "watched vehicles");
  const n = view.getUint32(HEADER_BYTES, true);
  need(view, body + n * VEHICLE_BYTES, "watched vehicles");
  rows.reserve(n);
  for (let i = 0; i < n; i++) readVehicle(view, body + i * VEHICLE_BYTES, rows);
}

function readVehicle(view: DataView, at: number, rows: VehicleRows): void {
  const row = rows.count++;
  const pathAndKind = view.getUint32(at + 4, true);
  const positionAndSpeed = view.getUint32(at + 8, true);
  rows.id[row] = view.getUint32(at, true);
  rows.path[row] = pathAndKind & LOW_24_BITS;
  rows.kind[row] = pathAndKind >>> 24;
  rows.position[row] = (positionAndSpeed & LOW_24_BITS) / 100;
  rows.speed[row] = (positionAndSpeed >>> 24) / 4;
}

export function readSignals({ view, count }: Frame): PhaseColumns {
  need(view, HEADER_BYTES + 4 * count, "signals");
  const program = new Uint16Array(count);
  const phase = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    program[i] = view.getUint16(HEADER_BYTES + 4 * i, true);
    phase[i] = view.getUint16(HEADER_BYTES + 4 * i + 2, true);
  }
  return { program, phase };
}

export function readFlow({ view }: Frame): FlowColumns {
  need(view, HEADER_BYTES + 4, "flow");
  const n = view.getUint32(HEADER_BYTES, true);
  const body = HEADER_BYTES + 4;
  need(view, body + 4 * n, "flow");
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const [speed, density, flow, queue] = [0, 1, 2, 3].map((k) => bytes.slice(body + k * n, body + (k + 1) * n));
  return { speed, density, flow, queue };
}

function need(view: DataView, bytes: number, what: string): void {
  if (bytes > view.byteLength) throw new FrameError(`a frame of ${what} is cut short: ${view.byteLength} of at least ${bytes} bytes`);
}
