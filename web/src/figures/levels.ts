/**
 * The bodies of all figures: one surface in three levels of detail, and where its vertices lie in each of a dozen
 * shapes. All shapes share triangles and weights, so that a crowd of them is one draw.
 */
import { bodyField, headFrame } from "./body";
import { gradient, type Field } from "./field";
import { halfSurface, type HalfMesh } from "./nets";
import { proportionsOf, type Person } from "./proportions";
import { simplified } from "./simplify";
import { BONES, skeletonOf, type Skeleton, type Vec3 } from "./skeleton";
import { weightsOf, type Weights } from "./weights";

/** The person whose body is polygonised, and in whose coordinates clothes are cut. */
export const TAILOR: Person = { sex: 0.5, age: 30, height: 1.7 };

/** The shapes of a crowd. Height is free beside them: a figure is scaled. */
export const SHAPES: readonly Person[] = [
  { sex: 0, age: 30, build: -0.45 }, { sex: 0, age: 35, build: 0.05 }, { sex: 0, age: 45, build: 0.75 },
  { sex: 1, age: 30, build: -0.45 }, { sex: 1, age: 35, build: 0.05 }, { sex: 1, age: 45, build: 0.75 },
  { sex: 0, age: 78, build: 0.2 }, { sex: 1, age: 78, build: 0.1 },
  { sex: 0, age: 6 }, { sex: 1, age: 6 }, { sex: 0, age: 13, build: -0.1 }, { sex: 1, age: 13, build: -0.1 },
];

/** Triangles of the levels, near to far. */
export const TRIANGLES = [3000, 800, 72] as const;
const STEP = 0.007; // m between samples of the field

export interface BodyLevel {
  readonly index: Uint16Array;
  readonly weights: Weights;
  /** In the tailor's body: xyz of each vertex. */
  readonly cut: Float32Array;
  /** How open each vertex lies to the sky, 0 to 255: in folds and under the chin it is darker. */
  readonly open: Uint8Array;
}

/** Places and normals of a level's vertices in one body. */
export interface Fitted {
  readonly points: Float32Array;
  readonly normals: Float32Array;
}

/** The levels of the tailor's body, near to far. Takes some seconds; a coarser `step` takes less. */
export function buildLevels(step = STEP): BodyLevel[] {
  const skeleton = skeletonOf(proportionsOf(TAILOR));
  const field = bodyField(skeleton);
  const h = skeleton.proportions.stature;
  const fine = halfSurface(field, { low: [-0.2 * h, 0, -0.02], high: [0.25 * h, 0.45 * h, h + 0.02] }, step);
  const worth = worthOf(skeleton);
  const levels: BodyLevel[] = [];
  let mesh = fine;
  for (const triangles of TRIANGLES) {
    mesh = simplified(mesh, triangles / 2, triangles > 1000 ? worth : triangles > 500 ? (x, y, z) => Math.sqrt(worth(x, y, z)) : () => 1);
    levels.push(levelOf(mesh, skeleton, field));
  }
  return levels;
}

/** Faces are looked at most, then hands; the scalp is under hair. */
function worthOf(skeleton: Skeleton): (x: number, y: number, z: number) => number {
  const { origin, scale } = headFrame(skeleton);
  const hands = 0.99 * skeleton.joints[BONES.indexOf("handL")][1];
  return (x, y, z) => {
    const [fx, fz] = [(x - origin[0]) / scale, (z - origin[2]) / scale];
    if (fz > -0.12) return fx > 0.035 && fz < 0.04 ? 40 : fz > 0.045 || fx < -0.03 ? 1.5 : 5;
    return y > hands ? 5 : 1;
  };
}

function levelOf(half: HalfMesh, skeleton: Skeleton, field: Field): BodyLevel {
  const { points, faces } = mirrored(half);
  return { index: faces, weights: weightsOf(points, skeleton), cut: Float32Array.from(points), open: openness(points, field) };
}

/** Both halves of a body; vertices on the seam are shared. */
export function mirrored(half: HalfMesh): { points: Float64Array; faces: Uint16Array } {
  const n = half.points.length / 3;
  const points = Array.from(half.points);
  const twin = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    twin[i] = half.points[3 * i + 1] === 0 ? i : points.length / 3;
    if (twin[i] !== i) points.push(half.points[3 * i], -half.points[3 * i + 1], half.points[3 * i + 2]);
  }
  const faces = Array.from(half.faces);
  for (let f = 0; f < half.faces.length; f += 3) faces.push(twin[half.faces[f]], twin[half.faces[f + 2]], twin[half.faces[f + 1]]);
  return { points: Float64Array.from(points), faces: Uint16Array.from(faces) };
}

