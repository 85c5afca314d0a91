/** A crowd: 32 bytes a figure, dressed by number, sorted by distance, with phases that follow the way covered. */
import { PerspectiveCamera } from "three";
import { describe, expect, test } from "vitest";

import { Crowd, wardrobeOf } from "../../src/figures/crowd";
import { strideLength } from "../../src/figures/gait";
import { HAIR, HATS } from "../../src/figures/hair";
import { withFace, WORDS, writeLook, writeMoment } from "../../src/figures/instance";
import { SHAPES } from "../../src/figures/levels";
import { BAGS, BOTTOMS, CLOTH, dressed, HAIR_COLOURS, lookOf, MOUNTS, PROPS, scaleOf, SKINS, statureOf, TOPS, type Role } from "../../src/figures/outfit";
import type { Level, Part } from "../../src/figures/parts";
import { POSES, ROWS } from "../../src/figures/poses";
import { proportionsOf } from "../../src/figures/proportions";

const nothing = (rows: number): Part => ({ index: Uint16Array.of(0, 1, 2), bones: new Uint8Array(12), shares: new Uint8Array(12), open: new Uint8Array(3), cut: new Int16Array(9), rows, points: new Int16Array(9 * rows), normals: new Int8Array(6 * rows) });
const LEVEL: Level = [nothing(SHAPES.length), nothing(9), nothing(5), nothing(36)];
const wardrobe = wardrobeOf([LEVEL, LEVEL, LEVEL], { width: 1, height: 1, data: new Uint16Array(4) }); // nothing here reads the bones
const someone = (seed = 1): ReturnType<typeof lookOf> => {
  const { person, outfit } = dressed(seed);
  return lookOf(person, outfit);
};
const words = (crowd: Crowd): Uint32Array => (crowd as unknown as { words: Uint32Array }).words;
const phaseOf = (crowd: Crowd, i = 0): number => (words(crowd)[WORDS * i + 3] >>> 16) / 65536;

describe("an instance", () => {
  test("is 32 bytes: place, heading, phase, poses, and the look", () => {
    const buffer = new ArrayBuffer(64);
    const [floats, whole] = [new Float32Array(buffer), new Uint32Array(buffer)];
    writeMoment(floats, whole, 1, { x: 1.5, y: -2.25, z: 30, heading: Math.PI / 2, phase: 7.25, row: 3, toRow: 12, share: 0.5, holds: 4 });
    writeLook(whole, 1, [0xdeadbeef, 0xffffffff, 5]);
    expect(4 * WORDS).toBe(32);
    expect(Array.from(whole.slice(0, 8))).toEqual([0, 0, 0, 0, 0, 0, 0, 0]); // nothing of the one before
    expect(Array.from(floats.slice(8, 11))).toEqual([1.5, -2.25, 30]);
    expect(whole[11] & 65535).toBe(16384);
    expect(whole[11] >>> 16).toBe(16384);
    expect([whole[12] & 255, (whole[12] >>> 8) & 255, (whole[12] >>> 16) & 255, whole[12] >>> 24]).toEqual([3, 12, 128, 4]);
    expect(Array.from(whole.slice(13))).toEqual([0xdeadbeef, 0xffffffff, 5]);
  });

  test("takes numbers that are none, and angles of any size", () => {
    const buffer = new ArrayBuffer(32);
    const [floats, whole] = [new Float32Array(buffer), new Uint32Array(buffer)];
    writeMoment(floats, whole, 0, { x: 0, y: 0, z: 0, heading: NaN, phase: -0.25, row: 1, toRow: 1, share: Infinity, holds: 0 });
    expect(whole[3] >>> 16).toBe(49152);
    expect(whole[3] & 65535).toBe(0);
    expect((whole[4] >>> 16) & 255).toBe(0);
  });

  test("has a face that leaves the shape and the scale alone", () => {
    const word = someone()[2];
    const other = withFace(word, { mouth: 1, wide: 0, brows: 1, lids: 0.3, left: -1, up: 1 });
    expect(other & 0x1fff).toBe(word & 0x1fff);
    expect(other).not.toBe(word);
    expect((other >>> 13) & 7).toBe(7);
  });
});

describe("outfits", () => {
  test("the same number dresses the same; weather and work change clothes, not the person", () => {
    expect(dressed(42)).toEqual(dressed(42));
    expect(dressed(42, "anyone", { warmth: 0 }).person).toEqual(dressed(42, "anyone", { warmth: 30 }).person);
    const cold = Array.from({ length: 60 }, (_, i) => dressed(i, "anyone", { warmth: -5 }).outfit.top);
    expect(cold.every((top) => ["coat", "puffer", "jacket"].includes(top))).toBe(true);
    const wet = Array.from({ length: 100 }, (_, i) => dressed(i, "anyone", { warmth: 15, rain: true }).outfit.prop);
    expect(wet.filter((prop) => prop === "umbrella").length).toBeGreaterThan(50);
  });

  test("every choice fits its bits", () => {
    expect([SKINS.length <= 16, HAIR_COLOURS.length <= 16, HAIR.length <= 16, HATS.length <= 8, CLOTH.length <= 32, TOPS.length <= 16, BOTTOMS.length <= 8, BAGS.length <= 8, PROPS.length <= 4, MOUNTS.length <= 4, SHAPES.length <= 32, ROWS.length <= 256]).not.toContain(false);
    const roles: Role[] = ["anyone", "office", "police", "builder", "pupil", "cyclist"];
    for (let i = 0; i < 120; i++) {
      const { person, outfit } = dressed(i, roles[i % 6], { warmth: (i * 7) % 35 });
      const [a, b] = lookOf(person, outfit);
      expect([a & 15, (a >>> 4) & 15, HAIR[(a >>> 8) & 15], HATS[(a >>> 12) & 7], TOPS[(a >>> 23) & 15], BOTTOMS[(a >>> 27) & 7]]).toEqual([outfit.skin, outfit.hairColour, outfit.hair, outfit.hat ?? "none", outfit.top, outfit.bottom]);
      expect([b & 31, (b >>> 10) & 31, (b >>> 15) & 31, BAGS[(b >>> 20) & 7], PROPS[(b >>> 28) & 3], MOUNTS[b >>> 30]]).toEqual([outfit.topColour, outfit.bottomColour, outfit.shoes, outfit.bag ?? "none", outfit.prop ?? "none", outfit.mount ?? "none"]);
    }
  });

  test("a figure is drawn as tall as its person, within a centimetre", () => {
    for (let i = 0; i < 100; i++) {
      const { person, outfit } = dressed(i);
      expect(Math.abs(statureOf(lookOf(person, outfit)) - proportionsOf(person).stature)).toBeLessThan(0.01);
    }
  });
});

