import { describe, expect, test } from "vitest";
import { bentNetwork } from "./bent";
import { Paths } from "./path";

const paths = new Paths(bentNetwork());
const point = (path: number, distance: number, previous?: number): number[] => {
  const out = [0, 0, 0];
  if (previous === undefined) paths.point(path, distance, out);
  else paths.pointBehind(path, distance, previous, out);
  return out.map((v) => Math.round(v * 1000) / 1000);
};

describe("a path", () => {
  test("finds the point at a distance on a bent line", () => {
    expect(point(0, 0)).toEqual([0, 0, 0]);
    expect(point(0, 60)).toEqual([60, 0, 0]);
    expect(point(1, 30)).toEqual([110, 40, 0]);
    expect(point(1, 70)).toEqual([128, 74, 3]);
  });
  test("goes on straight before its beginning and beyond its end", () => {
    expect(point(0, -5)).toEqual([-5, 0, 0]);
    expect(point(0, 103)).toEqual([103, 0, 0]);
  });
  test("a point behind its beginning lies on the paths that lead to it", () => {
    const connection = paths.lanes;
    const length = paths.length(connection);
    expect(length).toBeCloseTo(Math.hypot(10, 10), 4);
    expect(point(1, -length - 3, connection)).toEqual([97, 0, 0]);
    expect(point(connection, -3, -1)).toEqual([97, 0, 0]);
  });
  test("knows by which path one came, and else takes the one straight on", () => {
    expect(paths.before(1, 0)).toBe(paths.lanes);
    expect(paths.before(1, 2)).toBe(paths.lanes + 1);
    expect(paths.before(1, -1)).toBe(paths.lanes + 1); // of the two, the through movement
    expect(paths.before(0, -1)).toBe(-1);
  });
});
