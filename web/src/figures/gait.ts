/**
 * Walking and running: joint angles over a stride as short Fourier series, and feet that keep to the ground.
 *
 * The angles are six harmonics of the mean curves in Winter, *Biomechanics and Motor Control of Human Movement* (walking
 * at a natural pace, read off every 5 % of the stride) and in Novacheck (1998), *The biomechanics of running*. The hip's
 * grow with the length of the stride. While a foot is on the ground it is held there: it rolls over the heel, stands,
 * and rolls over the ball, and hip, knee and ankle follow by inverse kinematics; the small difference from the curves is
 * faded over the swing.
 */
import { Vector3 } from "three";

import type { Posture, Side } from "./kinematics";
import type { Proportions } from "./proportions";
import { BONE, HEEL, type Skeleton } from "./skeleton";

interface Curves {
  readonly hip: readonly number[]; // degrees of flexion at 0, 5, ... 95 % of a stride that begins as the heel strikes
  readonly knee: readonly number[];
  readonly ankle: readonly number[]; // toes up
}

const WALKING: Curves = {
  hip: [29, 28, 25.5, 22, 17, 12, 7, 2, -3, -7, -10, -9.5, -5, 4, 14, 22, 27, 29.5, 30, 29.5],
  knee: [4, 11, 16, 18, 17, 14, 10, 7, 6, 8, 14, 25, 39, 52, 60, 59, 50, 34, 17, 5],
  ankle: [-1, -6, -4, 0, 3, 5, 7, 8.5, 10, 10, 6, -5, -16, -18.5, -12, -5, -1, 1, 2, 1],
};
const RUNNING: Curves = {
  hip: [38, 37, 33, 27, 20, 12, 5, -1, -5, -6, -3, 4, 13, 23, 33, 41, 46, 47, 45, 41],
  knee: [18, 28, 37, 41, 39, 33, 26, 22, 25, 38, 55, 71, 84, 92, 93, 86, 72, 52, 32, 19],
  ankle: [6, 14, 20, 23, 21, 14, 3, -9, -17, -17, -12, -7, -4, -1, 1, 2, 3, 4, 5, 6],
};
const HARMONICS = 6;
/** Our foot is stiff between ankle and ball, a real one gives: it turns less as it pushes off. */
const PUSH_OFF = 0.92;
/** m by which a swinging foot of an adult is lifted beyond the curves, so that the shoe clears the ground. */
const CLEARANCE = 0.034;

/** How far ahead of the vertical the pelvis leans in the measured people, degrees. */
const WALK_TILT = 7;
const RUN_TILT = 9;

/** A Fourier series: its mean, and cosine and sine of each harmonic. */
export type Series = readonly (readonly [cosine: number, sine: number])[];

export function seriesOf(samples: readonly number[], harmonics = HARMONICS): Series {
  const n = samples.length;
  return Array.from({ length: harmonics + 1 }, (_, k) => {
    const sum = samples.reduce(([c, s], y, i) => [c + y * Math.cos((2 * Math.PI * k * i) / n), s + y * Math.sin((2 * Math.PI * k * i) / n)], [0, 0]);
    return [((k === 0 ? 1 : 2) * sum[0]) / n, (2 * sum[1]) / n] as const;
  });
}

export function valueOf(series: Series, phase: number): number {
  return series.reduce((sum, [c, s], k) => sum + c * Math.cos(2 * Math.PI * k * phase) + s * Math.sin(2 * Math.PI * k * phase), 0);
}

const seriesIn = (curves: Curves): { hip: Series; knee: Series; ankle: Series } => ({ hip: seriesOf(curves.hip), knee: seriesOf(curves.knee), ankle: seriesOf(curves.ankle) });
const WALK = seriesIn(WALKING);
const RUN = seriesIn(RUNNING);

/** Step length over step frequency, m per step a minute, of adults at any pace (Sekiya et al. 1996). */
export const WALK_RATIO = 0.0065;
/** Paces that are baked, m/s of an adult of 1.7 m; the first is standing, the last a run. Others lie between. */
export const PACES = [0, 0.5, 0.9, 1.35, 1.9, 3.2] as const;
const TALL = 1.7;
const TOES_OUT = 5; // degrees
const RUN_STEP = 1.12; // m at the last pace

