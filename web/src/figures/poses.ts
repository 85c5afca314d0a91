/** What a body does besides walking: each pose is a short cycle of postures, told in degrees and by where hands and feet go. */
import { Vector3 } from "three";

import { PACES, paceOf, stride, type Pace } from "./gait";
import type { Posture} from "./kinematics";
import { signOf, type Side } from "./kinematics";
import { BONE, type Skeleton } from "./skeleton";

/** What one asks for. `walk` is every pace from standing to running, by the speed. */
export const POSES = ["stand", "idle", "look", "sit", "talk", "wave", "point", "clap", "ride", "drive", "push", "walk"] as const;
export type PoseName = (typeof POSES)[number];
/** What the arms may hold whatever the rest does: the right one a phone or a case, the left one an umbrella. */
export const HOLDS = ["phone", "carry", "umbrella"] as const;
export type HoldName = (typeof HOLDS)[number];

/** Rows of the bone texture. */
export const ROWS = [...POSES.slice(0, -1), ...PACES.slice(1).map((pace) => `walk ${pace}`), ...HOLDS] as readonly string[];
export const FIRST_PACE = POSES.length - 1;
export const FIRST_HOLD = FIRST_PACE + PACES.length - 1;
/** Cycles a second of each row by the clock; 0 where the way covered drives it. */
export const RATES: readonly number[] = ROWS.map((name) => ({ idle: 0.16, look: 0.11, talk: 0.28, wave: 0.75, point: 0.2, clap: 1.7, stand: 0.22, sit: 0.2, drive: 0.15, phone: 0.2 })[name] ?? 0);
/** m that bring a cycle round, of an adult of 1.7 m: a bicycle's development, and an arm's push of a wheelchair. */
export const RIDE_LENGTH = 4.6;
export const PUSH_LENGTH = 1.7;

/** The bicycle and the wheelchair that the poses fit, m for a rider of 1.7 m; x from under the hips. */
export const BICYCLE = { saddle: 0.86, pedals: [0.2, 0.29], crank: 0.165, bar: [0.6, 0.24, 1.04], rear: -0.24, front: 0.86, wheel: 0.34 } as const;
export const WHEELCHAIR = { seat: 0.5, rim: 0.29, footrest: [0.5, 0.13] } as const;
export const CHAIR = 0.45; // m, a bench's seat
const TALL = 1.7;

type Act = (posture: Posture, phase: number, s: number) => void;

/** Puts a body into row `row` at a phase of its cycle; reuse `paces` for one skeleton. */
export function take(posture: Posture, row: number, phase: number, paces: readonly Pace[]): void {
  const scale = posture.skeleton.proportions.stature / TALL;
  posture.reset();
  if (row >= FIRST_PACE && row < FIRST_HOLD) stride(posture, paces[row - FIRST_PACE], phase);
  else ACTS[ROWS[row] as keyof typeof ACTS](posture, phase, scale);
}

export function pacesOf(skeleton: Skeleton): readonly Pace[] {
  return PACES.slice(1).map((_, i) => paceOf(i + 1, skeleton));
}

const wave = (phase: number, times = 1, from = 0): number => Math.sin(2 * Math.PI * (times * phase - from));
/** From 0 up to 1 and back between two phases, with rests. */
const held = (phase: number, up: number, down: number): number => ease((phase - up) / 0.12) * (1 - ease((phase - down) / 0.12));
const ease = (t: number): number => {
  const u = Math.min(Math.max(t, 0), 1);
  return u * u * (3 - 2 * u);
};

/** The trunk with a stoop, bent and turned by degrees; breath is a share. */
function trunk(p: Posture, o: { ahead?: number; aside?: number; about?: number; nod?: number; tilt?: number; gaze?: number; breath?: number }): void {
  const { ahead = 0, aside = 0, about = 0, nod = 0, tilt = 0, gaze = 0, breath = 0 } = o;
  const stoop = (p.skeleton.proportions.stoop * 180) / Math.PI;
  p.turn("abdomen", ahead * 0.5 + 0.3 * stoop, aside * 0.5, about * 0.5);
  p.turn("chest", ahead * 0.5 + 0.7 * stoop - 0.8 * breath, aside * 0.5, about * 0.5);
  p.turn("neck", nod * 0.4 - 0.35 * stoop + 0.4 * breath, tilt * 0.4, gaze * 0.4);
  p.turn("head", nod * 0.6 - 0.45 * stoop, tilt * 0.6, gaze * 0.6);
}

