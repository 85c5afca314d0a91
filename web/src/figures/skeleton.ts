/** The bones of a body at rest: standing, x ahead, y to the left, z up, arms held away from the sides. */
import type { Proportions } from "./proportions";

export type Vec3 = readonly [number, number, number];

/** Name and parent of each bone; left before right. The arms come last, so that a shader can tell them by number. */
const TREE = [
  ["pelvis", -1], ["abdomen", 0], ["chest", 1], ["neck", 2], ["head", 3],
  ["thighL", 0], ["shinL", 5], ["footL", 6], ["toesL", 7],
  ["thighR", 0], ["shinR", 9], ["footR", 10], ["toesR", 11],
  ["shoulderL", 2], ["upperArmL", 13], ["forearmL", 14], ["handL", 15],
  ["shoulderR", 2], ["upperArmR", 17], ["forearmR", 18], ["handR", 19],
] as const satisfies readonly (readonly [string, number])[];

export type BoneName = (typeof TREE)[number][0];
export const BONES = TREE.map(([name]) => name) as readonly BoneName[];
export const PARENT: readonly number[] = TREE.map(([, parent]) => parent);
export const BONE = Object.fromEntries(BONES.map((name, i) => [name, i])) as Readonly<Record<BoneName, number>>;
/** Bones from here on hang from the chest. */
export const FIRST_ARM_BONE = BONE.shoulderL;

/** Angle of the arms from the vertical at rest, rad. */
export const ARM_SPREAD = 0.5;
/** Ahead of the ankle, shares of the foot's length: its ball and its toes; its heel lies behind. */
export const BALL = 0.46;
export const TOES = 0.74;
export const HEEL = -0.24;

export interface Skeleton {
  /** Where each bone begins, and where it ends. */
  readonly joints: readonly Vec3[];
  readonly ends: readonly Vec3[];
  readonly proportions: Proportions;
}

export function skeletonOf(p: Proportions): Skeleton {
  const h = p.stature;
  const joints: Vec3[] = [];
  const ends: Vec3[] = [];
  const put = (name: BoneName, from: Vec3, to: Vec3): void => {
    joints[BONE[name]] = from;
    ends[BONE[name]] = to;
  };
  const back = -0.012 * h; // the spine lies behind the middle
  const chin = h - p.head;
  put("pelvis", [0, 0, p.hip], [back, 0, p.waist]);
  put("abdomen", [back, 0, p.waist], [back, 0, p.chest]);
  put("chest", [back, 0, p.chest], [back, 0, p.neck - 0.01 * h]);
  put("neck", [back, 0, p.neck - 0.01 * h], [-0.004 * h, 0, chin + 0.28 * p.head]);
  put("head", [-0.004 * h, 0, chin + 0.28 * p.head], [0, 0, h - 0.2 * p.head]);
  const [sin, cos] = [Math.sin(ARM_SPREAD), Math.cos(ARM_SPREAD)];
  for (const side of ["L", "R"] as const) {
    const s = side === "L" ? 1 : -1;
    const down = (from: Vec3, length: number): Vec3 => [from[0], from[1] + s * sin * length, from[2] - cos * length];
    const shoulder: Vec3 = [back, s * p.shoulderHalf, p.shoulder];
    const elbow = down(shoulder, p.upperArm);
    const wrist = down(elbow, p.forearm);
    put(`shoulder${side}`, [back, s * 0.02 * h, p.shoulder + 0.006 * h], shoulder);
    put(`upperArm${side}`, shoulder, elbow);
    put(`forearm${side}`, elbow, wrist);
    put(`hand${side}`, wrist, down(wrist, 0.85 * p.hand));
    const hip: Vec3 = [0, s * p.hipHalf, p.hip];
    const knee: Vec3 = [0.004 * h, s * (p.hipHalf - 0.001 * h), p.knee];
    const ankle: Vec3 = [-0.008 * h, s * (p.hipHalf - 0.002 * h), p.ankle];
    const ball: Vec3 = [ankle[0] + BALL * p.foot, ankle[1] + s * 0.004 * h, 0.014 * h];
    put(`thigh${side}`, hip, knee);
    put(`shin${side}`, knee, ankle);
    put(`foot${side}`, ankle, ball);
    put(`toes${side}`, ball, [ankle[0] + TOES * p.foot, ball[1], 0.012 * h]);
  }
  return { joints, ends, proportions: p };
}