/** Speed that is as quick for a body of this size as `pace` for an adult: equal Froude numbers. */
export function speedAt(pace: number, p: Proportions): number {
  return pace * Math.sqrt(p.hip / (0.522 * TALL));
}

/** The length of a stride (two steps), m, at a speed in m/s. Grows with the speed, and reaches 0 with it. */
export function strideLength(speed: number, p: Proportions): number {
  if (!(speed > 0)) return 0;
  const size = p.hip / (0.522 * TALL);
  const fastest = speedAt(PACES[4], p);
  const running = speedAt(PACES[5], p);
  // beside an adult's ratio: steps grow as the legs, their frequency falls as the root; old people step shorter
  const ratio = WALK_RATIO * size ** 1.5 * (1 - 0.5 * p.stoop);
  const walked = 2 * Math.sqrt(60 * ratio * Math.min(speed, fastest));
  if (speed <= fastest) return walked;
  const share = (speed - fastest) / (running - fastest);
  return walked + Math.min(share, 1.6) * (2 * RUN_STEP * size - walked);
}

/** The strides of the baked paces, and between which two of them a stride lies. */
export function strides(p: Proportions): readonly number[] {
  return PACES.map((pace) => strideLength(speedAt(pace, p), p));
}

/** Everything about one pace of one body that does not change over the stride. */
export interface Pace {
  readonly stride: number;
  /** Share of the stride that a foot is on the ground. */
  readonly duty: number;
  readonly run: boolean;
  readonly amplitude: number;
  /** Where the ankle stands ahead of the middle as the heel strikes, m. */
  readonly strike: number;
  /** Height of the hips over the stride: mean, cosine and sine twice a stride. */
  readonly height: readonly [number, number, number];
  readonly skeleton: Skeleton;
}

export function paceOf(row: number, skeleton: Skeleton): Pace {
  const p = skeleton.proportions;
  const run = row === PACES.length - 1;
  const stride = strides(p)[row];
  const duty = run ? 0.36 : 0.645 - 0.035 * PACES[row];
  const [long1, long2] = lengths(skeleton);
  const reachOf = (k: number, phase: number): number => {
    const [hip, knee] = anglesAt(run, k, phase);
    return long1 * Math.sin(hip) + long2 * Math.sin(hip - knee);
  };
  const guess: Pace = { stride, duty, run, amplitude: 1, strike: 0, skeleton, height: [0, 0, 0] };
  // the ankle comes forward while the foot rolls, so the hip turns less than the stride alone would ask
  const amplitude = Math.min(Math.max((planted(guess, 0)[0] - planted(guess, duty)[0]) / (reachOf(1, 0) - reachOf(1, duty)), 0.2), 1.2);
  const still = { ...guess, amplitude };
  let strike = 0;
  for (let i = 0; i < 32; i++) strike += (reachOf(amplitude, (duty * i) / 31) - planted(still, (duty * i) / 31)[0]) / 32;
  const placed = { ...still, strike };
  return { ...placed, height: heightOf(placed) };
}

function lengths({ joints }: Skeleton): [number, number] {
  const far = (a: number, b: number): number => Math.hypot(...joints[a].map((x, k) => x - joints[b][k]));
  return [far(BONE.thighL, BONE.shinL), far(BONE.shinL, BONE.footL)];
}

/** The thigh's angle ahead of the vertical, the knee's flexion and the toes' rise, rad, without the ground. */
function anglesAt(run: boolean, amplitude: number, phase: number): [number, number, number] {
  const { hip, knee, ankle } = run ? RUN : WALK;
  const k = Math.PI / 180;
  const lifted = run ? 1 : 0.45 + 0.55 * Math.min(amplitude, 1.05);
  const tilt = run ? RUN_TILT : WALK_TILT; // the curves tell the hip beside the pelvis, which leans ahead
  const [h, n, a] = [amplitude * (valueOf(hip, phase) - tilt), Math.max(lifted * valueOf(knee, phase), 2), valueOf(ankle, phase) * Math.min(1, 0.4 + 0.6 * amplitude)];
  const pitch = h - n + a;
  return [h * k, n * k, (pitch < 0 ? PUSH_OFF * pitch : pitch) * k];
}

