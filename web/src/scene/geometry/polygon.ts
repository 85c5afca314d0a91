/** Rings and what is asked of them. A ring is x, y pairs, open; polygons come as outline and holes. */
import earcut from "earcut";

import type { Polygons } from "../../world/model";

export interface Shape {
  /** x, y of all rings, outline first */
  readonly points: Float32Array;
  /** Where each ring begins and, last, the number of points. */
  readonly rings: readonly number[];
}

export function shapeOf(polygons: Polygons, row: number): Shape {
  const first = polygons.polygonStart[row];
  const last = polygons.polygonStart[row + 1];
  const begin = polygons.ringStart[first];
  const rings: number[] = [];
  for (let ring = first; ring <= last; ring++) rings.push(polygons.ringStart[ring] - begin);
  if (first === last) return { points: new Float32Array(0), rings: [0] };
  return { points: polygons.points.subarray(2 * begin, 2 * polygons.ringStart[last]), rings };
}

/** Triangles as point numbers, counter-clockwise from above. */
export function triangulate(shape: Shape): number[] {
  const holes = shape.rings.slice(1, -1);
  if (shape.points.length < 6) return [];
  const found = earcut(shape.points, holes.length > 0 ? holes : undefined, 2) as unknown as ArrayLike<number>;
  const triangles = Array.from(found);
  for (let i = 0; i < triangles.length; i += 3) {
    if (cross(shape.points, triangles[i], triangles[i + 1], triangles[i + 2]) >= 0) continue;
    [triangles[i + 1], triangles[i + 2]] = [triangles[i + 2], triangles[i + 1]];
  }
  return triangles;
}

function cross(p: Float32Array, a: number, b: number, c: number): number {
  return (p[2 * b] - p[2 * a]) * (p[2 * c + 1] - p[2 * a + 1]) - (p[2 * b + 1] - p[2 * a + 1]) * (p[2 * c] - p[2 * a]);
}

/** m2, positive for counter-clockwise; points begin .. end. */
export function ringArea(points: Float32Array, begin: number, end: number): number {
  let sum = 0;
  for (let i = begin, j = end - 1; i < end; j = i++) {
    sum += points[2 * j] * points[2 * i + 1] - points[2 * i] * points[2 * j + 1];
  }
  return sum / 2;
}

export function middleOf(points: Float32Array, begin: number, end: number): [number, number] {
  let x = 0;
  let y = 0;
  for (let i = begin; i < end; i++) {
    x += points[2 * i];
    y += points[2 * i + 1];
  }
  return [x / (end - begin), y / (end - begin)];
}

/** Whether a point lies in a shape, holes left out. */
export function contains(shape: Shape, x: number, y: number): boolean {
  const p = shape.points;
  let inside = false;
  for (let ring = 0; ring + 1 < shape.rings.length; ring++) {
    for (let i = shape.rings[ring], end = shape.rings[ring + 1], j = end - 1; i < end; j = i++) {
      const crosses = p[2 * i + 1] > y !== p[2 * j + 1] > y;
      if (!crosses) continue;
      const at = ((p[2 * j] - p[2 * i]) * (y - p[2 * i + 1])) / (p[2 * j + 1] - p[2 * i + 1]) + p[2 * i];
      if (x < at) inside = !inside;
    }
  }
  return inside;
}

/** Distance from a point to the nearest edge of any ring, m. */
export function edgeDistance(shape: Shape, x: number, y: number): number {
  const p = shape.points;
  let best = Infinity;
  for (let ring = 0; ring + 1 < shape.rings.length; ring++) {
    for (let i = shape.rings[ring], end = shape.rings[ring + 1], j = end - 1; i < end; j = i++) {
      const ax = p[2 * j];
      const ay = p[2 * j + 1];
      const dx = p[2 * i] - ax;
      const dy = p[2 * i + 1] - ay;
      const share = Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1), 0), 1);
      best = Math.min(best, Math.hypot(ax + share * dx - x, ay + share * dy - y));
    }
  }
  return best;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  /** Unit vector of the longer side. */
  readonly ux: number;
  readonly uy: number;
  /** Half lengths along and across it, m. */
  readonly along: number;
  readonly across: number;
}

/** The smallest of the rectangles around an outline that lie along one of its edges. */
export function orientedBox(points: Float32Array, begin: number, end: number): Box {
  let best: Box = { x: 0, y: 0, ux: 1, uy: 0, along: 0, across: 0 };
  let smallest = Infinity;
  for (let i = begin, j = end - 1; i < end; j = i++) {
    const length = Math.hypot(points[2 * i] - points[2 * j], points[2 * i + 1] - points[2 * j + 1]);
    if (length < 0.5) continue;
    const ux = (points[2 * i] - points[2 * j]) / length;
    const uy = (points[2 * i + 1] - points[2 * j + 1]) / length;
    const box = boxAlong(points, begin, end, ux, uy);
    if (box.along * box.across < smallest) {
      smallest = box.along * box.across;
      best = box;
    }
  }
  return best;
}

function boxAlong(points: Float32Array, begin: number, end: number, ux: number, uy: number): Box {
  let [u0, u1, v0, v1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = begin; i < end; i++) {
    const u = points[2 * i] * ux + points[2 * i + 1] * uy;
    const v = points[2 * i + 1] * ux - points[2 * i] * uy;
    [u0, u1, v0, v1] = [Math.min(u0, u), Math.max(u1, u), Math.min(v0, v), Math.max(v1, v)];
  }
  const u = (u0 + u1) / 2;
  const v = (v0 + v1) / 2;
  const middle = { x: u * ux - v * uy, y: u * uy + v * ux };
  const along = (u1 - u0) / 2;
  const across = (v1 - v0) / 2;
  if (along >= across) return { ...middle, ux, uy, along, across };
  return { ...middle, ux: -uy, uy: ux, along: across, across: along };
}
