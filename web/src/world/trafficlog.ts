/** The numbers of the whole city over the last minutes, and which of its streets are worst off. */
import type { FlowColumns } from "../protocol/frames";
import type { Network } from "./model";
import type { Paths } from "./path";

/** The numbers of one moment. */
export interface Stats {
  readonly time: number;
  readonly vehicles: number;
  readonly waiting: number;
  readonly arrived: number;
  /** Slower than 5 km/h. */
  readonly halted: number;
  readonly speedMean: number;
  readonly updatesPerSecond: number;
  /** City seconds a second that the server reaches. */
  readonly speedReached: number;
}

const MEMORY = 600; // s of city time
const MINUTE = 60;

export class TrafficLog {
  /** Oldest first. */
  readonly points: Stats[] = [];

  add(stats: Stats): void {
    const last = this.points[this.points.length - 1];
    if (last !== undefined && (stats.time < last.time || stats.time - last.time > MEMORY || stats.arrived < last.arrived)) this.points.length = 0; // time has jumped
    if (last !== undefined && stats.time === last.time) this.points.pop(); // the city is paused
    this.points.push(stats);
    let gone = 0;
    while (this.points[gone].time < stats.time - MEMORY) gone++;
    if (gone > 0) this.points.splice(0, gone);
  }

  /** How many arrive in a minute of city time, over the last one; null before anything can be said. */
  arrivedPerMinute(): number | null {
    const { points } = this;
    const last = points[points.length - 1];
    if (last === undefined) return null;
    let k = points.length - 1;
    while (k > 0 && last.time - points[k].time < MINUTE) k--;
    const seconds = last.time - points[k].time;
    return seconds < 5 ? null : (MINUTE * (last.arrived - points[k].arrived)) / seconds;
  }
}

export interface StreetState {
  readonly name: string;
  readonly edge: number;
  readonly queue: number; // m, of its fullest lane
  readonly speed: number; // m/s
  readonly flow: number; // vehicles an hour and lane
}
export type Order = "queue" | "speed";

const LEAST_QUEUE = 10; // m
const LEAST_DENSITY = 4; // vehicles a lane-km; on an empty street nobody is slow
const LEAST_LENGTH = 40; // m

/** The streets with the longest queues or the lowest speeds, each by its worst edge; edges without a name by themselves. */
export function worstStreets(network: Network, paths: Paths, flow: FlowColumns, order: Order, most: number): StreetState[] {
  const { edges, names } = network;
  const worst = new Map<string, StreetState>();
  for (let edge = 0; edge < Math.min(edges.count, flow.queue.length); edge++) {
    if (order === "queue" ? flow.queue[edge] === 0 : flow.density[edge] < LEAST_DENSITY) continue;
    const length = paths.length(edges.firstLane[edge]);
    const state = {
      name: names[edges.name[edge]],
      edge,
      queue: (flow.queue[edge] / 255) * length,
      speed: (flow.speed[edge] / 255) * edges.speed[edge],
      flow: 10 * flow.flow[edge],
    };
    if (order === "queue" ? state.queue < LEAST_QUEUE : length < LEAST_LENGTH) continue;
    const key = state.name || `#${edge}`;
    const other = worst.get(key);
    if (other === undefined || before(state, other, order)) worst.set(key, state);
  }
  return [...worst.values()].sort((a, b) => (before(a, b, order) ? -1 : 1)).slice(0, most);
}

function before(a: StreetState, b: StreetState, order: Order): boolean {
  if (order === "queue") return a.queue > b.queue || (a.queue === b.queue && a.edge < b.edge);
  return a.speed < b.speed || (a.speed === b.speed && a.edge < b.edge);
}
