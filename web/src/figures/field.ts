/** Signed distance fields, negative inside: the few shapes that a body is made of. After Quilez, *Distance functions*. */
import type { Vec3 } from "./skeleton";

export type Field = (x: number, y: number, z: number) => number;

/** A union whose seam is rounded over about `k` metres (polynomial, Quilez). */
export function blend(a: number, b: number, k: number): number {
  const h = Math.max(k - Math.abs(a - b), 0) / k;
  return Math.min(a, b) - h * h * k * 0.25;
}

/** `a` without `b`, rounded over about `k` metres. */
export function carve(a: number, b: number, k: number): number {
  return -blend(-a, b, k);
}

/** About the distance to an ellipsoid with half axes `r`. */
export function ellipsoid(c: Vec3, r: Vec3): Field {
  return (x, y, z) => {
    const [px, py, pz] = [(x - c[0]) / r[0], (y - c[1]) / r[1], (z - c[2]) / r[2]];
    const k0 = Math.sqrt(px * px + py * py + pz * pz);
    const k1 = Math.hypot(px / r[0], py / r[1], pz / r[2]);
    return k1 < 1e-9 ? -Math.min(...r) : (k0 * (k0 - 1)) / k1;
  };
}

/** A capsule with a radius at each end. */
export function taper(a: Vec3, b: Vec3, ra: number, rb: number): Field {
  const [dx, dy, dz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const square = dx * dx + dy * dy + dz * dz;
  return (x, y, z) => {
    const t = Math.min(Math.max(((x - a[0]) * dx + (y - a[1]) * dy + (z - a[2]) * dz) / square, 0), 1);
    return Math.hypot(x - a[0] - dx * t, y - a[1] - dy * t, z - a[2] - dz * t) - ra - (rb - ra) * t;
  };
}

/** A section of a limb or of the trunk: where along the axis (m), half width, half depth, and its centre's shift ahead. */
export type Section = readonly [at: number, side: number, deep: number, shift: number];

/**
 * A tube through sections along a straight axis from `from` in the unit direction `axis`; `side` is the unit direction
 * of the half widths, the depth is ahead (their cross product). `power` 2 makes ellipses, more makes rounder corners.
 */
export function tube(from: Vec3, axis: Vec3, side: Vec3, sections: readonly Section[], power = 2): Field {
  const deep: Vec3 = [side[1] * axis[2] - side[2] * axis[1], side[2] * axis[0] - side[0] * axis[2], side[0] * axis[1] - side[1] * axis[0]];
  const last = sections.length - 1;
  const slopes = [1, 2, 3].map((k) => tangents(sections, k));
  return (x, y, z) => {
    const [px, py, pz] = [x - from[0], y - from[1], z - from[2]];
    const t = px * axis[0] + py * axis[1] + pz * axis[2];
    const at = Math.min(Math.max(t, sections[0][0]), sections[last][0]);
    let i = 0;
    while (i < last - 1 && sections[i + 1][0] < at) i++;
    const a = hermite(sections, slopes[0], i, at, 1);
    const b = hermite(sections, slopes[1], i, at, 2);
    const u = px * side[0] + py * side[1] + pz * side[2];
    const v = px * deep[0] + py * deep[1] + pz * deep[2] - hermite(sections, slopes[2], i, at, 3);
    const k = power === 2 ? Math.hypot(u / a, v / b) : (Math.abs(u / a) ** power + Math.abs(v / b) ** power) ** (1 / power);
    const radial = k < 1e-6 ? -Math.min(a, b) : k < 1 ? (k - 1) * Math.min(a, b) : Math.hypot(u, v) * (1 - 1 / k);
    const beyond = t - at;
    return beyond === 0 ? radial : Math.hypot(Math.max(radial, 0), beyond) + Math.min(radial, 0) * 0.2;
  };
}

/** Slopes of a curve through the sections that does not overshoot (Fritsch and Carlson 1980, with harmonic means). */
function tangents(sections: readonly Section[], k: number): number[] {
  const n = sections.length;
  const chord = (i: number): number => (sections[i + 1][k] - sections[i][k]) / (sections[i + 1][0] - sections[i][0]);
  return Array.from({ length: n }, (_, i) => {
    if (i === 0) return chord(0);
    if (i === n - 1) return chord(n - 2);
    const [a, b] = [chord(i - 1), chord(i)];
    return a * b <= 0 ? 0 : (2 * a * b) / (a + b);
  });
}

function hermite(sections: readonly Section[], slopes: readonly number[], i: number, at: number, k: number): number {
  const width = sections[i + 1][0] - sections[i][0];
  const t = (at - sections[i][0]) / width;
  const [t2, t3] = [t * t, t * t * t];
  return (2 * t3 - 3 * t2 + 1) * sections[i][k] + (t3 - 2 * t2 + t) * width * slopes[i] + (3 * t2 - 2 * t3) * sections[i + 1][k] + (t3 - t2) * width * slopes[i + 1];
}

/** The direction in which a field grows, not normalised. */
export function gradient(field: Field, x: number, y: number, z: number, out: [number, number, number], step = 1e-3): void {
  out[0] = (field(x + step, y, z) - field(x - step, y, z)) / (2 * step);
  out[1] = (field(x, y + step, z) - field(x, y - step, z)) / (2 * step);
  out[2] = (field(x, y, z + step) - field(x, y, z - step)) / (2 * step);
}
