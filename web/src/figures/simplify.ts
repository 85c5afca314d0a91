/** Fewer triangles, nearly the same shape: edges collapse in the order of quadric error (Garland and Heckbert 1997). */
import type { HalfMesh } from "./nets";

type Quadric = Float64Array; // the ten numbers of a symmetric 4 by 4 matrix
const FLATTEST = 0.1; // cosine between a triangle's normals before and after; less is a fold

/**
 * `mesh` with at most `target` triangles. The seam stays on y = 0. `worth` is by how much an error counts at a place.
 * The surface stays closed: an edge collapses only where exactly the corners opposite to it are shared by its ends.
 */
export function simplified(mesh: HalfMesh, target: number, worth: (x: number, y: number, z: number) => number): HalfMesh {
  const work = new Collapse(mesh, worth);
  work.downTo(target);
  return work.result();
}

interface Candidate {
  readonly cost: number;
  readonly a: number;
  readonly b: number;
  readonly stamp: number;
  readonly at: readonly [number, number, number];
}

class Collapse {
  private readonly points: Float64Array;
  private readonly faces: Int32Array;
  private readonly alive: Uint8Array;
  private readonly around: Set<number>[]; // faces at a vertex
  private readonly quadrics: Quadric[];
  private readonly seam: Uint8Array;
  private readonly stamp: Int32Array;
  private readonly heap: Candidate[] = [];
  private count: number;

  constructor(mesh: HalfMesh, private readonly worth: (x: number, y: number, z: number) => number) {
    this.points = mesh.points.slice();
    this.faces = mesh.faces.slice();
    this.count = mesh.faces.length / 3;
    this.alive = new Uint8Array(this.count).fill(1);
    const n = mesh.points.length / 3;
    this.around = Array.from({ length: n }, () => new Set<number>());
    this.quadrics = Array.from({ length: n }, () => new Float64Array(10));
    this.seam = Uint8Array.from({ length: n }, (_, i) => (mesh.points[3 * i + 1] === 0 ? 1 : 0));
    this.stamp = new Int32Array(n);
    for (let f = 0; f < this.count; f++) this.measure(f);
    for (let v = 0; v < n; v++) for (const w of this.neighbours(v)) if (v < w) this.offer(v, w);
  }

  downTo(target: number): void {
    while (this.count > target) {
      const next = this.pop();
      if (next === null) return;
      const { a, b, stamp, at } = next;
      if (stamp !== this.stamp[a] + this.stamp[b] || this.around[a].size === 0 || this.around[b].size === 0) continue;
      if (this.allowed(a, b, at)) this.collapse(a, b, at);
    }
  }

  result(): HalfMesh {
    const renumbered = new Map<number, number>();
    const points: number[] = [];
    const faces: number[] = [];
    for (let f = 0; f < this.alive.length; f++) {
      if (!this.alive[f]) continue;
      for (let c = 0; c < 3; c++) {
        const v = this.faces[3 * f + c];
        if (!renumbered.has(v)) {
          renumbered.set(v, points.length / 3);
          points.push(this.points[3 * v], this.points[3 * v + 1], this.points[3 * v + 2]);
        }
        faces.push(renumbered.get(v)!);
      }
    }
    return { points: Float64Array.from(points), faces: Int32Array.from(faces) };
  }

  private measure(f: number): void {
    const [nx, ny, nz, area] = this.normal(f);
    const v = this.faces[3 * f];
    const d = -(nx * this.points[3 * v] + ny * this.points[3 * v + 1] + nz * this.points[3 * v + 2]);
    for (let c = 0; c < 3; c++) {
      const w = this.faces[3 * f + c];
      this.around[w].add(f);
      const k = area * this.worth(this.points[3 * w], this.points[3 * w + 1], this.points[3 * w + 2]);
      const q = this.quadrics[w];
      [nx * nx, nx * ny, nx * nz, nx * d, ny * ny, ny * nz, ny * d, nz * nz, nz * d, d * d].forEach((x, i) => (q[i] += k * x));
    }
  }

  private normal(f: number, moved = -1, alsoMoved = -1, to: readonly number[] = []): [number, number, number, number] {
    const at = (c: number, k: number): number => {
      const v = this.faces[3 * f + c];
      return v === moved || v === alsoMoved ? to[k] : this.points[3 * v + k];
    };
    const [ux, uy, uz] = [at(1, 0) - at(0, 0), at(1, 1) - at(0, 1), at(1, 2) - at(0, 2)];
    const [vx, vy, vz] = [at(2, 0) - at(0, 0), at(2, 1) - at(0, 1), at(2, 2) - at(0, 2)];
    const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    const long = Math.hypot(nx, ny, nz) || 1e-30;
    return [nx / long, ny / long, nz / long, long / 2];
  }

  private neighbours(v: number): Set<number> {
    const found = new Set<number>();
    for (const f of this.around[v]) for (let c = 0; c < 3; c++) found.add(this.faces[3 * f + c]);
    found.delete(v);
    return found;
  }

