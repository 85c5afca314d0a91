import { describe, expect, test } from "vitest";
import { Connection } from "./connection";
import { FakeSocket } from "./fakecity";
import { operatorToken, type Page } from "./operator";

function page(hash: string, stored: Map<string, string>, forbidden = false): Page & { url: string } {
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  };
  const out = {
    url: `/city?quality=low${hash}`,
    location: { hash, pathname: "/city", search: "?quality=low" },
    history: { replaceState: (_: unknown, __: string, url: string) => void (out.url = url) },
    get sessionStorage() {
      if (forbidden) throw new Error("SecurityError");
      return storage;
    },
  };
  return out;
}

describe("the operator's token", () => {
  test("leaves the address, and is there again when the page is loaded anew", () => {
    const stored = new Map<string, string>();
    const first = page("#operator=abc", stored);
    expect(operatorToken(first).read()).toBe("abc");
    expect(first.url).toBe("/city?quality=low");
    expect(operatorToken(page("", stored)).read()).toBe("abc");
  });

  test("is none of another fragment, nor where storage is forbidden", () => {
    expect(operatorToken(page("#p=1,2", new Map())).read()).toBeNull();
    expect(operatorToken(page("", new Map(), true)).read()).toBeNull();
    expect(operatorToken(page("#operator=abc", new Map(), true)).read()).toBe("abc");
  });

  test("5.1: is said in the hello, never in the address of the socket; the welcome brings the next", () => {
    const token = operatorToken(page("#operator=abc", new Map()));
    const none = (): void => undefined;
    const options = { name: "Ada", token, socket: (url: string) => new FakeSocket(url) };
    const line = new Connection("ws://city/live", { welcome: none, message: none, frame: none, state: none }, options);
    line.open();
    FakeSocket.newest.accept();
    expect(FakeSocket.newest.url).not.toContain("abc");
    expect(FakeSocket.newest.sent[0]).toMatchObject({ type: "hello", token: "abc" });
    FakeSocket.newest.say({ type: "welcome", protocol: 1, id: 3, time: 0, speed: 1, paused: false, visitors: 1, city: "v", operator: "next" });
    expect(token.read()).toBe("next");
    line.close();
  });
});
