/** What vehicles move along: lanes and connections as lines with stations, in the network's one numbering of paths. */
import { Turn } from "../protocol/words.generated";
import type { Network, Polylines } from "./model";

const STEPS_BACK = 4;

/** Paths 0 .. lanes - 1 are lanes, the following ones are connections. */
export class Paths {
  readonly lanes: number;
  readonly count: number;
  private readonly network: Network;
  private readonly laneStation: Float32Array;
  private readonly connectionStation: Float32Array;
  /** Connections that end in lane l: incoming[incomingStart[l] .. incomingStart[l + 1]]. */
  private readonly incomingStart: Uint32Array;
  private readonly incoming: Uint32Array;

  constructor(network: Network) {
    this.network = network;
    this.lanes = network.lanes.count;
    this.count = network.lanes.count + network.connections.count;
    this.laneStation = stations(network.lanes.line);
    this.connectionStation = stations(network.connections.line);
    [this.incomingStart, this.incoming] = groupByEnd(network);
  }

  length(path: number): number {
    const [line, station, row] = this.rowOf(path);
    const end = line.start[row + 1];
    return end > line.start[row] ? station[end - 1] : 0;
  }

  /** Writes east, north, up of the point `distance` metres along the path to out[at ..]. Goes on straight beyond both ends. */
  point(path: number, distance: number, out: Float32Array | number[], at = 0): void {
    const isLane = path < this.lanes;
    const line = isLane ? this.network.lanes.line : this.network.connections.line;
    const station = isLane ? this.laneStation : this.connectionStation;
    const row = isLane ? path : path - this.lanes;
    const first = line.start[row];
    const last = line.start[row + 1] - 1;
    const points = line.points;
    if (last <= first) {
      for (let axis = 0; axis < 3; axis++) out[at + axis] = last === first ? points[3 * first + axis] : 0;
      return;
    }
    const i = segment(station, first, last, distance);
    const length = station[i + 1] - station[i];
    const share = length > 0 ? (distance - station[i]) / length : 0;
    for (let axis = 0; axis < 3; axis++) {
      const a = points[3 * i + axis];
      out[at + axis] = a + (points[3 * i + 3 + axis] - a) * share;
    }
  }

  /** The same for a point that may lie before the path's beginning: then on the paths that lead to it. `previous` is
   * the path that the vehicle was on before, or -1. */
  pointBehind(path: number, distance: number, previous: number, out: Float32Array | number[], at = 0): void {
    for (let step = 0; step < STEPS_BACK && distance < 0; step++) {
      const before = this.before(path, previous);
      if (before < 0) break;
      distance += this.length(before);
      path = before;
      previous = -1;
    }
    this.point(path, distance, out, at);
  }

  /** The path that leads to this one: the one that comes from `previous` where there is one, else the straightest; -1 without. */
  before(path: number, previous: number): number {
    const { connections } = this.network;
    if (path >= this.lanes) return connections.from[path - this.lanes];
    let best = -1;
    for (let k = this.incomingStart[path]; k < this.incomingStart[path + 1]; k++) {
      const connection = this.incoming[k];
      if (connection + this.lanes === previous || connections.from[connection] === previous) return connection + this.lanes;
      if (best < 0 || (connections.turn[connection] & Turn.THROUGH) !== 0) best = connection + this.lanes;
    }
    return best;
  }

  /** Whether both are lanes of one edge, beside each other. */
  sideBySide(a: number, b: number): boolean {
    const edge = this.network.lanes.edge;
    return a !== b && a < this.lanes && b < this.lanes && edge[a] === edge[b];
  }

  private rowOf(path: number): [Polylines, Float32Array, number] {
    if (path < this.lanes) return [this.network.lanes.line, this.laneStation, path];
    return [this.network.connections.line, this.connectionStation, path - this.lanes];
  }
}

/** Metres from its line's beginning, for each point of the lines; measured on the ground, as the server does. */
export function stations(line: Polylines): Float32Array {
  const station = new Float32Array(line.points.length / 3);
  const p = line.points;
  for (let row = 0; row < line.count; row++) {
    let sum = 0;
    for (let i = line.start[row] + 1; i < line.start[row + 1]; i++) {
      sum += Math.hypot(p[3 * i] - p[3 * i - 3], p[3 * i + 1] - p[3 * i - 2]);
      station[i] = sum;
    }
  }
  return station;
}

/** The point i in first .. last - 1 whose segment i .. i + 1 holds the distance; the end segments hold what is beyond. */
function segment(station: Float32Array, first: number, last: number, distance: number): number {
  let low = first;
  let high = last - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (station[middle] <= distance) low = middle;
    else high = middle - 1;
  }
  return low;
}

function groupByEnd(network: Network): [Uint32Array, Uint32Array] {
  const { count, to } = network.connections;
  const start = new Uint32Array(network.lanes.count + 1);
  for (let c = 0; c < count; c++) start[to[c] + 1]++;
  for (let lane = 0; lane < network.lanes.count; lane++) start[lane + 1] += start[lane];
  const next = start.slice();
  const incoming = new Uint32Array(count);
  for (let c = 0; c < count; c++) incoming[next[to[c]]++] = c;
  return [start, incoming];
}
