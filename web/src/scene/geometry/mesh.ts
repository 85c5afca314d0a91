/** Vertex columns that grow, and the plain arrays that a worker hands to the scene. Knows no three.js. */

export type Numbers = Float32Array | Uint32Array | Uint16Array | Int8Array | Uint8Array;
type Maker<T extends Numbers> = new (length: number) => T;

export interface Attribute {
  readonly array: Numbers;
  readonly size: number;
  readonly normalized: boolean;
}

/** One mesh as arrays. Triangles from `detailFrom` on (an offset into `index`) are small things, left out from afar. */
export interface MeshData {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly index: Uint32Array;
  readonly detailFrom: number;
  /** Bounding sphere: x, y, z, radius. */
  readonly sphere: readonly [number, number, number, number];
}

/** One attribute's values, `size` of them a vertex. */
export class Column<T extends Numbers = Float32Array> {
  array: T;
  length = 0;

  constructor(private readonly make: Maker<T>, readonly size: number, readonly normalized = false) {
    this.array = new make(size * 256);
  }

  get rows(): number {
    return this.length / this.size;
  }

  push(a: number, b = 0, c = 0, d = 0): void {
    const n = this.length;
    if (n + 4 > this.array.length) this.grow(n + 4);
    const values = this.array;
    // what is written beyond this row is overwritten by the next
    values[n] = a;
    values[n + 1] = b;
    values[n + 2] = c;
    values[n + 3] = d;
    this.length = n + this.size;
  }

  /** The values so far, as an array of its own. */
  take(): T {
    return this.array.slice(0, this.length) as T;
  }

  private grow(least: number): void {
    const next = new this.make(Math.max(least, this.array.length * 2));
    next.set(this.array);
    this.array = next;
  }
}

export class Triangles {
  private readonly column = new Column(Uint32Array, 3);

  get length(): number {
    return this.column.length;
  }

  triangle(a: number, b: number, c: number): void {
    this.column.push(a, b, c);
  }

  /** Corners counter-clockwise as seen from the front. */
  quad(a: number, b: number, c: number, d: number): void {
    this.triangle(a, b, c);
    this.triangle(a, c, d);
  }

  take(): Uint32Array {
    return this.column.take();
  }
}

export function meshOf(columns: Record<string, Column<Numbers>>, index: Uint32Array, detail?: Uint32Array): MeshData {
  const attributes: Record<string, Attribute> = {};
  for (const [name, column] of Object.entries(columns)) {
    attributes[name] = { array: column.take(), size: column.size, normalized: column.normalized };
  }
  const position = attributes.position;
  const all = detail && detail.length > 0 ? joined(index, detail) : index;
  return { attributes, index: all, detailFrom: index.length, sphere: boundingSphere(position.array, position.size) };
}

function joined(a: Uint32Array, b: Uint32Array): Uint32Array {
  const all = new Uint32Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** Around the middle of the bounding box; points of 2 or 3 numbers. */
export function boundingSphere(points: Numbers, size: number): [number, number, number, number] {
  const low = [0, 0, 0];
  const high = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    let [least, most] = points.length > 0 ? [Infinity, -Infinity] : [0, 0];
    if (axis >= size) [least, most] = [0, 0];
    else {
      for (let i = axis; i < points.length; i += size) {
        if (points[i] < least) least = points[i];
        if (points[i] > most) most = points[i];
      }
    }
    [low[axis], high[axis]] = [least, most];
  }
  const middle = low.map((value, axis) => (value + high[axis]) / 2);
  const radius = Math.hypot(high[0] - middle[0], high[1] - middle[1], high[2] - middle[2]);
  return [middle[0], middle[1], middle[2], radius];
}

/** The buffers of meshes, to hand over instead of copying. */
export function buffersOf(meshes: readonly MeshData[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const mesh of meshes) {
    buffers.add(mesh.index.buffer as ArrayBuffer);
    for (const attribute of Object.values(mesh.attributes)) buffers.add(attribute.array.buffer as ArrayBuffer);
  }
  return [...buffers];
}
