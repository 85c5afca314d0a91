/** Where street lamps, signal masts and signal heads stand. Rows of 8 numbers, as `scatter.ts` takes them. */
import type { Network, Polylines } from "../../world/model";
import { Light } from "../../world/lights";
import { Street, Turn } from "../../protocol/words.generated";
import { spineOf, type Spine } from "./ribbon";

const LAMP_GAP = 35; // m; the shader of the streets lights them in the same steps
const LAMP_BACK = 1.1; // m behind the kerb
const HEAD_HEIGHT = 5.9;
const MAST_BACK = 1.2; // m outside the outermost lane

export interface Furniture {
  /** x, y, z, heading of the street, height of the post, 0, 0, 0 */
  readonly lamps: Float32Array;
  /** x, y, z, heading, length of the arm, 0, 0, 0 */
  readonly masts: Float32Array;
  /** x, y, z, heading, program, link within it, light, the lane's link with a green arrow or -1 */
  readonly heads: Float32Array;
}

export function placeFurniture(network: Network): Furniture {
  const { masts, heads } = placeSignals(network);
  return { lamps: placeLamps(network), masts, heads };
}

function placeLamps(network: Network): Float32Array {
  const { edges, lanes } = network;
  const rows: number[] = [];
  for (let edge = 0; edge < edges.count; edge++) {
    const kerb = edges.firstLane[edge];
    if (kerb < 0 || edges.kind[edge] > Street.LIVING_STREET) continue;
    const spine = spineOf(lanes.line, kerb);
    if (!spine || spine.length < 12) continue;
    const big = edges.kind[edge] <= Street.TERTIARY_LINK;
    const out = lanes.width[kerb] / 2 + LAMP_BACK;
    for (let at = LAMP_GAP / 2; at < spine.length; at += LAMP_GAP) {
      const [x, y, z, heading] = pointAt(spine, at, -out);
      if (z > -0.4) rows.push(x, y, z, heading, big ? 9 : 6, 0, 0, 0);
    }
  }
  return Float32Array.from(rows);
}

/** x, y, z, heading at a station, `left` m beside it. */
export function pointAt(spine: Spine, station: number, left: number): [number, number, number, number] {
  let i = 0;
  while (i + 2 < spine.count && spine.station[i + 1] < station) i++;
  const p = spine.points;
  const length = spine.station[i + 1] - spine.station[i] || 1;
  const share = (station - spine.station[i]) / length;
  const [dx, dy] = [(p[3 * i + 3] - p[3 * i]) / length, (p[3 * i + 4] - p[3 * i + 1]) / length];
  const z = p[3 * i + 2] + share * (p[3 * i + 5] - p[3 * i + 2]);
  return [p[3 * i] + dx * share * length - dy * left, p[3 * i + 1] + dy * share * length + dx * left, z, Math.atan2(dy, dx)];
}

/** One head over each signalled lane, for its most usual movement; one mast for each edge. */
function placeSignals(network: Network): { masts: Float32Array; heads: Float32Array } {
  const { signals, lanes } = network;
  const masts: number[] = [];
  const heads: number[] = [];
  for (let program = 0; program < signals.count; program++) {
    const chosen = linksByLane(network, program);
    const seen = new Set<number>();
    const arrows = arrowsByLane(network, program);
    for (const [lane, link] of chosen) {
      const end = endOf(lanes.line, lane);
      if (!end || end[2] < -0.4) continue;
      const [x, y, z, heading] = end;
      heads.push(x + Math.cos(heading) * 0.3, y + Math.sin(heading) * 0.3, z + HEAD_HEIGHT, heading, program, link, 0, arrows.get(lane) ?? -1);
      const edge = lanes.edge[lane];
      if (edge < 0 || seen.has(edge)) continue;
      seen.add(edge);
      const mast = mastOf(network, edge);
      if (mast) masts.push(...mast);
    }
  }
  return { masts: Float32Array.from(masts), heads: Float32Array.from(heads) };
}

