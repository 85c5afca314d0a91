/** Many small things standing about (trees, lamps, signals): those near the eye are copied into instance buffers. */
import { DynamicDrawUsage, InstancedBufferAttribute, type InstancedBufferGeometry } from "three";

const CELL = 128; // m

/** Rows of `stride` numbers that begin with x, y; found by place. */
export class Scatter {
  private readonly cells = new Map<number, number[]>();
  private readonly parts: Float32Array[] = [];
  private count = 0;
  version = 0;

  constructor(readonly stride: number) {}

  get size(): number {
    return this.count;
  }

  /** Adds rows; the answer takes them away again. */
  add(rows: Float32Array): () => void {
    const part = this.parts.push(rows) - 1;
    const touched = new Set<number[]>();
    for (let i = 0; i * this.stride < rows.length; i++) {
      const key = cellKey(rows[i * this.stride], rows[i * this.stride + 1]);
      let cell = this.cells.get(key);
      if (!cell) this.cells.set(key, (cell = []));
      cell.push(part, i);
      touched.add(cell);
    }
    const added = rows.length / this.stride;
    this.count += added;
    this.version++;
    return () => {
      for (const cell of touched) removePart(cell, part);
      this.count -= added;
      this.version++;
    };
  }

  /** Calls `take` with each row's array and offset that lies between two distances of (x, y), cell by cell outward. */
  around(x: number, y: number, inner: number, outer: number, take: (rows: Float32Array, at: number) => boolean): void {
    const reach = Math.ceil(outer / CELL);
    const cx = Math.floor(x / CELL);
    const cy = Math.floor(y / CELL);
    for (let ring = 0; ring <= reach; ring++) {
      for (let dx = -ring; dx <= ring; dx++) {
        const step = Math.abs(dx) === ring ? 1 : Math.max(2 * ring, 1);
        for (let dy = -ring; dy <= ring; dy += step) {
          const cell = this.cells.get((cx + dx) * 65536 + cy + dy);
          if (cell && !this.inCell(cell, x, y, inner, outer, take)) return;
        }
      }
    }
  }

  private inCell(cell: number[], x: number, y: number, inner: number, outer: number, take: (rows: Float32Array, at: number) => boolean): boolean {
    for (let k = 0; k < cell.length; k += 2) {
      const rows = this.parts[cell[k]];
      const at = cell[k + 1] * this.stride;
      const dx = rows[at] - x;
      const dy = rows[at + 1] - y;
      const square = dx * dx + dy * dy;
      if (square >= inner * inner && square < outer * outer && !take(rows, at)) return false;
    }
    return true;
  }
}

const cellKey = (x: number, y: number): number => Math.floor(x / CELL) * 65536 + Math.floor(y / CELL);

function removePart(cell: number[], part: number): void {
  let kept = 0;
  for (let k = 0; k < cell.length; k += 2) {
    if (cell[k] === part) continue;
    cell[kept++] = cell[k];
    cell[kept++] = cell[k + 1];
  }
  cell.length = kept;
}

/** Instances of one geometry, copied from a scatter by distance whenever the eye has moved far enough. */
export class Nearby {
  readonly rows: Float32Array;
  private readonly attributes: InstancedBufferAttribute[];
  private lastX = Infinity;
  private lastY = 0;
  private lastVersion = -1;
  private lastReach = -1;

  /** Rows of 4 numbers each become attributes `row0`, `row1`, …; `most` instances. */
  constructor(private readonly scatter: Scatter, readonly geometry: InstancedBufferGeometry, private readonly most: number) {
    const groups = scatter.stride / 4;
    this.rows = new Float32Array(most * scatter.stride);
    this.attributes = Array.from({ length: groups }, (_, k) => {
      const attribute = new InstancedBufferAttribute(new Float32Array(most * 4), 4);
      attribute.setUsage(DynamicDrawUsage);
      geometry.setAttribute(`row${k}`, attribute);
      return attribute;
    });
  }

  /** Tells whether the instances were copied anew. */
  update(x: number, y: number, inner: number, outer: number): boolean {
    const moved = Math.hypot(x - this.lastX, y - this.lastY);
    const slack = Math.max(4, outer * 0.04);
    if (moved < slack && this.lastVersion === this.scatter.version && this.lastReach === outer) return false;
    [this.lastX, this.lastY, this.lastVersion, this.lastReach] = [x, y, this.scatter.version, outer];
    let n = 0;
    const { stride } = this.scatter;
    this.scatter.around(x, y, inner, outer, (rows, at) => {
      for (let k = 0; k < stride; k++) this.attributes[k >> 2].array[4 * n + (k & 3)] = rows[at + k];
      return ++n < this.most;
    });
    this.geometry.instanceCount = n;
    for (const attribute of this.attributes) {
      attribute.clearUpdateRanges();
      attribute.addUpdateRange(0, 4 * n);
      attribute.needsUpdate = true;
    }
    return true;
  }

  /** Attribute k, to change single numbers of what is drawn now. */
  attribute(k: number): InstancedBufferAttribute {
    return this.attributes[k];
  }
}