/** Feet flat on the ground under the hips, the pelvis moved and the knees giving way as they must. */
function standing(p: Posture, side = 0, down = 0.006): void {
  const { stature, hipHalf, hip, ankle } = p.skeleton.proportions;
  p.root([0, side, -down * stature - 0.004 * hip], 0, (-side / stature) * 160, 0);
  for (const s of ["L", "R"] as const) p.leg(s, new Vector3(-0.008 * stature, signOf(s) * hipHalf * 0.95, ankle), 0, 0, 9);
}

/** Hips on a seat of a height, feet flat before it. */
function seated(p: Posture, seat: number, feet: readonly [number, number], ahead: number): void {
  const { stature, hip, hipHalf, ankle } = p.skeleton.proportions;
  const flesh = 0.052 * stature;
  p.root([0, 0, seat + flesh - hip], ahead);
  for (const s of ["L", "R"] as const) p.leg(s, new Vector3(feet[0], signOf(s) * hipHalf * 1.15, feet[1] + ankle), 0, 0, 4);
}

/** A point before the chest at rest, in the body's frame. */
function beforeChest(p: Posture, ahead: number, left: number, up: number): Vector3 {
  const { stature, chest } = p.skeleton.proportions;
  return p.moved("chest", [ahead * stature, left * stature, chest + up * stature]);
}

const arms = (p: Posture, ahead = 3, aside = 6, elbow = 14): void => (["L", "R"] as const).forEach((s) => p.arm(s, ahead, aside, elbow, 14));

const ACTS: Readonly<Record<Exclude<PoseName, "walk"> | HoldName, Act>> = {
  stand: (p, t) => {
    standing(p);
    trunk(p, { breath: wave(t) });
    arms(p, 2 + 0.5 * wave(t));
  },
  idle: (p, t) => {
    const shift = wave(t);
    standing(p, 0.022 * shift * p.skeleton.proportions.stature, 0.009);
    trunk(p, { aside: 3.5 * shift, gaze: 9 * wave(t, 1, 0.2), nod: 2 * wave(t, 2), breath: wave(t, 2) });
    p.arm("L", 4, 7 + 2 * shift, 16, 18);
    p.arm("R", 2, 7 - 2 * shift, 20 + 4 * shift, 18);
  },
  look: (p, t) => {
    const to = held(t, 0.06, 0.36) - held(t, 0.54, 0.84);
    standing(p, 0.008 * to * p.skeleton.proportions.stature);
    trunk(p, { about: 14 * to, gaze: 46 * to, nod: -4 * Math.abs(to), breath: wave(t, 2) });
    p.arm("L", 3, 7, 14, 14);
    p.arm("R", 3, 7, 14, 14);
  },
  sit: (p, t, k) => {
    const seat = Math.min(CHAIR, p.skeleton.proportions.knee + 0.02);
    seated(p, seat, [0.41 * k, CHAIR - seat > 0.03 ? CHAIR - p.skeleton.proportions.knee : 0], -6);
    trunk(p, { ahead: 8, breath: wave(t), gaze: 6 * wave(t), nod: 3 });
    for (const s of ["L", "R"] as const) p.armTo(s, p.moved(`thigh${s}`, kneeTop(p, s, 0.72)), [-1, signOf(s) * 0.7, -0.3], [0.3, -signOf(s), 0.5], 0);
  },
  talk: (p, t) => {
    standing(p, 0.01 * wave(t) * p.skeleton.proportions.stature);
    trunk(p, { aside: 2 * wave(t), nod: 4 * wave(t, 3) + 2, tilt: 4 * wave(t, 1, 0.1), gaze: 6 * wave(t, 1, 0.3), breath: wave(t) });
    const beat = wave(t, 2);
    p.armTo("R", beforeChest(p, 0.17 + 0.02 * beat, -0.1 - 0.02 * wave(t, 1, 0.15), -0.06 + 0.035 * beat), [-0.7, -0.6, -0.8], [0.1, 0.15, 1], -8 * beat);
    const other = held(t, 0.25, 0.7);
    p.armTo("L", beforeChest(p, 0.04 + 0.13 * other, 0.15 - 0.04 * other, -0.19 + 0.12 * other + 0.02 * beat * other), [-0.8, 0.6, -0.6], [0.2, -0.3, 1], 0);
  },
  wave: (p, t) => {
    standing(p);
    trunk(p, { aside: -3, tilt: 4, nod: -3, breath: wave(t) });
    p.arm("L", 4, 7, 14, 14);
    const to = wave(t);
    p.armTo("R", beforeChest(p, 0.06, -0.23 - 0.055 * to, 0.26), [-0.15, -1, -0.55], [-0.35, 1, 0.2], 0);
  },
  point: (p, t) => {
    standing(p);
    trunk(p, { about: 8, gaze: -2, nod: -2 + wave(t) });
    p.arm("L", 4, 8, 18, 16);
    p.arm("R", 84 + 1.5 * wave(t), 10, 5, 60);
  },
  clap: (p, t) => {
    standing(p);
    trunk(p, { nod: 2 + 1.5 * wave(t), breath: wave(t) });
    const apart = 0.025 + 0.05 * Math.abs(Math.sin(Math.PI * t));
    for (const s of ["L", "R"] as const) p.armTo(s, beforeChest(p, 0.15, signOf(s) * apart, -0.03), [-0.5, signOf(s), -0.7], [0, -signOf(s) * 0.2, 1], 0);
  },
  ride: (p, t, k) => ride(p, t, k),
  drive: (p, t, k) => {
    seated(p, 0.3 * k, [0.55 * k, 0.03 * k], -16);
    trunk(p, { ahead: 4, nod: 8, gaze: 5 * wave(t) });
    for (const s of ["L", "R"] as const) p.armTo(s, beforeChest(p, 0.23, signOf(s) * 0.1, -0.02), [-0.3, signOf(s) * 0.8, -0.8], [0, -signOf(s) * 0.5, 1], 0);
  },
  push: (p, t, k) => {
    seated(p, WHEELCHAIR.seat * k, [WHEELCHAIR.footrest[0] * k - 0.06 * k, WHEELCHAIR.footrest[1] * k], -4);
    const going = wave(t, 1, 0.25);
    trunk(p, { ahead: 8 + 6 * going, nod: -4 - 3 * going });
    for (const s of ["L", "R"] as const) p.armTo(s, new Vector3(0.16 * going * k, signOf(s) * 0.3 * k, (0.6 + 0.02 * Math.abs(going)) * k), [-1, signOf(s) * 0.8, 0.1], [0.9, 0, 0.5], 0);
  },
  phone: (p) => {
    standing(p);
    p.armTo("R", beforeChest(p, 0.165, -0.05, 0.0), [-0.4, -0.6, -1], [0.1, 1, 0.5], 0);
  },
  carry: (p) => {
    standing(p);
    p.arm("R", 0, 8, 6, 10);
  },
  umbrella: (p) => {
    standing(p);
    p.armTo("L", beforeChest(p, 0.12, 0.1, -0.02), [-0.5, 0.5, -1], [0.1, 0, 1], 0);
  },
};

