/** Which building stands at a point: for walking, and for a camera that keeps out of walls. */
import type { Tile } from "../world/model";
import { contains, shapeOf, type Shape } from "./geometry/polygon";

const CELL = 50; // m

export class Footprints {
  private readonly cells = new Map<number, number[]>();
  private readonly shapes: (Shape | null)[] = [];

  constructor(private readonly tile: Tile) {
    const { buildings } = tile;
    for (let row = 0; row < buildings.count; row++) this.index(row);
  }

  at(x: number, y: number): { id: number; top: number } | null {
    const { buildings } = this.tile;
    for (const row of this.cells.get(keyOf(Math.floor(x / CELL), Math.floor(y / CELL))) ?? []) {
      const shape = (this.shapes[row] ??= shapeOf(buildings.footprint, row));
      if (buildings.base[row] < 2 && contains(shape, x, y)) return { id: buildings.id[row], top: buildings.height[row] };
    }
    return null;
  }

  private index(row: number): void {
    const { points } = shapeOf(this.tile.buildings.footprint, row);
    if (points.length === 0) return;
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < points.length; i += 2) {
      x0 = Math.min(x0, points[i]);
      x1 = Math.max(x1, points[i]);
      y0 = Math.min(y0, points[i + 1]);
      y1 = Math.max(y1, points[i + 1]);
    }
    for (let cx = Math.floor(x0 / CELL); cx <= Math.floor(x1 / CELL); cx++) {
      for (let cy = Math.floor(y0 / CELL); cy <= Math.floor(y1 / CELL); cy++) {
        const key = keyOf(cx, cy);
        const cell = this.cells.get(key);
        if (cell) cell.push(row);
        else this.cells.set(key, [row]);
      }
    }
  }
}

const keyOf = (cx: number, cy: number): number => cx * 65536 + cy;
