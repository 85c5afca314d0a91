/** Which bones move a point of the skin: by its distance to them, at most four, and their shares sum to one. */
import { ARM_SPREAD, BONE, BONES, FIRST_ARM_BONE, PARENT, type Skeleton, type Vec3 } from "./skeleton";

export interface Weights {
  readonly bones: Uint8Array; // four a point
  /** Shares of 255 that sum to 255. */
  readonly shares: Uint8Array;
}

const MOST = 4;
/** How thick a bone's flesh is, share of the stature: distances count beside it. */
const THICKNESS: Readonly<Record<string, number>> = {
  pelvis: 0.075, abdomen: 0.07, chest: 0.085, neck: 0.034, head: 0.06, thigh: 0.05, shin: 0.032, foot: 0.03, toes: 0.026, shoulder: 0.045, upperArm: 0.03, forearm: 0.024, hand: 0.02,
};

/** `points` are xyz of the body at rest in `skeleton`. */
export function weightsOf(points: ArrayLike<number>, skeleton: Skeleton): Weights {
  const n = points.length / 3;
  const bones = new Uint8Array(MOST * n);
  const shares = new Uint8Array(MOST * n);
  const raw = new Float64Array(BONES.length);
  for (let i = 0; i < n; i++) {
    rawWeights([points[3 * i], points[3 * i + 1], points[3 * i + 2]], skeleton, raw);
    strongest(raw, bones, shares, MOST * i);
  }
  return { bones, shares };
}

function rawWeights(p: Vec3, skeleton: Skeleton, raw: Float64Array): void {
  const h = skeleton.proportions.stature;
  const distances = BONES.map((name, b) => segmentDistance(p, skeleton.joints[b], skeleton.ends[b]) / (THICKNESS[name.replace(/[LR]$/, "")] * h));
  raw.fill(0);
  const near = nearest(p, skeleton, distances);
  for (let b = 0; b < BONES.length; b++) {
    if (!touching(b, near)) continue;
    raw[b] = 1 / (0.08 + distances[b] ** 2) ** 2.5;
  }
}

/** The bone that a point belongs to. The arms are told from the sides of the chest by where they are, not by distance. */
function nearest(p: Vec3, skeleton: Skeleton, distances: readonly number[]): number {
  let best = -1;
  for (let b = 0; b < BONES.length; b++) {
    const side = BONES[b].endsWith("L") ? 1 : BONES[b].endsWith("R") ? -1 : 0;
    if (side * p[1] < 0) continue; // never the other side's
    if (best < 0 || distances[b] < distances[best]) best = b;
  }
  const shoulder = skeleton.joints[BONE.upperArmL];
  const along = (Math.abs(p[1]) - shoulder[1]) * Math.sin(ARM_SPREAD) + (shoulder[2] - p[2]) * Math.cos(ARM_SPREAD);
  const across = Math.abs((Math.abs(p[1]) - shoulder[1]) * Math.cos(ARM_SPREAD) - (shoulder[2] - p[2]) * Math.sin(ARM_SPREAD));
  const inArm = along > 0 && across < 0.07 * skeleton.proportions.stature;
  return best > FIRST_ARM_BONE && !inArm && !BONES[best].startsWith("shoulder") ? BONE.chest : best;
}

/** Whether a bone may move what belongs to another: itself, its parent, its children. */
function touching(b: number, near: number): boolean {
  if (b === near || PARENT[b] === near || PARENT[near] === b) return true;
  return near === BONE.chest && b >= FIRST_ARM_BONE && BONES[b].startsWith("upperArm");
}

function segmentDistance(p: Vec3, a: Vec3, b: Vec3): number {
  const d = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
  const t = Math.min(Math.max(((p[0] - a[0]) * d[0] + (p[1] - a[1]) * d[1] + (p[2] - a[2]) * d[2]) / square, 0), 1);
  return Math.hypot(p[0] - a[0] - t * d[0], p[1] - a[1] - t * d[1], p[2] - a[2] - t * d[2]);
}

/** Writes the four strongest, in 255ths that sum to 255. */
function strongest(raw: Float64Array, bones: Uint8Array, shares: Uint8Array, k: number): void {
  const order = Array.from(raw, (w, b) => ({ w, b })).sort((x, y) => y.w - x.w || x.b - y.b).slice(0, MOST);
  const sum = order.reduce((total, { w }) => total + w, 0);
  let left = 255;
  for (let i = MOST - 1; i >= 0; i--) {
    const share = i === 0 ? left : Math.min(Math.round((255 * order[i].w) / sum), left);
    bones[k + i] = order[i].b;
    shares[k + i] = share;
    left -= share;
  }
}
