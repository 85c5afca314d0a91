/** How high one stands at a point: on the ground, or on the bridge that one is already on. */
import type { Network } from "../world/model";

const CELL = 16; // m
const STEP = 4; // m between samples
const CLIMB = 2.5; // m that one steps up from one surface to the next

export class Surface {
  /** x, y, z, reach of samples on raised lanes, by cell */
  private readonly cells = new Map<number, number[]>();

  constructor(network: Network) {
    const { lanes } = network;
    for (let lane = 0; lane < lanes.count; lane++) this.add(lanes.line.points, lanes.line.start[lane], lanes.line.start[lane + 1], lanes.width[lane] / 2 + 1.5);
  }

  /** Height of the surface under someone at (x, y) whose feet are at `feet`. */
  at(x: number, y: number, feet: number): number {
    let best = 0;
    let nearest = Infinity;
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        const cell = this.cells.get(keyOf(Math.floor(x / CELL) + dx, Math.floor(y / CELL) + dy)) ?? [];
        for (let i = 0; i < cell.length; i += 4) {
          const far = Math.hypot(cell[i] - x, cell[i + 1] - y);
          if (far > cell[i + 3] + STEP / 2 || cell[i + 2] > feet + CLIMB || far >= nearest) continue;
          if (feet > CLIMB || cell[i + 2] < CLIMB) [nearest, best] = [far, cell[i + 2]];
        }
      }
    }
    return best;
  }

  private add(points: Float32Array, begin: number, end: number, reach: number): void {
    for (let i = begin; i + 1 < end; i++) {
      const [ax, ay, az] = points.subarray(3 * i, 3 * i + 3);
      const [bx, by, bz] = points.subarray(3 * i + 3, 3 * i + 6);
      if (az < 0.2 && bz < 0.2) continue;
      const steps = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) / STEP));
      for (let k = 0; k <= steps; k++) {
        const s = k / steps;
        const [x, y, z] = [ax + s * (bx - ax), ay + s * (by - ay), az + s * (bz - az)];
        const key = keyOf(Math.floor(x / CELL), Math.floor(y / CELL));
        const cell = this.cells.get(key);
        if (cell) cell.push(x, y, z, reach);
        else this.cells.set(key, [x, y, z, reach]);
      }
    }
  }
}

const keyOf = (cx: number, cy: number): number => cx * 65536 + cy;