/** A point on top of a thigh at rest: a share of the way to the knee. */
function kneeTop(p: Posture, side: Side, share: number): [number, number, number] {
  const { joints, proportions } = p.skeleton;
  const [a, b] = [joints[BONE[`thigh${side}`]], joints[BONE[`shin${side}`]]];
  return [0.058 * proportions.stature + a[0], a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])];
}

function ride(p: Posture, phase: number, k: number): void {
  const { stature, hip, hipHalf } = p.skeleton.proportions;
  p.root([0, 0, BICYCLE.saddle * k + 0.045 * stature - hip], 12, 2 * wave(phase), 0);
  trunk(p, { ahead: 12, nod: -14, aside: -2 * wave(phase) });
  for (const s of ["L", "R"] as const) {
    const turn = 2 * Math.PI * phase + (s === "L" ? Math.PI : 0);
    const pitch = -12 + 8 * Math.cos(turn);
    const ball = [BICYCLE.pedals[0] * k + BICYCLE.crank * k * Math.cos(turn), BICYCLE.pedals[1] * k - BICYCLE.crank * k * Math.sin(turn) + 0.03 * k];
    const { joints } = p.skeleton;
    const [dx, dz] = [joints[BONE.toesL][0] - joints[BONE.footL][0], joints[BONE.toesL][2] - joints[BONE.footL][2]];
    const [cos, sin] = [Math.cos((pitch * Math.PI) / 180), Math.sin((pitch * Math.PI) / 180)];
    p.leg(s, new Vector3(ball[0] - (dx * cos - dz * sin), signOf(s) * hipHalf * 1.1, ball[1] - (dx * sin + dz * cos)), pitch, pitch, 1);
    p.armTo(s, new Vector3(BICYCLE.bar[0] * k - 0.09 * k, signOf(s) * BICYCLE.bar[1] * k, BICYCLE.bar[2] * k + 0.02 * k), [-0.2, signOf(s), -0.9], [0.3, -signOf(s), 0.2], 0);
  }
}