/** Ambient openness from the field: how far it grows along the normal, in five steps (Evans 2006). */
function openness(points: ArrayLike<number>, field: Field): Uint8Array {
  const g: [number, number, number] = [0, 0, 0];
  return Uint8Array.from({ length: points.length / 3 }, (_, i) => {
    const [x, y, z] = [points[3 * i], points[3 * i + 1], points[3 * i + 2]];
    gradient(field, x, y, z, g);
    const long = Math.hypot(...g) || 1;
    let closed = 0;
    for (let k = 1; k <= 5; k++) {
      const far = 0.018 * k;
      const found = field(x + (g[0] / long) * far, y + (g[1] / long) * far, z + (g[2] / long) * far);
      closed += Math.max(far - found, 0) / far / 5;
    }
    return 255 * Math.min(Math.max(1 - 0.9 * closed, 0), 1);
  });
}

/**
 * The vertices of a level in another body: carried there by the bones, then moved onto its skin along the field's
 * gradient (Newton's method, a few damped steps).
 */
export function fitted(level: BodyLevel, body: Skeleton): Fitted {
  const from = skeletonOf(proportionsOf(TAILOR));
  const field = bodyField(body);
  const carried = carry(level, from, body);
  const n = carried.length / 3;
  const points = new Float32Array(3 * n);
  const normals = new Float32Array(3 * n);
  const g: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    let [x, y, z] = [carried[3 * i], carried[3 * i + 1], carried[3 * i + 2]];
    for (let step = 0; step < 4; step++) {
      gradient(field, x, y, z, g);
      const square = g[0] * g[0] + g[1] * g[1] + g[2] * g[2];
      if (square < 1e-6) break;
      const move = Math.min(Math.max((0.9 * field(x, y, z)) / square, -0.02), 0.02);
      [x, y, z] = [x - move * g[0], y - move * g[1], z - move * g[2]];
    }
    if (level.cut[3 * i + 1] === 0) y = 0;
    gradient(field, x, y, z, g, 3e-3);
    const long = Math.hypot(...g) || 1;
    points.set([x, y, z], 3 * i);
    normals.set([g[0] / long, g[1] / long, g[2] / long], 3 * i);
  }
  return { points, normals };
}

/** Where the bones take the vertices: each bone maps its own segment, and what lies beside it by the girth. */
function carry(level: BodyLevel, from: Skeleton, to: Skeleton): Float64Array {
  const maps = BONES.map((_, b) => boneMap(from, to, b));
  const n = level.cut.length / 3;
  const out = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    const p: Vec3 = [level.cut[3 * i], level.cut[3 * i + 1], level.cut[3 * i + 2]];
    for (let k = 0; k < 4; k++) {
      const share = level.weights.shares[4 * i + k] / 255;
      if (share === 0) continue;
      const q = maps[level.weights.bones[4 * i + k]](p);
      for (let c = 0; c < 3; c++) out[3 * i + c] += share * q[c];
    }
  }
  return out;
}

function boneMap(from: Skeleton, to: Skeleton, b: number): (p: Vec3) => Vec3 {
  const [a, b0] = [from.joints[b], from.ends[b]];
  const [c, d] = [to.joints[b], to.ends[b]];
  const axis = unit(a, b0);
  const axisTo = unit(c, d);
  const lengthening = axisTo.long / axis.long;
  const all = to.proportions.stature / from.proportions.stature;
  const thick = BONES[b] === "head" ? to.proportions.head / from.proportions.head : all * (b < 3 ? 0.5 + 0.5 * to.proportions.waistGirth : to.proportions.limbGirth);
  const along = BONES[b] === "head" ? thick : lengthening;
  return (p) => {
    const r = [p[0] - a[0], p[1] - a[1], p[2] - a[2]];
    const t = r[0] * axis.to[0] + r[1] * axis.to[1] + r[2] * axis.to[2];
    const side = [r[0] - t * axis.to[0], r[1] - t * axis.to[1], r[2] - t * axis.to[2]];
    return [0, 1, 2].map((k) => c[k] + axisTo.to[k] * t * along + side[k] * thick) as unknown as Vec3;
  };
}

function unit(a: Vec3, b: Vec3): { to: Vec3; long: number } {
  const long = Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
  return { to: [(b[0] - a[0]) / long, (b[1] - a[1]) / long, (b[2] - a[2]) / long], long };
}
