/** Walking: feet keep to the ground, steps have the length that is measured, joints turn as far as they do. */
import { Vector3 } from "three";
import { describe, expect, test } from "vitest";

import { bake, COLUMNS, FRAMES } from "../../src/figures/bake";
import { PACES, paceOf, stride, strideLength, WALK_RATIO } from "../../src/figures/gait";
import { Posture } from "../../src/figures/kinematics";
import { SHAPES } from "../../src/figures/levels";
import { BICYCLE, FIRST_PACE, pacesOf, ROWS, take } from "../../src/figures/poses";
import { proportionsOf } from "../../src/figures/proportions";
import { BONE, BONES, HEEL, skeletonOf, type Skeleton, type Vec3 } from "../../src/figures/skeleton";

const adult = skeletonOf(proportionsOf({ sex: 1, age: 30, height: 1.75 }));
const DEGREE = 180 / Math.PI;

/** The left shoe's heel at rest. */
const heelOf = ({ joints, proportions: p }: Skeleton): Vec3 => [joints[BONE.footL][0] + HEEL * p.foot, joints[BONE.footL][1], 0];

describe("a foot on the ground", () => {
  for (const row of PACES.keys()) {
    if (row === 0) continue;
    test(`moves back as fast as the body goes on, within 2 %, at pace ${PACES[row]}`, () => {
      for (const person of SHAPES) {
        const skeleton = skeletonOf(proportionsOf(person));
        const pace = paceOf(row, skeleton);
        const posture = new Posture(skeleton);
        const at = (own: number): { heel: Vector3; ball: Vector3 } => {
          posture.reset();
          stride(posture, pace, (own + 0.5) % 1); // the left foot's own phase is half a stride on
          return { heel: posture.moved("footL", heelOf(skeleton)), ball: posture.place[BONE.toesL].clone() };
        };
        const n = 60;
        for (let i = 0; i < n; i++) {
          const [a, b] = [(pace.duty * i) / n, (pace.duty * (i + 1)) / n - 1e-9];
          const [from, to] = [at(a), at(b)];
          const speed = pace.stride * (b - a);
          // the heel until it lifts, the ball from when it is down: one of them always stands
          const stands = a < 0.3 * pace.duty ? "heel" : "ball";
          expect(Math.abs(to[stands].x - from[stands].x + speed) / speed).toBeLessThan(0.02);
          expect(Math.abs(to[stands].y - from[stands].y) / speed).toBeLessThan(0.02);
          expect(to.heel.z).toBeGreaterThan(-0.004);
        }
      }
    });
  }

  test("does so between two paces as well, and as the graphics card blends its frames", () => {
    const { data, width } = bake([adult]);
    const p = adult.proportions;
    const [slow, fast] = [paceOf(2, adult), paceOf(3, adult)];
    const share = 0.4;
    /** A point of the left foot as the shader has it: two frames of two rows, mixed. */
    const point = (local: Vec3, bone: number, phase: number): number => {
      const at = (row: number): number => {
        const frame = phase * FRAMES;
        const value = (f: number): number => [0, 1, 2, 3].reduce((sum, c) => sum + data[4 * (3 * bone * width + (FIRST_PACE + row - 1) * COLUMNS + f) + c] * (c < 3 ? local[c] : 1), 0);
        const low = Math.floor(frame);
        return value(low) + (frame - low) * (value(low + 1) - value(low));
      };
      return (1 - share) * at(2) + share * at(3);
    };
    const drawn = (1 - share) * slow.stride + share * fast.stride;
    for (let i = 0; i < 20; i++) {
      const own = 0.12 + 0.015 * i; // flat on the ground
      const [a, b] = [(own + 0.5) % 1, (own + 0.515) % 1].map((phase) => point([adult.joints[BONE.toesL][0], adult.joints[BONE.toesL][1], 0.014 * p.stature], BONE.toesL, phase));
      expect(Math.abs(b - a + drawn * 0.015) / (drawn * 0.015)).toBeLessThan(0.02);
    }
  });
});

test("step length over step frequency is 0.0065 m per step a minute over an adult's speeds (Sekiya et al. 1996)", () => {
  const p = proportionsOf({ sex: 0.5, age: 30, height: 1.7 });
  for (const speed of [0.6, 0.9, 1.2, 1.5, 1.8]) {
    const step = strideLength(speed, p) / 2;
    const aMinute = (speed / step) * 60;
    expect(step / aMinute / WALK_RATIO).toBeCloseTo(1, 1.5);
  }
  expect(strideLength(1.33, p)).toBeGreaterThan(1.3);
  expect(strideLength(1.33, p)).toBeLessThan(1.6);
});