/** How much the toes point up, rad: flat while the whole foot stands. */
export function footPitch(pace: Pace, phase: number): number {
  const [, , pitch] = anglesAt(pace.run, pace.amplitude, phase);
  if (phase >= pace.duty) return pitch;
  const down = pace.run ? 0.06 : 0.1;
  const lift = (pace.run ? 0.5 : 0.48) * pace.duty;
  if (phase < down) return Math.max(pitch, 0) * (pace.run ? 0.5 : 1) * (1 - phase / down);
  if (phase < lift) return 0;
  const share = Math.min((phase - lift) / (0.27 * pace.duty), 1);
  return Math.min(pitch, 0) * share * share * (3 - 2 * share);
}

/** The ankle on the ground, x and z in the frame that moves on evenly: it pivots on the heel, stands, pivots on the ball. */
function planted(pace: Pace, phase: number): [number, number] {
  const { joints, proportions: p } = pace.skeleton;
  const pitch = footPitch(pace, phase);
  const at = pace.strike - pace.stride * phase;
  const [cos, sin] = [Math.cos(pitch), Math.sin(pitch)];
  const ball = [joints[BONE.toesL][0] - joints[BONE.footL][0], joints[BONE.toesL][2] - joints[BONE.footL][2]];
  const [px, pz] = pitch > 0 ? [HEEL * p.foot, -p.ankle] : ball;
  // the pivot as it lies with the foot flat, and the ankle turned about it
  return [at + px - (px * cos - pz * sin), p.ankle + pz - (px * sin + pz * cos)];
}

/** Fits the hips' height to what the standing legs want, and keeps every standing foot in reach. */
function heightOf(pace: Pace): [number, number, number] {
  const [long1, long2] = lengths(pace.skeleton);
  const rows: [number, number, number][] = []; // phase of the left foot, wanted, highest
  for (let i = 0; i < 48; i++) {
    const phase = i / 48;
    if (phase > pace.duty) continue;
    const [x, z] = planted(pace, phase);
    const [, knee] = anglesAt(pace.run, pace.amplitude, phase);
    const wanted = Math.sqrt(long1 * long1 + long2 * long2 + 2 * long1 * long2 * Math.cos(knee));
    const rise = (reach: number): number => z + Math.sqrt(Math.max(reach * reach - x * x, 0));
    rows.push([phase, rise(wanted), rise(0.9985 * (long1 + long2))]);
  }
  const bearing = rows.filter(([phase]) => phase > 0.12 * pace.duty && phase < 0.75 * pace.duty); // before and after, the other leg does
  const mean = bearing.reduce((sum, [, wanted]) => sum + wanted, 0) / bearing.length;
  // most of the rise lies where the legs pass (walking) or fly (running)
  const swing = (pace.run ? 0.036 : 0.018) * Math.min(pace.amplitude, 1.1) * (pace.skeleton.proportions.stature / TALL);
  const top = pace.run ? pace.duty / 2 + 0.25 : pace.duty / 2;
  const [c, s] = [swing * Math.cos(4 * Math.PI * top), swing * Math.sin(4 * Math.PI * top)];
  const over = Math.max(...rows.map(([phase, , most]) => mean + c * Math.cos(4 * Math.PI * phase) + s * Math.sin(4 * Math.PI * phase) - most));
  return [mean - Math.max(over, 0), c, s];
}

export function hipHeight(pace: Pace, phase: number): number {
  const [mean, c, s] = pace.height;
  return mean + c * Math.cos(4 * Math.PI * phase) + s * Math.sin(4 * Math.PI * phase);
}

/**
 * The ankle of a foot whose own phase is `phase`: x and z, and how much of x is the foot's rolling. On the ground as
 * planted, in the air by the curves.
 */
