/** Binary frames of the live socket (protocol section 6). */

export interface FrameHeader {
  readonly tick: number;
  /** City time of the state in this frame, seconds after midnight of day 0 (6.6). */
  readonly time: number;
}
export interface VehiclesFrame extends FrameHeader {
  readonly type: "vehicles";
  readonly vehicles: VehicleRows;
}
export interface SignalsFrame extends FrameHeader {
  readonly type: "signals";
  readonly program: Uint16Array;
  readonly phase: Uint16Array;
}
export interface FlowFrame extends FrameHeader {
  readonly type: "flow";
  /** By edge: 255 = free flow speed, 0 = standing. */
  readonly speed: Uint8Array;
  /** By edge: vehicles per lane-kilometre, saturating at 255. */
  readonly density: Uint8Array;
  /** By edge: tens of vehicles an hour and lane, saturating at 255. */
  readonly flow: Uint8Array;
  /** By edge: share of its fullest lane that stands, 255 = all of it. */
  readonly queue: Uint8Array;
}
/** All vehicles on the paths that were asked for by `watch` (6.8). */
export interface WatchedFrame extends FrameHeader {
  readonly type: "watched";
  readonly vehicles: VehicleRows;
}
export type Frame = VehiclesFrame | SignalsFrame | FlowFrame | WatchedFrame;

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

/** Decodes one frame; vehicles go into `rows`. Throws FrameError where it is cut short or of no known type. */
export function decodeFrame(buffer: ArrayBuffer, rows = new VehicleRows()): Frame {
  if (buffer.byteLength < HEADER_BYTES) throw new FrameError(`a frame of ${buffer.byteLength} bytes has no header`);
  const view = new DataView(buffer);
  const count = view.getUint16(2, true);
  const header = { tick: view.getUint32(4, true), time: view.getFloat64(8, true) };
  switch (view.getUint8(0)) {
    case 1:
      readVehicles(view, count, rows);
      return { type: "vehicles", ...header, vehicles: rows };
    case 2:
      return { type: "signals", ...header, ...readSignals(view, count) };
    case 3:
      return { type: "flow", ...header, ...readFlow(view) };
    case 4:
      readWatched(view, rows);
      return { type: "watched", ...header, vehicles: rows };
    default:
      throw new FrameError(`a frame has the type ${view.getUint8(0)}, which this version of the protocol does not know`);
  }
}

function readVehicles(view: DataView, cells: number, rows: VehicleRows): void {
  rows.reserve(Math.floor((view.byteLength - HEADER_BYTES) / VEHICLE_BYTES));
  let at = HEADER_BYTES;
  for (let cell = 0; cell < cells; cell++) {
    need(view, at + CELL_BYTES, "vehicles");
    const n = view.getUint16(at + 4, true);
    at += CELL_BYTES;
    need(view, at + n * VEHICLE_BYTES, "vehicles");
    for (let i = 0; i < n; i++, at += VEHICLE_BYTES) readVehicle(view, at, rows);
  }
}

function readWatched(view: DataView, rows: VehicleRows): void {
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

function readSignals(view: DataView, count: number): { program: Uint16Array; phase: Uint16Array } {
  need(view, HEADER_BYTES + 4 * count, "signals");
  const program = new Uint16Array(count);
  const phase = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    program[i] = view.getUint16(HEADER_BYTES + 4 * i, true);
    phase[i] = view.getUint16(HEADER_BYTES + 4 * i + 2, true);
  }
  return { program, phase };
}

function readFlow(view: DataView): Pick<FlowFrame, "speed" | "density" | "flow" | "queue"> {
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
