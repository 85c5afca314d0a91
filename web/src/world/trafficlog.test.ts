import { describe, expect, test } from "vitest";
import { bentNetwork } from "./bent";
import type { Network } from "./model";
import { Paths } from "./path";
import { TrafficLog, worstStreets, type Stats } from "./trafficlog";

const stats = (time: number, arrived: number): Stats => ({ time, arrived, vehicles: 10, halted: 2, waiting: 0, speedMean: 8, updatesPerSecond: 1, speedReached: 1 });
function log(...points: (readonly [time: number, arrived: number])[]): TrafficLog {
  const made = new TrafficLog();
  for (const [time, arrived] of points) made.add(stats(time, arrived));
  return made;
}

describe("the log", () => {
  test("tells how many arrive a minute, by the city's own time", () => {
    expect(log().arrivedPerMinute()).toBeNull();
    expect(log([0, 0], [2, 9]).arrivedPerMinute()).toBeNull(); // too soon to tell
    expect(log([0, 0], [10, 5]).arrivedPerMinute()).toBeCloseTo(30);
    expect(log([0, 0], [100, 500], [130, 560], [160, 620]).arrivedPerMinute()).toBeCloseTo(120); // of the last minute
  });

  test("begins anew after a jump of time, forward or back", () => {
    expect(log([100, 50], [110, 60], [20, 0]).points.length).toBe(1);
    expect(log([100, 50], [110, 60], [50_000, 70]).points.length).toBe(1);
  });

  test("keeps one point while the city is paused, and ten minutes of them", () => {
    expect(log([100, 50], [110, 60], [110, 60], [110, 60]).points.length).toBe(2);
    const all = log(...Array.from({ length: 1000 }, (_, k) => [k, k] as const));
    expect(all.points[0].time).toBe(399);
  });
});

describe("the worst streets", () => {
  const network = {
    ...bentNetwork(),
    names: ["", "Lake Road"],
    edges: { count: 3, name: Uint32Array.of(1, 1, 0), speed: Float32Array.of(10, 20, 10), firstLane: Int32Array.of(0, 1, 2), laneCount: Uint8Array.of(2, 1, 1) },
  } as unknown as Network;
  const paths = new Paths(network);
  const flow = { speed: Uint8Array.of(255, 51, 128), density: Uint8Array.of(9, 9, 9), flow: Uint8Array.of(90, 0, 0), queue: Uint8Array.of(51, 204, 255) };

  test("are those with the longest queues, in metres, each once by its worst edge", () => {
    const found = worstStreets(network, paths, flow, "queue", 5);
    expect(found.map(({ name, edge }) => [name, edge])).toEqual([["Lake Road", 1], ["", 2]]); // prettier-ignore
    expect(found[0].queue).toBeCloseTo(0.8 * 90); // lane 1 is 90 m long
    expect(found[1].queue).toBeCloseTo(50);
    expect(worstStreets(network, paths, flow, "queue", 1).length).toBe(1);
  });

  test("or the lowest speeds, where anybody drives", () => {
    expect(worstStreets(network, paths, flow, "speed", 5).map(({ edge, speed }) => [edge, Math.round(speed)])).toEqual([[1, 4], [2, 5]]); // prettier-ignore
    expect(worstStreets(network, paths, { ...flow, density: new Uint8Array(3) }, "speed", 5)).toEqual([]);
    expect(worstStreets(network, paths, { ...flow, queue: new Uint8Array(3) }, "queue", 5)).toEqual([]);
  });
});