describe("a crowd", () => {
  test("walks by the way covered: one stride brings the phase round, whatever the speed was on the way", () => {
    const crowd = new Crowd(wardrobe, { max: 1 });
    const look = someone();
    crowd.dress(0, look);
    const shape = proportionsOf(SHAPES[look[2] & 31]);
    const stride = (speed: number): number => scaleOf(look) * strideLength(speed / Math.sqrt(scaleOf(look)), shape);
    const walk = (speed: number, distance: number): void => crowd.set(0, { x: distance, y: 0, z: 0, heading: 0, pose: "walk", speed, distance });
    walk(1.2, 100);
    const first = phaseOf(crowd);
    walk(1.2, 100 + stride(1.2));
    expect(Math.abs(phaseOf(crowd) - first)).toBeLessThan(0.002);
    // a sudden other speed moves no foot
    const before = phaseOf(crowd);
    walk(1.8, 100 + stride(1.2));
    expect(phaseOf(crowd)).toBeCloseTo(before, 4);
    walk(1.8, 100 + stride(1.2) + stride(1.8) / 4);
    expect((phaseOf(crowd) - before + 1) % 1).toBeCloseTo(0.25, 2);
  });

  test("who walks at no speed stands", () => {
    const crowd = new Crowd(wardrobe, { max: 1 });
    crowd.dress(0, someone());
    crowd.set(0, { x: 0, y: 0, z: 0, heading: 0, pose: "walk", speed: 0, distance: 5 });
    expect(words(crowd)[4] & 255).toBe(POSES.indexOf("stand"));
    expect((words(crowd)[4] >>> 16) & 255).toBe(0);
  });

  test("goes over from one pose to another", () => {
    const crowd = new Crowd(wardrobe, { max: 1 });
    crowd.dress(0, someone());
    crowd.set(0, { x: 0, y: 0, z: 0, heading: 0, pose: "stand", to: "sit", share: 1 });
    expect([words(crowd)[4] & 255, (words(crowd)[4] >>> 8) & 255, (words(crowd)[4] >>> 16) & 255]).toEqual([POSES.indexOf("stand"), POSES.indexOf("sit"), 255]);
  });

  test("is sorted into levels by distance, and what is behind the eye is not drawn", () => {
    const crowd = new Crowd(wardrobe, { max: 4 });
    [[5, 0], [20, 0], [150, 0], [-10, 0]].forEach(([x, y], i) => {
      crowd.dress(i, someone(i));
      crowd.set(i, { x, y, z: 0, heading: 0, pose: "stand" });
    });
    const camera = new PerspectiveCamera(50, 1, 0.1, 1000);
    camera.up.set(0, 0, 1);
    camera.position.set(0, 0, 1.6);
    camera.lookAt(10, 0, 1.5);
    crowd.update(camera, 0);
    expect(crowd.stats()).toEqual({ levels: [1, 1, 1], hidden: 1 });
    crowd.truncate(1);
    crowd.update(camera, 0);
    expect(crowd.stats().levels).toEqual([1, 0, 0]);
  });

  test("is set from arrays as one by one", () => {
    const [one, many] = [new Crowd(wardrobe, { max: 3 }), new Crowd(wardrobe, { max: 3 })];
    const table = { count: 3, x: [1, 2, 3], y: [4, 5, 6], z: [0, 0, 1], heading: [0, 1, 2], pose: Uint8Array.of(POSES.indexOf("walk"), POSES.indexOf("sit"), POSES.indexOf("ride")), speed: [1.1, 0, 4], distance: [30, 0, 50], offset: [0.2, 0.1, 0] };
    for (let i = 0; i < 3; i++) {
      one.dress(i, someone(i));
      many.dress(i, someone(i));
      one.set(i, { x: table.x[i], y: table.y[i], z: table.z[i], heading: table.heading[i], pose: POSES[table.pose[i]], speed: table.speed[i], distance: table.distance[i], offset: table.offset[i] });
    }
    many.setAll(table);
    expect(words(many)).toEqual(words(one));
  });

  test("says who has no look yet", () => {
    const crowd = new Crowd(wardrobe, { max: 2 });
    expect(() => crowd.set(1, { x: 0, y: 0, z: 0, heading: 0, pose: "stand" })).toThrow("dress it first");
  });
});
