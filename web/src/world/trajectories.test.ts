import { describe, expect, test } from "vitest";
import { LightLog, Trajectories } from "./trajectories";

function seen(pictures: readonly (readonly [time: number, ...vehicles: (readonly [id: number, metres: number])[]])[], memory = 300): Trajectories {
  const all = new Trajectories(memory);
  for (const [time, ...vehicles] of pictures) {
    if (all.begin(time)) for (const [id, metres] of vehicles) all.add(id, metres, 10);
  }
  return all;
}

describe("trajectories", () => {
  test("are one track a vehicle", () => {
    const all = seen([[0, [7, 0], [8, 50]], [2, [7, 20], [8, 70]], [4, [7, 40]]]); // prettier-ignore
    expect(all.tracks.map(({ id, time, distance }) => [id, time, distance])).toEqual([
      [7, [0, 2, 4], [0, 20, 40]],
      [8, [0, 2], [50, 70]],
    ]);
    expect(all.now()).toEqual({ count: 1, speed: 10 });
  });

  test("a vehicle that comes by again, later or from the beginning, is another track", () => {
    expect(seen([[0, [7, 100]], [1, [7, 5]]]).tracks.length).toBe(2); // prettier-ignore
    expect(seen([[0, [7, 0]], [30, [7, 5]]]).tracks.length).toBe(2); // prettier-ignore
    expect(seen([[0, [7, 100]], [1, [7, 98]]]).tracks.length).toBe(1); // prettier-ignore
  });

  test("a picture that is known already changes nothing: the past and the present overlap", () => {
    const all = seen([[0, [7, 0]], [2, [7, 20]], [1, [7, 10]], [2, [7, 20]], [4, [7, 40]]]); // prettier-ignore
    expect(all.tracks[0].time).toEqual([0, 2, 4]);
    expect(all.version).toBe(3);
  });

  test("what is older than the memory is forgotten, and what lasts stays", () => {
    const pictures = Array.from({ length: 100 }, (_, k) => [10 * k, [1, k], ...(k === 0 ? [[2, 5] as const] : [])] as const);
    const all = seen(pictures as never, 300);
    expect(all.tracks.map(({ id }) => id)).toEqual([1]);
    expect(seen([[0, [2, 5]], [10]], 300).now().count).toBe(0); // prettier-ignore
  });
});

describe("lights", () => {
  test("are kept as changes, and forgotten but for the one that still shows", () => {
    const log = new LightLog(2);
    for (const [time, light] of [[0, 0], [1, 0], [30, 3], [31, 3], [60, 1], [63, 0]]) log.show(0, time, light); // prettier-ignore
    expect(log.lines[0]).toEqual([{ time: 0, light: 0 }, { time: 30, light: 3 }, { time: 60, light: 1 }, { time: 63, light: 0 }]); // prettier-ignore
    expect(log.lines[1]).toEqual([]);
    log.forget(61);
    expect(log.lines[0].map(({ time }) => time)).toEqual([60, 63]);
  });
});