  private offer(a: number, b: number): void {
    const q = this.quadrics[a].map((x, i) => x + this.quadrics[b][i]);
    const at = this.bestPlace(q, a, b);
    const [x, y, z] = at;
    const error = q[0] * x * x + 2 * q[1] * x * y + 2 * q[2] * x * z + 2 * q[3] * x + q[4] * y * y + 2 * q[5] * y * z + 2 * q[6] * y + q[7] * z * z + 2 * q[8] * z + q[9];
    const p = this.points;
    const length = (p[3 * a] - p[3 * b]) ** 2 + (p[3 * a + 1] - p[3 * b + 1]) ** 2 + (p[3 * a + 2] - p[3 * b + 2]) ** 2;
    // a little by length too, so that flat parts keep triangles of even size
    this.push({ cost: Math.max(error, 0) + 1e-7 * length * length * 30 * this.worth(x, y, z), a, b, stamp: this.stamp[a] + this.stamp[b], at });
  }

  /** Where the error is least, held near the middle of the edge by a weak spring and on the seam where an end is. */
  private bestPlace(q: Quadric, a: number, b: number): [number, number, number] {
    const p = this.points;
    const middle = [0, 1, 2].map((k) => (p[3 * a + k] + p[3 * b + k]) / 2);
    if (this.seam[a] !== this.seam[b]) {
      const v = this.seam[a] ? a : b;
      return [p[3 * v], 0, p[3 * v + 2]];
    }
    const e = 1e-3 * (q[0] + q[4] + q[7]) + 1e-12;
    const stiff = this.seam[a] ? 1e6 * e : 0; // keeps y = 0
    const [m00, m01, m02, m11, m12, m22] = [q[0] + e, q[1], q[2], q[4] + e + stiff, q[5], q[7] + e];
    const [r0, r1, r2] = [e * middle[0] - q[3], e * middle[1] - q[6], e * middle[2] - q[8]];
    const [c00, c01, c02] = [m11 * m22 - m12 * m12, m02 * m12 - m01 * m22, m01 * m12 - m02 * m11];
    const det = m00 * c00 + m01 * c01 + m02 * c02;
    const x = (c00 * r0 + c01 * r1 + c02 * r2) / det;
    const y = (c01 * r0 + (m00 * m22 - m02 * m02) * r1 + (m01 * m02 - m00 * m12) * r2) / det;
    const z = (c02 * r0 + (m01 * m02 - m00 * m12) * r1 + (m00 * m11 - m01 * m01) * r2) / det;
    return [x, this.seam[a] ? 0 : Math.max(y, 1e-5), z];
  }

  private allowed(a: number, b: number, at: readonly number[]): boolean {
    const shared = [...this.around[a]].filter((f) => this.around[b].has(f));
    if (this.seam[a] && this.seam[b] && shared.length !== 1) return false; // would pinch the body in two
    const others = this.neighbours(b);
    let common = 0;
    for (const v of this.neighbours(a)) if (others.has(v)) common++;
    if (common !== shared.length) return false;
    if (this.seam[a] !== this.seam[b] && this.bridges(a, b)) return false;
    if (this.count <= 8) return false;
    for (const v of [a, b])
      for (const f of this.around[v]) {
        if (shared.includes(f)) continue;
        const before = this.normal(f);
        const after = this.normal(f, a, b, at);
        if (after[3] < 1e-9 || before[0] * after[0] + before[1] * after[1] + before[2] * after[2] < FLATTEST) return false;
      }
    return true;
  }

  /** Whether an edge inside the half would then join two points of the seam: both halves would share it. */
  private bridges(a: number, b: number): boolean {
    const [on, off] = this.seam[a] ? [a, b] : [b, a];
    const beside = this.neighbours(on);
    for (const v of this.neighbours(off)) if (v !== on && this.seam[v] && !beside.has(v)) return true;
    return false;
  }

  private collapse(a: number, b: number, at: readonly number[]): void {
    for (const f of [...this.around[b]]) {
      if (this.around[a].has(f)) {
        for (let c = 0; c < 3; c++) this.around[this.faces[3 * f + c]].delete(f);
        this.alive[f] = 0;
        this.count--;
        continue;
      }
      for (let c = 0; c < 3; c++) if (this.faces[3 * f + c] === b) this.faces[3 * f + c] = a;
      this.around[a].add(f);
    }
    this.around[b].clear();
    for (let k = 0; k < 3; k++) this.points[3 * a + k] = at[k];
    for (let i = 0; i < 10; i++) this.quadrics[a][i] += this.quadrics[b][i];
    if (this.seam[b]) this.seam[a] = 1;
    this.stamp[a] += 1;
    this.stamp[b] += 1;
    for (const v of this.neighbours(a)) this.offer(a, v);
  }

  private push(item: Candidate): void {
    const { heap } = this;
    let i = heap.push(item) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (heap[up].cost <= item.cost) break;
      heap[i] = heap[up];
      i = up;
    }
    heap[i] = item;
  }

  private pop(): Candidate | null {
    const { heap } = this;
    if (heap.length === 0) return null;
    const first = heap[0];
    const last = heap.pop()!;
    if (heap.length > 0) {
      let i = 0;
      for (;;) {
        let down = 2 * i + 1;
        if (down >= heap.length) break;
        if (down + 1 < heap.length && heap[down + 1].cost < heap[down].cost) down++;
        if (heap[down].cost >= last.cost) break;
        heap[i] = heap[down];
        i = down;
      }
      heap[i] = last;
    }
    return first;
  }
}
