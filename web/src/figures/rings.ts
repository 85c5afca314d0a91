/** Closed surfaces of rings between two poles: what hair, hats and skirts are made of. */
import type { Vec3 } from "./skeleton";

export interface RingMesh {
  readonly rings: number;
  readonly segments: number;
  readonly index: Uint16Array;
  readonly vertices: number;
}

/** Vertex 0 is the outer pole, then ring by ring, and last the inner pole. */
export function ringMesh(rings: number, segments: number): RingMesh {
  const index: number[] = [];
  const at = (ring: number, k: number): number => 1 + ring * segments + (k % segments);
  const last = 1 + rings * segments;
  for (let k = 0; k < segments; k++) {
    index.push(0, at(0, k), at(0, k + 1));
    for (let ring = 0; ring + 1 < rings; ring++) index.push(at(ring, k), at(ring + 1, k), at(ring + 1, k + 1), at(ring, k), at(ring + 1, k + 1), at(ring, k + 1));
    index.push(at(rings - 1, k), last, at(rings - 1, k + 1));
  }
  return { rings, segments, index: Uint16Array.from(index), vertices: last + 1 };
}

/** xyz of all vertices: the poles, and `place(share, angle)` with the share 0 .. 1 from the first to the last ring. */
export function ringPoints(mesh: RingMesh, outer: Vec3, inner: Vec3, place: (share: number, angle: number) => Vec3): Float32Array {
  const points = new Float32Array(3 * mesh.vertices);
  points.set(outer, 0);
  for (let ring = 0; ring < mesh.rings; ring++)
    for (let k = 0; k < mesh.segments; k++) points.set(place(ring / (mesh.rings - 1), (2 * Math.PI * k) / mesh.segments), 3 * (1 + ring * mesh.segments + k));
  points.set(inner, 3 * (mesh.vertices - 1));
  return points;
}

/** Smooth normals: each vertex's triangles by their areas. */
export function normalsOf(points: ArrayLike<number>, index: ArrayLike<number>): Float32Array {
  const normals = new Float32Array(points.length);
  for (let f = 0; f < index.length; f += 3) {
    const [a, b, c] = [3 * index[f], 3 * index[f + 1], 3 * index[f + 2]];
    const [ux, uy, uz] = [points[b] - points[a], points[b + 1] - points[a + 1], points[b + 2] - points[a + 2]];
    const [vx, vy, vz] = [points[c] - points[a], points[c + 1] - points[a + 1], points[c + 2] - points[a + 2]];
    const n = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const v of [a, b, c]) for (let k = 0; k < 3; k++) normals[v + k] += n[k];
  }
  for (let v = 0; v < normals.length; v += 3) {
    const long = Math.hypot(normals[v], normals[v + 1], normals[v + 2]);
    if (long < 1e-12) normals[v + 2] = 1;
    else for (let k = 0; k < 3; k++) normals[v + k] /= long;
  }
  return normals;
}
