import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeSocket, fakeFetch, routes } from "../fakecity";
import { World } from "../world";
import type { HeardCommand } from "./orders";

const CLOSE = [{ type: "close_lane", lane: 1 }] as const;
const sent = (): Record<string, unknown>[] => FakeSocket.newest.sent.filter((message) => message["type"] === "order");
const applied = (by: string, ...commands: HeardCommand[]): void => FakeSocket.newest.say({ type: "event", event: "order_applied", time: 28_800, by, commands });

async function live(more: Record<string, unknown> = {}): Promise<World> {
  const world = new World({ base: "https://city.example/", socket: (url) => new FakeSocket(url) });
  await world.start();
  FakeSocket.newest.accept("v1", more);
  return world;
}
beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  vi.stubGlobal("fetch", fakeFetch(routes()));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("one's own order", () => {
  test("is answered by its number, whichever comes first", async () => {
    const world = await live();
    const first = world.order(CLOSE);
    const second = world.order([{ type: "set_speed_limit", edge: 0, speed: 8 }]);
    expect(sent()).toEqual([
      { type: "order", order: 1, commands: [{ type: "close_lane", lane: 1 }] },
      { type: "order", order: 2, commands: [{ type: "set_speed_limit", edge: 0, speed: 8 }] },
    ]);
    FakeSocket.newest.say({ type: "refused", order: 2, code: "range", message: "There is no edge 0." });
    FakeSocket.newest.say({ type: "ordered", order: 1, step: 57_602, time: 28_801 });
    expect(await second).toEqual({ done: false, code: "range", message: "There is no edge 0." });
    expect(await first).toEqual({ done: true, step: 57_602, time: 28_801 });
  });

  test("has an answer although the line is down, is lost, or nothing comes", async () => {
    const world = await live();
    const silent = world.order(CLOSE);
    await vi.advanceTimersByTimeAsync(19_000);
    FakeSocket.newest.say({ type: "pong", sent: 1, time: 2 });
    await vi.advanceTimersByTimeAsync(1_001);
    expect(await silent).toMatchObject({ done: false, code: "silent" });
    const lost = world.order(CLOSE);
    FakeSocket.newest.fail();
    expect(await lost).toMatchObject({ done: false, code: "lost" });
    expect(await world.order(CLOSE)).toMatchObject({ done: false, code: "offline" });
  });

  test("may be given by whom the server lets", async () => {
    expect((await live()).may("order")).toBe(false);
    expect((await live()).may("clock")).toBe(true);
    expect((await live({ may: ["clock", "order"] })).may("order")).toBe(true);
    expect((await live({ roles: ["visitor", "operator"] })).may("order")).toBe(true);
    const nothing = await live({ may: [] });
    expect([nothing.may("order"), nothing.may("clock")]).toEqual([false, false]);
  });
});

describe("orders of anybody's", () => {
  test("close and open lanes for all, and set limits", async () => {
    const { orders } = (await live({ closed: [4, -1, "7", 5] })).channels;
    expect([...orders.closed.value]).toEqual([4, 5]);
    applied("Ada", { type: "close_lane", lane: 1 }, { type: "open_lane", lane: 4 });
    applied("Bo", { type: "set_speed_limit", edge: 0, speed: 8.3 }, { type: "FromAnotherYear", lane: 9 });
    expect([...orders.closed.value].sort()).toEqual([1, 5]);
    expect([...orders.limits.value]).toEqual([[0, 8.3]]);
    expect(orders.applied.value.map(({ by }) => by)).toEqual(["Ada", "Bo"]);
  });

  test("are known anew when the line comes back", async () => {
    const { orders } = (await live({ closed: [4] })).channels;
    applied("Ada", { type: "close_lane", lane: 1 });
    FakeSocket.newest.fail();
    vi.advanceTimersByTime(600);
    FakeSocket.newest.accept("v1", { closed: [2] });
    expect([...orders.closed.value]).toEqual([2]);
  });

  test("are remembered, the last fifty; what is none is passed over", async () => {
    const { orders } = (await live()).channels;
    for (let lane = 0; lane < 60; lane++) applied("Ada", { type: "close_lane", lane });
    FakeSocket.newest.say({ type: "event", event: "Arrived", time: 1, vehicle: 7 });
    FakeSocket.newest.say({ type: "event", event: "order_applied", time: 1, commands: [null, 3, { lane: 99 }] });
    expect(orders.applied.value.length).toBe(50);
    expect(orders.applied.value[0].commands).toEqual([{ type: "close_lane", lane: 11 }]);
    expect(orders.applied.value.at(-1)).toEqual({ time: 1, by: "", commands: [] });
  });
});
