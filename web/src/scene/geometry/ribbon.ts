/** A line with a width: stations along it and mitred normals. */
import type { Polylines } from "../../world/model";

const SHARPEST = 2; // a mitre is at most twice the offset

export interface Spine {
  readonly count: number;
  /** x, y, z */
  readonly points: Float32Array;
  /** Unit normal to the left, stretched by the mitre, two numbers a point. */
  readonly normals: Float32Array;
  /** m from the beginning */
  readonly station: Float32Array;
  readonly length: number;
}

/** Row i of the lines without doubled points; null where less than two points are left. */
export function spineOf(lines: Polylines, row: number): Spine | null {
  const points = distinct(lines.points.subarray(3 * lines.start[row], 3 * lines.start[row + 1]));
  const count = points.length / 3;
  if (count < 2) return null;
  const normals = new Float32Array(2 * count);
  const station = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    if (i > 0) {
      const step = Math.hypot(points[3 * i] - points[3 * i - 3], points[3 * i + 1] - points[3 * i - 2]);
      station[i] = station[i - 1] + step;
    }
    mitre(points, count, i, normals);
  }
  return { count, points, normals, station, length: station[count - 1] };
}

function distinct(points: Float32Array): Float32Array {
  const kept: number[] = [];
  for (let i = 0; i < points.length; i += 3) {
    const n = kept.length;
    if (n > 0 && Math.hypot(points[i] - kept[n - 3], points[i + 1] - kept[n - 2]) < 0.02) continue;
    kept.push(points[i], points[i + 1], points[i + 2]);
  }
  return Float32Array.from(kept);
}

function mitre(points: Float32Array, count: number, i: number, out: Float32Array): void {
  const before = direction(points, Math.max(i - 1, 0));
  const after = direction(points, Math.min(i, count - 2));
  let nx = -(before[1] + after[1]);
  let ny = before[0] + after[0];
  const length = Math.hypot(nx, ny);
  if (length < 1e-6) {
    nx = -after[1];
    ny = after[0];
  } else {
    const cosine = length / 2; // of half the turn
    const stretch = Math.min(1 / cosine, SHARPEST);
    nx *= stretch / length;
    ny *= stretch / length;
  }
  out[2 * i] = nx;
  out[2 * i + 1] = ny;
}

function direction(points: Float32Array, i: number): [number, number] {
  const dx = points[3 * i + 3] - points[3 * i];
  const dy = points[3 * i + 4] - points[3 * i + 1];
  const length = Math.hypot(dx, dy) || 1;
  return [dx / length, dy / length];
}
