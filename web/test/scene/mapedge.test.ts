import { describe, expect, it } from "vitest";

import { MAP_GLSL, mapEdge, outsideOf, SOFT_EDGE } from "../../src/scene/mapedge";
import { disc, GroundLayer } from "../../src/scene/ground";

const BOX = [-100, -50, 300, 250];

describe("the edge of the data", () => {
  it("is told by the distance from the box, less than 0 inside it", () => {
    expect(outsideOf(BOX, 300, 100)).toBe(0);
    expect(outsideOf(BOX, 360, 100)).toBe(60);
    expect(outsideOf(BOX, 330, 290)).toBe(50); // off the corner: 30 east, 40 north
    expect(outsideOf(BOX, 290, 100)).toBe(-10);
    expect(outsideOf(BOX, 100, 100)).toBe(-150);
  });

  it("is the city's: paper sets in around the box, not at a distance from it", () => {
    expect(SOFT_EDGE.from).toBeLessThan(0);
    expect(SOFT_EDGE.to).toBeGreaterThan(0);
    expect(MAP_GLSL).toContain(`smoothstep(${SOFT_EDGE.from.toFixed(1)}, ${SOFT_EDGE.to.toFixed(1)}`);
    new GroundLayer().setBounds(BOX);
    expect(mapEdge.uBounds.value.toArray()).toEqual(BOX); // shared by land and water
  });
});

describe("the disc of the ground", () => {
  it("covers what is below the eye with no point of its own there", () => {
    const { array } = disc().getAttribute("position");
    const index = disc().getIndex()!.array;
    const radius = (i: number): number => Math.hypot(array[3 * i], array[3 * i + 1]);
    expect(Math.min(...Array.from(index, radius))).toBeGreaterThan(50);
    let area = 0;
    for (let t = 0; t < index.length; t += 3) {
      const [a, b, c] = [index[t], index[t + 1], index[t + 2]].map((i) => [array[3 * i], array[3 * i + 1]]);
      const twice = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
      expect(twice).toBeGreaterThan(0); // faces up
      area += twice / 2;
    }
    expect(area / (20 * Math.sin(Math.PI / 20) * 150_000 ** 2)).toBeCloseTo(1, 5); // a polygon of 40 sides, no overlap
  });
});
