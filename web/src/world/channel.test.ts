import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { signal } from "@preact/signals-core";
import type { Frame } from "../protocol/frames";
import type { Message, Welcome } from "../protocol/messages";
import { Channels, takes, type Channel, type Line } from "./channel";
import { FakeSocket, fakeFetch, routes } from "./fakecity";
import { World } from "./world";

/** A subject that no file of the client knows: what is said in the square, and who waves there. */
class Square implements Channel {
  readonly name = "square";
  readonly said = signal<readonly string[]>([]);
  readonly waved: number[] = [];
  readonly heard: string[] = [];
  where: string | null = null;
  private line: Line | null = null;

  readonly messages = { said: takes<{ text: string }>({ text: "string" }, ({ text }) => void (this.said.value = [...this.said.value, text])) };
  readonly frames = { 200: (frame: Frame, at: number) => void this.waved.push(frame.count, frame.time, at) };

  join(line: Line): void {
    this.line = line;
  }
  found(): void {
    this.heard.push("found");
  }
  opened(): void {
    this.heard.push("opened");
  }
  welcome({ square }: Welcome): void {
    this.heard.push(`welcome to ${String(square)}`);
  }
  wishes(): Message[] {
    return this.where === null ? [] : [{ type: "enter", place: this.where }];
  }
  lost(): void {
    this.heard.push("lost");
  }
  say(text: string): boolean {
    return this.line?.send({ type: "say", text }) ?? false;
  }
}

function wave(count: number, time: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint8(0, 200);
  view.setUint16(2, count, true);
  view.setFloat64(8, time, true);
  return view.buffer;
}

let square: Square;
async function live(): Promise<World> {
  square = new Square();
  const world = new World({ base: "https://city.example/", socket: (url) => new FakeSocket(url), now: () => 1000, channels: [square] });
  await world.start();
  FakeSocket.newest.accept("v1", { square: "Old Market" });
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

describe("a channel that only this test knows", () => {
  test("hears its messages and sees its frames, and nobody else's", async () => {
    const world = await live();
    FakeSocket.newest.say({ type: "said", text: "Hello" });
    FakeSocket.newest.say({ type: "said", text: 7 }); // is not what it takes
    FakeSocket.newest.say({ type: "visitors", count: 5 });
    FakeSocket.newest.say({ type: "toString" }); // a type that nobody takes
    FakeSocket.newest.show(wave(3, 28_801));
    expect(square.said.value).toEqual(["Hello"]);
    expect(square.waved).toEqual([3, 28_801, 1000]);
    expect(world.visitors.value).toBe(5);
  });

  test("speaks, and says again after a break what it wants", async () => {
    await live();
    expect(square.say("Good morning")).toBe(true);
    square.where = "Old Market";
    FakeSocket.newest.fail();
    expect(square.say("Hello?")).toBe(false);
    vi.advanceTimersByTime(600);
    FakeSocket.newest.accept("v1", { square: "Old Market" });
    expect(FakeSocket.all[0].sent.at(-1)).toEqual({ type: "say", text: "Good morning" });
    expect(FakeSocket.newest.sent.filter(({ type }) => type === "enter" || type === "say")).toEqual([{ type: "enter", place: "Old Market" }]);
  });

  test("is told what becomes of the city and of the line", async () => {
    await live();
    const before = square.heard.filter((one) => one !== "lost");
    expect(before).toEqual(["found", "opened", "welcome to Old Market"]);
    FakeSocket.newest.fail();
    expect(square.heard.at(-1)).toBe("lost");
  });
});

test("a kind of frame belongs to one channel", () => {
  expect(() => new Channels([new Square(), new Square()])).toThrow(/square.*kind 200/);
});
