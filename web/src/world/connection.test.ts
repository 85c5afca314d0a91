import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Connection, type ConnectionState } from "./connection";
import { FakeSocket } from "./fakecity";

const newest = (): FakeSocket => FakeSocket.newest;

let states: ConnectionState[];
let frames: ArrayBuffer[];
let welcomed: number;
function connect(): Connection {
  const connection = new Connection(
    "ws://city/live",
    {
      welcome: () => void welcomed++,
      message: () => undefined,
      frame: (buffer) => frames.push(buffer),
      state: (state) => states.push(state),
    },
    { name: "Ada", socket: (url) => new FakeSocket(url), random: () => 1 },
  );
  connection.open();
  return connection;
}
beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  states = [];
  frames = [];
  welcomed = 0;
});
afterEach(() => void vi.useRealTimers());

describe("the live line", () => {
  test("5.1: says hello first, and nothing else before the welcome", () => {
    const connection = connect();
    expect(connection.send({ type: "view", x: 1, y: 2, radius: 500 })).toBe(false);
    expect(newest().binaryType).toBe("arraybuffer");
    expect(newest().sent).toEqual([]);
    newest().accept();
    expect(newest().sent).toEqual([{ type: "hello", protocol: 1, name: "Ada" }]);
    expect(states.map((s) => s.state)).toEqual(["connecting", "live"]);
  });

  test("comes back with growing pauses, and starts small again after a success", () => {
    connect();
    newest().accept();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      newest().fail();
      const state = states[states.length - 1];
      if (state.state !== "waiting") throw new Error("should wait");
      waits.push(state.retryAt - Date.now());
      const sockets = FakeSocket.all.length;
      vi.advanceTimersByTime(waits[i] - 1);
      expect(FakeSocket.all.length).toBe(sockets);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.all.length).toBe(sockets + 1);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
    newest().accept();
    newest().fail();
    expect(states[states.length - 1]).toEqual({ state: "waiting", retryAt: Date.now() + 500 });
  });

  test("5.1: is not taken in by a welcome that is none", () => {
    connect();
    newest().readyState = 1;
    newest().onopen?.();
    newest().say({ type: "welcome", protocol: 1, time: "eight" });
    expect(welcomed).toBe(0);
    newest().accept();
    expect(welcomed).toBe(1);
  });

  test("tells when a message was lost, and can be hurried", () => {
    const connection = connect();
    expect(connection.send({ type: "time", paused: true })).toBe(false);
    newest().accept();
    expect(connection.send({ type: "time", paused: true })).toBe(true);
    newest().fail();
    connection.retryNow();
    expect(FakeSocket.all.length).toBe(2);
  });

  test("takes a silent line for dead", () => {
    connect();
    newest().accept();
    vi.advanceTimersByTime(5000);
    expect(newest().sent[1]["type"]).toBe("ping");
    newest().say({ type: "pong", sent: 1, time: 2 });
    vi.advanceTimersByTime(15_000);
    expect(states[states.length - 1].state).toBe("live");
    vi.advanceTimersByTime(15_000);
    expect(FakeSocket.all.length).toBeGreaterThan(1);
  });

  test("5.1: does not come back where the server speaks another protocol", () => {
    connect();
    newest().readyState = 1;
    newest().onopen?.();
    newest().say({ type: "error", code: "protocol", message: "This server speaks protocol 2." });
    newest().fail(4000);
    expect(states[states.length - 1]).toEqual({ state: "refused", message: "This server speaks protocol 2." });
    vi.advanceTimersByTime(100_000);
    expect(FakeSocket.all.length).toBe(1);
  });

  test("stays closed when closed", () => {
    const connection = connect();
    newest().accept();
    connection.close();
    vi.advanceTimersByTime(100_000);
    expect(FakeSocket.all.length).toBe(1);
  });

  test("hands on frames", () => {
    connect();
    newest().accept();
    newest().onmessage?.({ data: new ArrayBuffer(16) });
    expect(frames.length).toBe(1);
  });
});