function linksByLane({ signals, connections }: Network, program: number): Map<number, number> {
  const chosen = new Map<number, number>();
  const first = signals.linkStart[program];
  for (let link = 0; first + link < signals.linkStart[program + 1]; link++) {
    const connection = signals.linkConnection[first + link];
    if (connection < 0) continue;
    const lane = connections.from[connection];
    const straight = (connections.turn[connection] & Turn.THROUGH) !== 0;
    if (!chosen.has(lane) || straight) chosen.set(lane, link);
  }
  return chosen;
}

/** The link of each lane that has a green arrow in some phase. */
function arrowsByLane({ signals, connections }: Network, program: number): Map<number, number> {
  const found = new Map<number, number>();
  const first = signals.linkStart[program];
  for (let link = 0; first + link < signals.linkStart[program + 1]; link++) {
    const connection = signals.linkConnection[first + link];
    if (connection < 0) continue;
    for (let row = signals.phaseStart[program]; row < signals.phaseStart[program + 1]; row++) {
      if (signals.light[signals.lightStart[row] + link] === Light.GREEN_ARROW) found.set(connections.from[connection], link);
    }
  }
  return found;
}

/** A post at the kerb with an arm over all lanes of the edge. */
function mastOf({ edges, lanes }: Network, edge: number): number[] | null {
  const first = edges.firstLane[edge];
  const last = first + edges.laneCount[edge] - 1;
  const kerb = endOf(lanes.line, first);
  const inner = endOf(lanes.line, last);
  if (!kerb || !inner) return null;
  const [x, y, z, heading] = kerb;
  const out = lanes.width[first] / 2 + MAST_BACK;
  const ahead = 0.45;
  const px = x + Math.sin(heading) * out + Math.cos(heading) * ahead;
  const py = y - Math.cos(heading) * out + Math.sin(heading) * ahead;
  return [px, py, z, heading, Math.hypot(inner[0] - x, inner[1] - y) + out, 0, 0, 0];
}

function endOf(lines: Polylines, row: number): [number, number, number, number] | null {
  const spine = spineOf(lines, row);
  return spine && pointAt(spine, spine.length, 0);
}

/** Stops turned to the street that they stand at: x, y, z, heading, mode, row, 0, 0. */
export function placeStops(stops: { x: Float32Array; y: Float32Array; mode: Uint8Array }, network: Network): Float32Array {
  const rows = new Float32Array(8 * stops.x.length);
  const lanes = new NearestLane(network);
  for (let i = 0; i < stops.x.length; i++) {
    const heading = lanes.headingAt(stops.x[i], stops.y[i]);
    rows.set([stops.x[i], stops.y[i], 0, heading, stops.mode[i], i, 0, 0], 8 * i);
  }
  return rows;
}

class NearestLane {
  private readonly cells = new Map<number, number[]>();

  constructor(network: Network) {
    const { start, points, count } = network.lanes.line;
    for (let lane = 0; lane < count; lane++) {
      for (let i = start[lane]; i + 1 < start[lane + 1]; i++) this.add(points.subarray(3 * i, 3 * i + 6));
    }
  }

  private add([ax, ay, , bx, by]: Float32Array): void {
    const steps = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) / 10));
    const heading = Math.atan2(by - ay, bx - ax);
    for (let k = 0; k < steps; k++) {
      const [x, y] = [ax + ((bx - ax) * k) / steps, ay + ((by - ay) * k) / steps];
      const key = Math.floor(x / 25) * 65536 + Math.floor(y / 25);
      const cell = this.cells.get(key);
      if (cell) cell.push(x, y, heading);
      else this.cells.set(key, [x, y, heading]);
    }
  }

  headingAt(x: number, y: number): number {
    let best = Infinity;
    let heading = 0;
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        const cell = this.cells.get((Math.floor(x / 25) + dx) * 65536 + Math.floor(y / 25) + dy) ?? [];
        for (let i = 0; i < cell.length; i += 3) {
          const far = (cell[i] - x) ** 2 + (cell[i + 1] - y) ** 2;
          // stops stand to the right of the lane that they serve
          const right = Math.cos(cell[i + 2]) * (y - cell[i + 1]) - Math.sin(cell[i + 2]) * (x - cell[i]) < 0;
          if (far * (right ? 1 : 1.5) < best) [best, heading] = [far * (right ? 1 : 1.5), cell[i + 2]];
        }
      }
    }
    return heading;
  }
}
