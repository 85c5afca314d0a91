import { describe, expect, test } from "vitest";
import type { Track } from "../../world/trajectories";
import { marks, newSegments, pushed, roomy, speedClass, step, tails, xOf, yOf } from "./plot";
import { spans } from "./sheet";

const PLOT = { width: 600, height: 200, seconds: 300, metres: 1000 };

describe("the geometry", () => {
  test("time runs to the right up to now, distance upward", () => {
    expect(xOf(PLOT, 28_800, 28_800)).toBe(600);
    expect(xOf(PLOT, 28_800, 28_500)).toBe(0);
    expect([yOf(PLOT, 0), yOf(PLOT, 250), yOf(PLOT, 1000)]).toEqual([200, 150, 0]);
  });

  test("a line's slope is its speed: 10 m/s are 1 pixel up for each to the right here", () => {
    const [dx, dy] = [xOf(PLOT, 300, 110) - xOf(PLOT, 300, 100), yOf(PLOT, 100) - yOf(PLOT, 0)];
    expect(-dy / dx).toBeCloseTo((10 * (PLOT.height / PLOT.metres)) / (PLOT.width / PLOT.seconds));
  });

  test("is pushed by whole pixels, so that what was drawn stays where it is", () => {
    let end = 1000;
    let shifted = 0;
    for (let time = 1000; time < 1100; time += 0.7) {
      const next = pushed(PLOT, end, time);
      expect(Number.isInteger(next.shift)).toBe(true);
      expect(next.end).toBeGreaterThanOrEqual(time - 1e-6);
      expect(next.end - time).toBeLessThan(0.5 + 1e-6); // less than a pixel
      shifted += next.shift;
      end = next.end;
    }
    expect(xOf(PLOT, end, 1000)).toBeCloseTo(600 - shifted, 6); // a point of the beginning, where it was pushed to
    expect(pushed(PLOT, end, end - 5)).toEqual({ shift: 0, end });
  });

  test("speeds fall into classes of colour", () => {
    expect([0, 2, 5, 9.9, 10, 40, -1].map((v) => speedClass(v, 10, 5))).toEqual([0, 1, 2, 4, 4, 4, 0]);
  });
});

describe("segments", () => {
  const track = (): Track => ({ id: 1, time: [100, 102, 104], distance: [0, 20, 20], speed: [10, 10, 0] });
  const given = { plot: PLOT, end: 400, limit: 10, colours: 2 };

  test("join the samples of a track, by the colour of their speed", () => {
    const [slow, fast] = newSegments([track()], new WeakMap(), given);
    expect(fast).toEqual([0, 200, 4, 196]);
    expect(slow).toEqual([4, 196, 8, 196]);
  });

  test("are no shorter than asked for, and the rest is a tail that is drawn until it is", () => {
    const one = track();
    const drawn = new WeakMap<Track, number>();
    expect(newSegments([one], drawn, given, 5)).toEqual([[], [0, 200, 8, 196]]);
    one.time.push(105);
    one.distance.push(30);
    one.speed.push(10);
    expect(newSegments([one], drawn, given, 5)).toEqual([[], []]);
    expect(tails([one], drawn, given)).toEqual([[], [8, 196, 10, 194]]);
    one.time.push(107);
    one.distance.push(30);
    one.speed.push(0);
    expect(newSegments([one], drawn, given, 5)).toEqual([[8, 196, 14, 194], []]);
    expect(tails([one], drawn, given)).toEqual([[], []]);
  });

  test("are drawn once each, and grow with the track", () => {
    const one = track();
    const drawn = new WeakMap<Track, number>();
    newSegments([one], drawn, given);
    expect(newSegments([one], drawn, given)).toEqual([[], []]);
    one.time.push(106);
    one.distance.push(20);
    one.speed.push(0);
    expect(newSegments([one], drawn, given)).toEqual([[8, 196, 12, 196], []]);
  });

  test("that ended before the plot begins are left out", () => {
    expect(newSegments([track()], new WeakMap(), { ...given, end: 403 }).flat().length).toBe(4);
  });
});

test("axes are marked at round numbers, and labels do not overlap", () => {
  expect(step(1500, 7, [50, 100, 200, 250, 500])).toBe(250);
  expect(step(5000, 7, [50, 100, 500])).toBe(500);
  expect(marks(28_811, 28_900, 30)).toEqual([28_830, 28_860, 28_890]);
  expect(roomy([{ y: 0 }, { y: 5 }, { y: 13 }], 12)).toEqual([{ y: 0 }, { y: 13 }]);
});

test("a light is a bar for each colour it showed", () => {
  const changes = [{ time: 0, light: 0 }, { time: 30, light: 3 }, { time: 60, light: 0 }]; // prettier-ignore
  expect(spans(changes, 10, 70)).toEqual([
    { light: 0, from: 10, to: 30 },
    { light: 3, from: 30, to: 60 },
    { light: 0, from: 60, to: 70 },
  ]);
  expect(spans(changes, 65, 70)).toEqual([{ light: 0, from: 65, to: 70 }]);
  expect(spans([], 0, 70)).toEqual([]);
});
