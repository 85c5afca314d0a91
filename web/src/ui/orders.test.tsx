// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { language } from "../messages/language";
import { FakeSocket, closePage, find, get, openPage, settle, type FakePage } from "./fakepage";

const MAY = { may: ["clock", "order"] };
const sent = (): Record<string, unknown>[] => FakeSocket.newest.sent.filter((message) => message["type"] === "order");
const text = (testid: string): string => get(testid).textContent ?? "";
const applied = (by: string, ...commands: Record<string, unknown>[]): void => FakeSocket.newest.say({ type: "event", event: "order_applied", time: 28_800, by, commands });
const close = (...lanes: number[]): Record<string, unknown>[] => lanes.map((lane) => ({ type: "close_lane", lane }));

/** The two edges of the fake city become one of two lanes. */
function widen({ world }: FakePage): void {
  world.network!.edges.laneCount[0] = 2;
  world.network!.lanes.edge[1] = 0;
}

/** Edge 0, a street of the lanes 0 and 1, or one of them, chosen by whom the server lets order. */
async function chosen(kind: "edge" | "lane", id: number, welcome: Record<string, unknown> = MAY): Promise<FakePage> {
  const page = await openPage("", { welcome });
  widen(page);
  page.world.select({ kind, id });
  await settle();
  return page;
}
beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  language.value = "en";
});
afterEach(() => {
  closePage();
  vi.useRealTimers();
});

describe("a locked city", () => {
  test("shows a visitor a clock that only the operator moves", async () => {
    await openPage("", { welcome: { may: [], locked: true } });
    await settle();
    expect(get<HTMLButtonElement>("play").disabled).toBe(true);
    expect(get<HTMLButtonElement>("speed-10").disabled).toBe(true);
    expect(get("play").closest("section")?.title).toBe("Only the operator of this city moves its clock.");
  });
});

describe("who may order", () => {
  test("closes a street and opens it again; all see it", async () => {
    await chosen("edge", 0);
    get("close-street").click();
    await settle();
    expect(sent()).toEqual([{ type: "order", order: 1, commands: [{ type: "close_lane", lane: 0 }, { type: "close_lane", lane: 1 }] }]); // prettier-ignore
    expect(get<HTMLButtonElement>("close-street").disabled).toBe(true);
    FakeSocket.newest.say({ type: "ordered", order: 1, step: 3, time: 28_801 });
    applied("Visitor 3", ...close(0, 1));
    await settle();
    expect(text("street-closed")).toBe("Closed to traffic");
    expect(text("toasts")).toBe(""); // one sees what one does
    get("open-street").click();
    await settle();
    expect(sent()[1]["commands"]).toEqual([{ type: "open_lane", lane: 0 }, { type: "open_lane", lane: 1 }]); // prettier-ignore
  });

  test("closes what is open yet of a street, or one lane", async () => {
    const page = await chosen("edge", 0, { ...MAY, closed: [1] });
    expect(text("street-closed")).toBe("1 of 2 lanes closed");
    get("close-street").click();
    await settle();
    expect(sent()[0]["commands"]).toEqual(close(0));
    page.world.select({ kind: "lane", id: 1 });
    await settle();
    expect([find("close-street"), text("open-street")]).toEqual([null, "Open again"]);
  });

  test("sets a speed limit, and is told why not in the words of the server", async () => {
    await chosen("edge", 0);
    const select = get<HTMLSelectElement>("speed-limit");
    const before = select.value;
    const choose = async (n: string): Promise<void> => {
      select.value = n;
      select.dispatchEvent(new Event("change", { bubbles: true }));
      await settle();
    };
    await choose("30");
    expect(sent()[0]["commands"]).toEqual([{ type: "set_speed_limit", edge: 0, speed: 30 / 3.6 }]);
    FakeSocket.newest.say({ type: "refused", order: 1, code: "command", message: "Edge 0 is a toll road." });
    await settle();
    expect(text("toasts")).toContain("Edge 0 is a toll road.");
    expect(select.value).toBe(before);
    await choose("20");
    FakeSocket.newest.say({ type: "ordered", order: 2, step: 3, time: 28_801 });
    applied("Visitor 3", { type: "set_speed_limit", edge: 0, speed: 20 / 3.6 });
    await settle();
    expect(select.value).toBe("20");
  });

  test("is told when nobody answers", async () => {
    await chosen("edge", 0);
    get("close-street").click();
    FakeSocket.newest.fail();
    await settle();
    expect(text("toasts")).toContain("gone before it answered");
    get("close-street").click();
    await settle();
    expect(text("toasts")).toContain("Nothing can be changed while the server is gone");
  });
});

test("who may not order sees what is closed, and no more", async () => {
  await chosen("edge", 0, { closed: [0, 1] });
  expect(text("street-closed")).toBe("Closed to traffic");
  expect([find("orders"), find("close-street"), find("open-street"), find("speed-limit")]).toEqual([null, null, null, null]);
});

test("what is no street cannot be closed", async () => {
  await chosen("lane", 99);
  expect(find("orders")).toBeNull();
});

test("what others order is told, in both languages", async () => {
  widen(await openPage());
  applied("Ada", ...close(1));
  applied("", ...close(0, 1));
  applied("Bo", { type: "set_speed_limit", edge: 0, speed: 10 }, { type: "open_lane", lane: 0 }, { type: "open_lane", lane: 1 });
  applied("Cy", { type: "ShowPhase", program: 0, phase: 1 }, { type: "add_trip" });
  await settle();
  for (const said of ["Bo set the speed limit of Lake Road to 36 km/h", "Bo opened Lake Road again", "Cy changed something in the city"]) expect(text("toasts")).toContain(said);
  expect(text("toasts")).toContain("Somebody closed Lake Road");
  language.value = "zh";
  applied("Ada", ...close(1));
  applied("Visitor 12", ...close(0, 1));
  await settle();
  expect(text("toasts")).toContain("Ada封闭了Lake Road的一条车道");
  expect(text("toasts")).toContain("12 号访客封闭了Lake Road");
});
