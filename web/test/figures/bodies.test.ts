/** Bodies: of the size asked for, closed, and moved by their bones. */
import { beforeAll, describe, expect, test } from "vitest";

import { bodyField } from "../../src/figures/body";
import { hairPoints } from "../../src/figures/hair";
import { buildLevels, fitted, SHAPES, type BodyLevel } from "../../src/figures/levels";
import { decodeParts, encodeParts, type Level, type Part } from "../../src/figures/parts";
import { proportionsOf, type Person } from "../../src/figures/proportions";
import { normalsOf, ringMesh } from "../../src/figures/rings";
import { skeletonOf } from "../../src/figures/skeleton";
import { skirtPoints, skirtWeights } from "../../src/figures/skirts";

let seed = 7;
const chance = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;

/** Persons of every kind, among them some who can't be. */
function somebody(): Person {
  const odd = [NaN, Infinity, -Infinity, -5, 900];
  const often = (usual: number): number => (chance() < 0.12 ? odd[Math.floor(chance() * odd.length)] : usual);
  return { sex: often(chance()), age: often(3 + 97 * chance()), height: often(0.8 + 1.4 * chance()), build: often(2 * chance() - 1) };
}

/** Sides of triangles that are not met by exactly one other the other way round. */
function openSides(index: ArrayLike<number>): number {
  const sides = new Map<string, number>();
  for (let f = 0; f < index.length; f += 3)
    for (let c = 0; c < 3; c++) {
      const side = `${index[f + c]} ${index[f + ((c + 1) % 3)]}`;
      sides.set(side, (sides.get(side) ?? 0) + 1);
    }
  return [...sides].filter(([side, n]) => n !== 1 || sides.get(side.split(" ").reverse().join(" ")) !== 1).length;
}

function expectShares(weights: { bones: Uint8Array; shares: Uint8Array }): void {
  for (let i = 0; i < weights.shares.length; i += 4) expect(weights.shares.slice(i, i + 4).reduce((a, b) => a + b)).toBe(255);
  expect(Math.max(...weights.bones)).toBeLessThan(21);
}

describe("the surface", () => {
  let levels: BodyLevel[];
  beforeAll(() => {
    levels = buildLevels(0.011);
  }, 60_000);

  test("three levels of about 3,000, 800 and at most 150 triangles, each closed", () => {
    const counts = levels.map((level) => level.index.length / 3);
    expect(counts[0]).toBeGreaterThan(2800);
    expect(counts[0]).toBeLessThanOrEqual(3000);
    expect(counts[1]).toBeGreaterThan(700);
    expect(counts[1]).toBeLessThanOrEqual(800);
    expect(counts[2]).toBeLessThanOrEqual(150);
    for (const level of levels) expect(openSides(level.index)).toBe(0);
  });

  test("at most four bones a vertex, whose shares sum to one", () => {
    for (const level of levels) {
      expect(level.weights.bones.length).toBe((4 * level.cut.length) / 3);
      expectShares(level.weights);
    }
  });

  test("every shape is as tall as asked, stands on the ground, and is the same left and right", () => {
    for (const person of SHAPES) {
      const p = proportionsOf(person);
      const { points } = fitted(levels[1], skeletonOf(p));
      const column = (k: number): number[] => Array.from({ length: points.length / 3 }, (_, i) => points[3 * i + k]);
      expect(Math.max(...column(2)) / p.stature).toBeCloseTo(1, 1.8);
      expect(Math.abs(Math.min(...column(2)))).toBeLessThan(0.012);
      expect(Math.max(...column(1))).toBeCloseTo(-Math.min(...column(1)), 3);
      const { points: near } = fitted(levels[2], skeletonOf(p));
      expect(near.every(Number.isFinite)).toBe(true);
    }
  });

  test("normals point outwards", () => {
    const { points, normals } = fitted(levels[1], skeletonOf(proportionsOf(SHAPES[4])));
    const flat = normalsOf(points, levels[1].index);
    let agreeing = 0;
    for (let i = 0; i < flat.length; i += 3) if (flat[i] * normals[i] + flat[i + 1] * normals[i + 1] + flat[i + 2] * normals[i + 2] > 0) agreeing++;
    expect(agreeing / (flat.length / 3)).toBeGreaterThan(0.97);
  });
});

test("no person, however odd, has a length that is no number, and the crown is at the stature", () => {
  for (let n = 0; n < 200; n++) {
    const p = proportionsOf(somebody());
    expect(Object.values(p).every(Number.isFinite)).toBe(true);
    expect(p.stature).toBeGreaterThanOrEqual(0.8);
    expect(p.stature).toBeLessThanOrEqual(2.2);
    const order = [p.ankle, p.knee, p.hip, p.waist, p.chest, p.shoulder, p.neck, p.stature - p.head / 2];
    expect([...order].sort((a, b) => a - b)).toEqual(order);
    const skeleton = skeletonOf(p);
    expect(skeleton.joints.flat().every(Number.isFinite)).toBe(true);
    const field = bodyField(skeleton);
    expect(field(0, 0, p.stature + 0.02)).toBeGreaterThan(0);
    expect(field(0, 0, p.stature - 0.03 * p.stature)).toBeLessThan(0);
    expect(field(0, 0, p.chest)).toBeLessThan(0);
  }
});

test("children's heads are larger beside their height, old people are bent", () => {
  const share = (age: number): number => {
    const p = proportionsOf({ sex: 0, age });
    return p.head / p.stature;
  };
  expect(share(5)).toBeGreaterThan(1.2 * share(30));
  expect(proportionsOf({ sex: 0, age: 85 }).stoop).toBeGreaterThan(proportionsOf({ sex: 0, age: 50 }).stoop);
});

test("hair and skirts are closed and finite; a skirt hangs outside the body", () => {
  const mesh = ringMesh(8, 10);
  expect(openSides(mesh.index)).toBe(0);
  expect(hairPoints(mesh).every((row) => row.every(Number.isFinite))).toBe(true);
  const skeleton = skeletonOf(proportionsOf({ sex: 0, age: 30 }));
  const field = bodyField(skeleton);
  const skirt = skirtPoints(mesh, skeleton)[1];
  for (let v = 1 + 2 * 10; v < 1 + 7 * 10; v++) expect(field(skirt[3 * v], skirt[3 * v + 1], skirt[3 * v + 2])).toBeGreaterThan(0);
  expectShares(skirtWeights(skirt, skeleton));
});

describe("the file", () => {
  const part = (n: number, rows: number): Part => ({
    index: Uint16Array.of(0, 1, 2), bones: new Uint8Array(4 * n).fill(3), shares: new Uint8Array(4 * n).fill(9), open: new Uint8Array(n).fill(200),
    cut: Int16Array.from({ length: 3 * n }, (_, i) => i), rows, points: Int16Array.from({ length: 3 * n * rows }, (_, i) => -i), normals: Int8Array.from({ length: 2 * n * rows }, (_, i) => i % 100),
  });
  const levels: Level[] = [[part(3, 2), part(5, 1), part(3, 0), part(7, 3)], [part(3, 1), part(4, 1), part(3, 1), part(3, 1)]];

  test("is read back as it was written", () => {
    expect(decodeParts(encodeParts(levels).buffer as ArrayBuffer)).toEqual(levels);
  });

  test("of another version or cut short is refused in a sentence", () => {
    const file = encodeParts(levels);
    expect(() => decodeParts(file.slice(0, 60).buffer as ArrayBuffer)).toThrow("cut short");
    expect(() => decodeParts(new ArrayBuffer(4))).toThrow("not one of this version");
  });
});