export function ankleAt(pace: Pace, phase: number): [x: number, z: number, rolled: number] {
  const rolledAt = (own: number): number => planted(pace, own)[0] - pace.strike + pace.stride * own;
  if (phase <= pace.duty) return [...planted(pace, phase), rolledAt(phase)];
  const off = between(pace, pace.duty, planted(pace, pace.duty));
  const on = between(pace, 1, planted(pace, 0));
  const t = (phase - pace.duty) / (1 - pace.duty);
  const share = t * t * (3 - 2 * t);
  const free = freeAnkle(pace, phase);
  const lift = CLEARANCE * (pace.skeleton.proportions.stature / TALL) * Math.sin(Math.PI * t) ** 2;
  return [free[0] + off[0] + share * (on[0] - off[0]), free[1] + off[1] + share * (on[1] - off[1]) + lift, rolledAt(pace.duty) + share * (rolledAt(0) - rolledAt(pace.duty))];
}

function between(pace: Pace, phase: number, ground: readonly number[]): [number, number] {
  const free = freeAnkle(pace, phase);
  return [ground[0] - free[0], ground[1] - free[1]];
}

function freeAnkle(pace: Pace, phase: number): [number, number] {
  const [hip, knee] = anglesAt(pace.run, pace.amplitude, phase);
  const [long1, long2] = lengths(pace.skeleton);
  return [long1 * Math.sin(hip) + long2 * Math.sin(hip - knee), hipHeight(pace, phase) - long1 * Math.cos(hip) - long2 * Math.cos(hip - knee)];
}

/** Puts a body where it is at a phase 0 .. 1 of the stride, which begins as the right heel strikes. */
export function stride(posture: Posture, pace: Pace, phase: number): void {
  const p = posture.skeleton.proportions;
  const wave = (from: number): number => Math.cos(2 * Math.PI * (phase - from));
  const k = Math.min(pace.amplitude, 1.1);
  const stoop = (p.stoop * 180) / Math.PI;
  const lean = (pace.run ? 7 : 2) + 0.15 * stoop;
  const sway = pace.run ? 0.008 : 0.018;
  posture.root([0, -sway * wave(0.3), hipHeight(pace, phase) - p.hip], lean, -3 * k * wave(0.2), 5 * k * wave(0));
  posture.turn("abdomen", 0.3 * stoop, 2 * k * wave(0.2), -5 * k * wave(0));
  posture.turn("chest", 0.7 * stoop, k * wave(0.2), -5 * k * wave(0));
  posture.turn("neck", -0.35 * stoop - 0.3 * lean, 0, 2.5 * k * wave(0));
  posture.turn("head", -0.45 * stoop - 0.6 * lean, 0, 2.5 * k * wave(0));
  for (const side of ["L", "R"] as const) {
    const own = side === "R" ? phase : (phase + 0.5) % 1;
    putFoot(posture, pace, side, own);
    const swing = -Math.cos(2 * Math.PI * (own - 0.02)) * k;
    if (pace.run) posture.arm(side, 2 + 30 * swing, 9, 88 + 12 * swing, 18, 0);
    else posture.arm(side, 2 - lean + 19 * swing, 6, 17 + 9 * k * (1 + swing), 14, 0);
  }
}

function putFoot(posture: Posture, pace: Pace, side: Side, own: number): void {
  const p = posture.skeleton.proportions;
  const [x, z, rolled] = ankleAt(pace, own);
  const out = (TOES_OUT * Math.PI) / 180;
  const pitch = (footPitch(pace, own) * 180) / Math.PI;
  const y = (side === "L" ? 1 : -1) * p.hipHalf * (pace.run ? 0.45 : 0.62);
  const grounded = own <= pace.duty;
  const t = grounded ? 0 : (own - pace.duty) / (1 - pace.duty);
  const toes = pitch > 0 ? pitch : grounded ? 0 : pitch * Math.min(t * 3, 1);
  // the foot rolls in its own plane, which is turned out a little
  const aside = (side === "L" ? 1 : -1) * Math.sin(out) * rolled;
  posture.leg(side, new Vector3(x - rolled * (1 - Math.cos(out)), y + aside, z), pitch, toes, TOES_OUT);
}
