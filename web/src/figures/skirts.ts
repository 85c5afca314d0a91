/** What hangs from the waist: the hem of a jacket, a skirt, the skirts of a coat. Fitted to each body. */
import { bodyField } from "./body";
import { smooth } from "./proportions";
import { ringPoints, type RingMesh } from "./rings";
import { BONE, type Skeleton, type Vec3 } from "./skeleton";
import type { Weights } from "./weights";

export const SKIRTS = ["none", "hem", "skirt", "coat"] as const;
export type SkirtName = (typeof SKIRTS)[number];

interface Cut {
  /** Where it ends: shares of the way from the hip joint down to the knee, and how wide it falls, shares of the stature. */
  readonly end: number;
  readonly ease: number;
  readonly flare: number;
}

const CUTS: Readonly<Record<Exclude<SkirtName, "none">, Cut>> = {
  hem: { end: 0.16, ease: 0.009, flare: 0.008 },
  skirt: { end: 0.93, ease: 0.006, flare: 0.045 },
  coat: { end: 1.0, ease: 0.014, flare: 0.03 },
};

/** Vertices of each cut round a body; `none` has no rows. The last ring is the hem's inside. */
export function skirtPoints(mesh: RingMesh, skeleton: Skeleton): Float32Array[] {
  return SKIRTS.slice(1).map((name) => fallen(mesh, skeleton, CUTS[name as keyof typeof CUTS]));
}

function fallen(mesh: RingMesh, skeleton: Skeleton, cut: Cut): Float32Array {
  const p = skeleton.proportions;
  const h = p.stature;
  const field = bodyField(skeleton);
  const top = p.waist + 0.012 * h;
  const bottom = p.hip + cut.end * (p.knee - p.hip);
  const last = mesh.rings - 2; // the ring of the hem
  const rings = Array.from({ length: last + 1 }, (_, i) => top + (bottom - top) * (i / last));
  const widest = new Float64Array(mesh.segments);
  const radii = rings.map((z, i) => {
    const share = i / last;
    return Array.from({ length: mesh.segments }, (_, k) => {
      const angle = (2 * Math.PI * k) / mesh.segments;
      const skin = skinAt(field, h, angle, Math.max(z, p.hip - 0.09 * h));
      widest[k] = i === 0 ? skin : Math.max(widest[k] * 0.995, skin);
      return widest[k] + cut.ease * h * (0.72 + 0.28 * smooth(0, 0.3, share)) + cut.flare * h * Math.max(share - 0.3, 0) ** 1.2;
    });
  });
  const at = (ring: number, angle: number): Vec3 => {
    const k = Math.round((angle / (2 * Math.PI)) * mesh.segments) % mesh.segments;
    const r = ring > last ? radii[last][k] - 0.012 * h : radii[ring][k];
    return [-0.004 * h + r * Math.cos(angle), r * Math.sin(angle), ring > last ? bottom + 0.012 * h : rings[ring]];
  };
  return ringPoints(mesh, [0, 0, top], [0, 0, Math.max(bottom + 0.02 * h, p.hip - 0.02 * h)], (share, angle) => at(Math.round(share * (mesh.rings - 1)), angle));
}

/** From the body's middle to its skin in a level direction, both legs taken together. */
function skinAt(field: (x: number, y: number, z: number) => number, h: number, angle: number, z: number): number {
  for (let r = 0.15 * h; r > 0.02 * h; r -= 0.002 * h) if (field(-0.004 * h + r * Math.cos(angle), r * Math.sin(angle), z) < 0) return r;
  return 0.02 * h;
}

/** A skirt goes with the pelvis above and more and more with the thighs below. */
export function skirtWeights(points: ArrayLike<number>, skeleton: Skeleton): Weights {
  const p = skeleton.proportions;
  const n = points.length / 3;
  const bones = new Uint8Array(4 * n);
  const shares = new Uint8Array(4 * n);
  for (let i = 0; i < n; i++) {
    const [y, z] = [points[3 * i + 1], points[3 * i + 2]];
    const legs = 0.86 * smooth(p.hip + 0.06 * p.stature, p.hip - 0.12 * p.stature, z);
    const left = legs * smooth(-0.07 * p.stature, 0.07 * p.stature, y);
    const trunk = smooth(p.hip + 0.03 * p.stature, p.waist + 0.02 * p.stature, z) * 0.6;
    const parts = [Math.round(255 * left), Math.round(255 * (legs - left)), Math.round(255 * (1 - legs) * trunk)];
    bones.set([BONE.pelvis, BONE.thighL, BONE.thighR, BONE.abdomen], 4 * i);
    shares.set([255 - parts[0] - parts[1] - parts[2], ...parts], 4 * i);
  }
  return { bones, shares };
}
