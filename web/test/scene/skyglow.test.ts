import { describe, expect, it } from "vitest";

import { skyglowOf } from "../../src/scene/skyglow";

const strength = (people: number): number => skyglowOf([-10, -20, 30, 40], people)[3];

describe("the light of a city in its night sky", () => {
  it("is over the middle of the city and as wide as it", () => {
    const [x, y, radius] = skyglowOf([-10, -20, 30, 60], 5000);
    expect([x, y]).toEqual([10, 20]);
    expect(radius).toBeCloseTo(Math.hypot(40, 80) / 2);
  });

  it("grows with the root of its people while it is faint, and has an end", () => {
    expect(strength(400) / strength(100)).toBeCloseTo(2, 0);
    expect(strength(100_000)).toBe(0.5);
    expect(strength(30e6)).toBeGreaterThan(0.9);
    expect(strength(30e6)).toBeLessThan(1);
    expect(strength(0)).toBe(0);
  });
});