test("children and old people take shorter steps at the same speed; a stride grows with the speed and ends at 0", () => {
  const of = (age: number, height: number, speed: number): number => strideLength(speed, proportionsOf({ sex: 0, age, height }));
  expect(of(6, 1.15, 1.1)).toBeLessThan(0.85 * of(30, 1.65, 1.1));
  expect(of(80, 1.65, 1.1)).toBeLessThan(of(30, 1.65, 1.1));
  let last = 0;
  for (let speed = 0; speed < 6; speed += 0.1) {
    const now = of(30, 1.65, speed);
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
  expect([of(30, 1.65, 0), of(30, 1.65, -1), of(30, 1.65, NaN)]).toEqual([0, 0, 0]);
});

test("hip, knee and ankle turn about as far as in Winter's walkers", () => {
  const pace = paceOf(3, adult);
  const posture = new Posture(adult);
  const rows = Array.from({ length: 100 }, (_, i) => {
    posture.reset();
    stride(posture, pace, i / 100);
    const way = (a: number, b: number): number => {
      const d = posture.place[b].clone().sub(posture.place[a]);
      return Math.atan2(d.x, -d.z) * DEGREE;
    };
    const [thigh, shin] = [way(BONE.thighR, BONE.shinR), way(BONE.shinR, BONE.footR)];
    const toes = new Vector3(1, 0, 0).applyQuaternion(posture.rotation[BONE.footR]);
    return { hip: thigh + 5, knee: thigh - shin, ankle: Math.asin(toes.z) * DEGREE - shin, swings: i / 100 > pace.duty };
  });
  const range = (of: (row: (typeof rows)[number]) => number, list = rows): [number, number] => [Math.min(...list.map(of)), Math.max(...list.map(of))];
  const near = (value: number, wanted: number, by = 8): void => expect(Math.abs(value - wanted), `${value} beside ${wanted}`).toBeLessThan(by);
  const [back, ahead] = range((row) => row.hip);
  near(ahead, 30);
  near(back, -10);
  near(range((row) => row.knee, rows.filter((row) => row.swings))[1], 60);
  expect(range((row) => row.knee)[0]).toBeGreaterThan(0);
  const [down, up] = range((row) => row.ankle);
  near(up, 10, 9);
  near(down, -20);
});

test("arms swing against the legs, and the hips rise twice a stride", () => {
  const pace = paceOf(3, adult);
  const posture = new Posture(adult);
  const at = (phase: number): { hand: number; foot: number; hip: number } => {
    posture.reset();
    stride(posture, pace, phase);
    return { hand: posture.place[BONE.handR].x, foot: posture.place[BONE.footR].x, hip: posture.place[0].z };
  };
  expect(at(0).foot).toBeGreaterThan(0.2);
  expect(at(0).hand).toBeLessThan(0.02);
  expect(at(0.5).hand).toBeGreaterThan(at(0).hand + 0.2);
  expect(at(0.3).hip).toBeCloseTo(at(0.8).hip, 6);
  expect(at(0.3).hip).toBeGreaterThan(at(0.05).hip + 0.02);
});

test("the frames of every pose of every shape are numbers, cycles close, and nobody sinks into the ground", () => {
  const { data, width, height } = bake(SHAPES.map((person) => skeletonOf(proportionsOf(person))));
  expect(data.every(Number.isFinite)).toBe(true);
  for (let line = 0; line < height; line += 7)
    for (let row = 0; row < ROWS.length; row++) {
      const first = 4 * (line * width + row * COLUMNS);
      expect(data.slice(first, first + 4)).toEqual(data.slice(first + 4 * FRAMES, first + 4 * FRAMES + 4));
    }
  expect(height).toBe(3 * BONES.length * SHAPES.length);
  for (const person of [SHAPES[0], SHAPES[7], SHAPES[8]]) {
    const skeleton = skeletonOf(proportionsOf(person));
    const posture = new Posture(skeleton);
    const paces = pacesOf(skeleton);
    for (let row = 0; row < ROWS.length; row++)
      for (let i = 0; i < 16; i++) {
        take(posture, row, i / 16, paces);
        for (const bone of ["toesL", "toesR"] as const) expect(posture.place[BONE[bone]].z, `${ROWS[row]} ${i}`).toBeGreaterThan(0.0);
      }
  }
});

test("a rider's feet stay on the pedals and hands on the bar, whatever the size", () => {
  for (const person of [SHAPES[1], SHAPES[4], SHAPES[8]]) {
    const skeleton = skeletonOf(proportionsOf(person));
    const posture = new Posture(skeleton);
    const k = skeleton.proportions.stature / 1.7;
    for (let i = 0; i < 8; i++) {
      take(posture, ROWS.indexOf("ride"), i / 8, []);
      const ball = posture.place[BONE.toesR];
      const far = Math.hypot(ball.x - BICYCLE.pedals[0] * k, ball.z - 0.03 * k - BICYCLE.pedals[1] * k);
      expect(far / k).toBeCloseTo(BICYCLE.crank, 1.6);
      const hand = posture.place[BONE.handR];
      expect(Math.hypot(hand.x - (BICYCLE.bar[0] - 0.09) * k, hand.z - (BICYCLE.bar[2] + 0.02) * k)).toBeLessThan(0.06);
    }
  }
});
