import { describe, expect, test } from "vitest";
import { polylines } from "./bent";
import type { Network } from "./model";
import { Paths } from "./path";
import { Streets } from "./street";

/**
 * High Street goes east over two junctions, 100 m + 10 m + 100 m + 10 m + 80 m, with two lanes on its first edge; Mill
 * Lane goes north from the first junction. The way back along the first edge is edge 4; the second junction has a signal.
 *
 *   edge 0 (lanes 0, 1) -> edge 1 (lane 2) -> edge 2 (lane 3);  edge 3 (lane 4): Mill Lane;  edge 4 (lane 5): back
 */
function town(): Network {
  const lane = (x0: number, x1: number, y = 0): [number, number, number][] => [[x0, y, 0], [x1, y, 0]]; // prettier-ignore
  const from = [0, 1, 0, 2, 2, 1];
  const to = [2, 2, 4, 3, 5, 5];
  const line = polylines([lane(100, 110), lane(100, 110, 3), lane(100, 105), lane(210, 220), lane(210, 205), lane(100, 102)]);
  return {
    names: ["", "High Street", "Mill Lane"],
    edges: {
      count: 5,
      name: Uint32Array.of(1, 1, 1, 2, 1),
      speed: Float32Array.of(13.9, 13.9, 8.3, 8.3, 13.9),
      firstLane: Int32Array.of(0, 2, 3, 4, 5),
      laneCount: Uint8Array.of(2, 1, 1, 1, 1),
      twin: Int32Array.of(4, -1, -1, -1, 0),
    },
    lanes: { count: 6, edge: Int32Array.of(0, 0, 1, 2, 3, 4), line: polylines([lane(0, 100), lane(0, 98, 3), lane(110, 210), lane(220, 300), lane(105, 105, 50), lane(100, 0)]) },
    connections: { count: 6, from: Int32Array.from(from), to: Int32Array.from(to), turn: Uint16Array.of(1, 1, 2, 1, 8, 8), line },
    signals: { count: 2, linkStart: Uint32Array.of(0, 1, 3), linkConnection: Int32Array.of(2, 4, 3) },
  } as unknown as Network;
}
const streets = (network = town()): Streets => new Streets(network, new Paths(network));

describe("a street", () => {
  test("goes on where its name does, whichever edge one asks for", () => {
    for (const edge of [0, 1, 2]) {
      const street = streets().along(edge);
      expect(street.edges).toEqual([0, 1, 2]);
      expect(street.name).toBe("High Street");
      expect(street.length).toBeCloseTo(99 + 10 + 100 + 10 + 80, 4);
      expect(street.limit).toBeCloseTo(13.9);
    }
  });

  test("is not that which turns off, nor the way back", () => {
    expect(streets().along(3).edges).toEqual([3]);
    expect(streets().along(4).edges).toEqual([4]);
    expect(streets().along(0).twin).toBe(4);
  });

  test("knows its lanes and the connections between them, and where on it each of their points is", () => {
    const street = streets().along(1);
    expect(street.paths).toEqual([0, 1, 2, 3, 6, 7, 9]);
    expect(street.distance(0, 50)).toBeCloseTo(49.5); // the edge is as long as its lanes are on average
    expect(street.distance(1, 98)).toBeCloseTo(99); // both lanes end at the same line
    expect(street.distance(6, 5)).toBeCloseTo(104);
    expect(street.distance(2, 0)).toBeCloseTo(109);
    expect(street.distance(3, 80)).toBeCloseTo(299);
    expect(street.distance(4, 10)).toBeNaN();
  });

  test("has stop lines with the lights of those who go on", () => {
    const { stopLines } = streets().along(0);
    expect(stopLines).toEqual([{ distance: expect.closeTo(209) as number, program: 1, links: [1] }]);
  });

  test("tells which streets it meets", () => {
    expect(streets().along(0).crossings).toEqual([{ distance: expect.closeTo(99) as number, name: "Mill Lane" }]);
  });

  test("without a name goes straight on", () => {
    const network = town();
    network.edges.name.fill(0);
    expect(streets(network).along(1).edges).toEqual([0, 1, 2]);
  });

  test("that is a ring ends where it began", () => {
    const network = town();
    Object.assign(network.connections, { from: Int32Array.of(0, 1, 0, 2, 3, 1), to: Int32Array.of(2, 2, 4, 3, 0, 5), turn: Uint16Array.of(1, 1, 2, 1, 1, 8) });
    expect([...streets(network).along(1).edges].sort()).toEqual([0, 1, 2]);
  });
});
