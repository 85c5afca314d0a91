import { describe, expect, it } from "vitest";

import { MAP_GLSL, mapEdge, outsideOf, SOFT_EDGE } from "../../src/scene/mapedge";
import { GroundLayer } from "../../src/scene/ground";

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
