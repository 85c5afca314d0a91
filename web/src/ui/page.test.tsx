// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { language } from "../messages/language";
import { flowFrame, vehiclesFrame, watchedFrame } from "../world/fakecity";
import { FIRST_VIEW, FakeSocket, closePage, find, get, openPage, press, settle, type, type FakePage } from "./fakepage";
import { mountUi } from "./mount";
import { CITY_PANELS } from "./panels";

const sent = (kind: string): Record<string, unknown>[] => FakeSocket.newest.sent.filter((m) => m["type"] === kind);
const text = (testid: string): string => get(testid).textContent ?? "";

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  language.value = "en";
});
afterEach(() => {
  closePage();
  vi.useRealTimers();
});

describe("the page", () => {
  test("says what city it is, that it is invented, and who else is here", async () => {
    await openPage();
    expect(text("city-name")).toBe("Xinting");
    expect(text("invented")).toBe("invented");
    expect(text("visitors")).toBe("2");
    expect(document.title).toBe("Xinting · Cosmopolis");
    FakeSocket.newest.say({ type: "visitors", count: 1 });
    await settle();
    expect(get("visitors").title).toBe("Only you, for now");
  });

  test("speaks Chinese when asked to, and keeps it", async () => {
    await openPage();
    press("?");
    await settle();
    const select = get<HTMLSelectElement>("language");
    select.value = "zh";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
    expect(text("invented")).toBe("虚构");
    expect(document.documentElement.lang).toBe("zh");
    expect(localStorage.getItem("cosmopolis.language")).toBe("zh");
  });

  test("says so where WebGL is missing", async () => {
    const { world } = await openPage();
    document.body.innerHTML = '<div id="ui"></div>';
    const mounted = mountUi(document.querySelector<HTMLElement>("#ui")!, world, null, CITY_PANELS);
    await settle();
    expect(text("problem")).toContain("WebGL 2");
    mounted.dispose();
  });

  test("says so where the graphics card lets go", async () => {
    const { canvas } = await openPage();
    canvas.dispatchEvent(new Event("webglcontextlost", { cancelable: true }));
    await settle();
    expect(text("problem")).toContain("graphics card");
  });

  test("has a name for every control", async () => {
    const page = await openPage();
    FakeSocket.newest.say({ type: "stats", time: 28800, vehicles: 5, waiting: 0, arrived: 1, halted: 2, speed_mean: 5, updates_per_s: 9 });
    FakeSocket.newest.show(flowFrame(28800, [[100, 30, 20, 200], [0, 30, 20, 255]])); // prettier-ignore
    page.world.watchStreet(0);
    await settle();
    for (const panel of ["open-layers", "open-stats", "open-help"]) {
      get(panel).click();
      await settle();
      for (const control of document.querySelectorAll<HTMLElement>("button, input, select")) {
        const name = control.getAttribute("aria-label") ?? control.closest("label")?.textContent ?? control.textContent ?? "";
        expect(name.trim(), control.outerHTML).not.toBe("");
      }
    }
  });
});

describe("the clock", () => {
  test("plays and pauses with the space bar", async () => {
    await openPage();
    press(" ");
    expect(sent("time")).toEqual([{ type: "time", paused: true }]);
    FakeSocket.newest.say({ type: "clock", time: 28800, speed: 1, paused: true, by: "Visitor 3" });
    await settle();
    expect(get("play").getAttribute("aria-label")).toBe("Let time run");
    expect(text("toasts")).toBe(""); // one sees what one does
  });

  test("has speeds", async () => {
    await openPage();
    get("speed-30").click();
    press("]");
    expect(sent("time").map((m) => m["speed"])).toEqual([30, 2]);
  });

  test("jumps when the slider has come to rest, and shows that it is prepared", async () => {
    await openPage();
    for (const at of [60_000, 65_000, 72_000]) {
      type(get<HTMLInputElement>("scrubber"), String(at));
      await settle(100);
    }
    expect(sent("time")).toEqual([]);
    await settle(500);
    expect(sent("time")).toEqual([{ type: "time", jump: 72_000 }]);
    FakeSocket.newest.say({ type: "jumping", to: 72_000, by: "Visitor 3" });
    await settle();
    expect(document.body.textContent).toContain("Preparing 20:00");
  });

  test("tells what others do to it", async () => {
    await openPage();
    FakeSocket.newest.say({ type: "clock", time: 28800, speed: 10, paused: false, by: "Ada" });
    await settle();
    expect(text("toasts")).toContain("Ada set the speed to 10×");
  });

  test("shows the time of the city", async () => {
    await openPage();
    FakeSocket.newest.show(vehiclesFrame(72_015, []));
    await settle(300);
    expect(text("clock")).toBe("20:00:15");
  });
});

describe("a server that is gone", () => {
  test("is announced with a countdown, and the page recovers by itself", async () => {
    await openPage();
    expect(find("offline")).toBeNull();
    FakeSocket.newest.fail();
    await settle();
    expect(text("offline")).toMatch(/trying again in 1 s/);
    await settle(1000);
    FakeSocket.newest.accept();
    await settle();
    expect(find("offline")).toBeNull();
    expect(text("toasts")).toContain("Back again");
  });

  test("cannot have its clock set", async () => {
    await openPage();
    FakeSocket.newest.fail();
    await settle();
    get("play").click();
    await settle();
    expect(text("toasts")).toContain("cannot be set");
  });
});

describe("what is clicked", () => {
  const car = { kind: "vehicle", id: 7, title: "Car", vehicleKind: "car", speed: 10, street: "Lake Road", fromBuilding: 3, from: "Mill", toBuilding: -1, to: "", provenance: "modelled", source: "simulation", x: 1, y: 2 }; // prettier-ignore
  const click = (page: FakePage, dx = 0): void => {
    const at = { clientX: 100, clientY: 100, pointerId: 1, isPrimary: true, button: 0, bubbles: true };
    page.canvas.dispatchEvent(new PointerEvent("pointerdown", at));
    window.dispatchEvent(new PointerEvent("pointerup", { ...at, clientX: 100 + dx }));
  };

  test("is shown, live, and can be followed", async () => {
    const page = await openPage();
    let speed = 10;
    page.routes["/api/things/vehicle/7"] = () => ({ ...car, speed });
    page.scene.picked = { kind: "vehicle", id: 7 };
    click(page);
    await settle(100);
    expect(text("inspector")).toContain("36 km/h");
    expect(text("inspector")).toContain("Lake Road");
    expect(text("inspector")).toContain("beyond the map");
    speed = 5;
    await settle(1100);
    expect(text("inspector")).toContain("18 km/h");
    press("f");
    expect(sent("follow")).toEqual([{ type: "follow", vehicle: 7 }]);
    press("Escape");
    expect(page.world.followed.value).toBeNull();
    press("Escape");
    await settle();
    expect(find("inspector")).toBeNull();
  });

  test("is not what is dragged over", async () => {
    const page = await openPage();
    page.scene.picked = { kind: "vehicle", id: 7 };
    click(page, 40);
    expect(page.world.selection.value).toBeNull();
  });

  test("leads from one thing to another", async () => {
    const page = await openPage();
    page.routes["/api/things/vehicle/7"] = () => car;
    page.routes["/api/things/building/3"] = () => ({ kind: "building", id: 3, title: "Mill", use: "industrial", floors: 2, height: 8.5, heightProvenance: "invented", provenance: "measured", source: "OpenStreetMap", x: 5, y: 6 }); // prettier-ignore
    page.world.select({ kind: "vehicle", id: 7 });
    await settle(100);
    [...get("inspector").querySelectorAll("button")].find((button) => button.textContent === "Mill")!.click();
    await settle(100);
    expect(text("inspector-title")).toBe("Mill");
    expect(text("inspector")).toContain("8.5 m");
    expect([...document.querySelectorAll('[data-testid="provenance"]')].map((chip) => chip.textContent)).toEqual(["invented", "measured"]);
    get("goto").click();
    expect(page.scene.flown).toEqual([[5, 6, undefined]]);
  });

  test("that has arrived says so, and is not asked for any more", async () => {
    const page = await openPage();
    page.world.select({ kind: "vehicle", id: 99 });
    await settle(100);
    expect(text("inspector")).toContain("reached its destination");
    const asked = page.asked.length;
    await settle(5000);
    expect(page.asked.length).toBe(asked);
  });

  test("shows the lights of a signal", async () => {
    const page = await openPage();
    const approaches = [{ edge: 1, street: "Lake Road", lights: { through: "green_protected", left: "red" } }];
    page.routes["/api/things/signal/0"] = () => ({ kind: "signal", id: 0, title: "Signal at Lake Road", phase: 1, phases: 4, secondsLeft: 12.4, cycle: 60, approaches, provenance: "modelled", source: "" }); // prettier-ignore
    page.world.select({ kind: "signal", id: 0 });
    await settle(100);
    expect(text("inspector")).toContain("2 / 4");
    expect(text("inspector")).toContain("12 s");
    expect(document.querySelectorAll(".lamp.green_protected, .lamp.red").length).toBe(2);
  });
});

describe("the traffic of the city", () => {
  const stats = (time: number, arrived: number): void =>
    FakeSocket.newest.say({ type: "stats", time, vehicles: 1234, waiting: 3, arrived, halted: 321, speed_mean: 10, updates_per_s: 9 });
  const streets = (): string[] => [...document.querySelectorAll('[data-testid="worst-street"]')].map((one) => one.getAttribute("aria-label") ?? "");

  test("is told in numbers that go on: vehicles, speed, who stands, who arrives", async () => {
    await openPage();
    stats(28_800, 100);
    await settle();
    get("open-stats").click();
    await settle();
    expect(text("stats")).toContain("Vehicles on the road1,234");
    expect(text("stats")).toContain("Mean speed36 km/h");
    expect(text("stats")).toContain("Standing (below 5 km/h)321");
    expect(text("stats")).toContain("Arriving–");
    stats(28_815, 110);
    stats(28_830, 130);
    await settle();
    expect(text("stats")).toContain("Arriving60 a minute");
    expect(get("traffic-chart").getAttribute("aria-label")).toContain("1,234 vehicles, 321 standing, 36 km/h now");
  });

  test("counts one vehicle as one", async () => {
    await openPage();
    FakeSocket.newest.say({ type: "stats", time: 28_800, vehicles: 1, waiting: 0, arrived: 0, halted: 0, speed_mean: 10, updates_per_s: 9 });
    await settle();
    expect(text("open-stats")).toContain("1 vehicle36 km/h");
  });

  test("lists the streets with the longest queues or the lowest speeds, and flies there", async () => {
    const page = await openPage();
    stats(28_800, 100);
    await settle();
    get("open-stats").click();
    await settle();
    expect(sent("layers").at(-1)).toEqual({ type: "layers", flow: true });
    FakeSocket.newest.show(flowFrame(28_800, [[128, 30, 20, 51], [255, 30, 20, 102]])); // prettier-ignore
    stats(28_801, 100);
    await settle();
    expect(streets()).toEqual(["Lake Road: queue 36 m, 49 km/h. Fly there."]); // its worse edge: 102 / 255 of 90 m
    get("order-speed").click();
    await settle();
    expect(streets()).toEqual(["Lake Road: queue 20 m, 24 km/h. Fly there."]);
    get("worst-street").click();
    expect(page.scene.flown).toEqual([[50, 0, 320]]);
    expect(page.world.selection.value).toEqual({ kind: "edge", id: 0 });
    press("Escape");
    await settle();
    expect(sent("layers").at(-1)).toEqual({ type: "layers", flow: false });
  });

  test("has a legend in numbers with their unit for each layer", async () => {
    const page = await openPage();
    const legends = { flow: "0400800vehicles an hour, a lane", density: "04590vehicles per km, a lane", queue: "050100% of the lane's length stands (below 5 km/h)", speed: "050100% of the free speed" } as const; // prettier-ignore
    for (const [layer, legend] of Object.entries(legends)) {
      page.world.layer.value = layer as keyof typeof legends;
      await settle();
      expect(document.querySelector(".layer-now .ramp")?.textContent).toBe(legend);
    }
  });
});

describe("the time-space diagram", () => {
  const lane = { kind: "lane", id: 1, title: "Lane 1 of Lake Road", provenance: "invented", source: "" };

  test("is opened at a street or a lane, says what it shows, and is closed again", async () => {
    const page = await openPage();
    page.routes["/api/things/lane/1"] = () => lane;
    page.world.select({ kind: "lane", id: 1 });
    await settle(100);
    get("open-diagram").click();
    await settle(100);
    expect(get("open-diagram").getAttribute("aria-pressed")).toBe("true");
    expect(text("diagram-title")).toBe("Lake Road");
    expect(get("diagram-canvas").getAttribute("aria-label")).toContain("Time-space diagram of Lake Road");
    expect(text("diagram-now")).toBe("0 vehicles on 200 m");
    FakeSocket.newest.show(watchedFrame(28_800, [[7, 0, 20, 10], [8, 1, 20, 5]])); // prettier-ignore
    FakeSocket.newest.say({ type: "stats", time: 28800, vehicles: 2, waiting: 0, arrived: 1, halted: 0, speed_mean: 5, updates_per_s: 9 });
    await settle();
    expect(text("diagram-now")).toBe("2 vehicles on 200 m, 27 km/h on average");
    press("Escape");
    await settle();
    expect(find("diagram")).toBeNull();
    expect(sent("watch").at(-1)).toEqual({ type: "watch", paths: [] });
    expect(find("inspector")).not.toBeNull();
  });

  test("has a key, and stays when something else is chosen", async () => {
    const page = await openPage();
    press("t");
    expect(page.world.street.value).toBeNull();
    page.world.select({ kind: "edge", id: 0 });
    press("t");
    await settle();
    expect(find("diagram")).not.toBeNull();
    expect(find("diagram-direction")).toBeNull(); // a one-way street
    page.world.select({ kind: "vehicle", id: 7 });
    await settle();
    expect(find("diagram")).not.toBeNull();
    press("T");
    await settle();
    expect(find("diagram")).toBeNull();
  });

  test("can show less time", async () => {
    const page = await openPage();
    page.world.watchStreet(0);
    await settle();
    expect(get("diagram-span-300").getAttribute("aria-checked")).toBe("true");
    get("diagram-span-120").click();
    await settle();
    expect(get("diagram-span-120").getAttribute("aria-checked")).toBe("true");
  });

  test("speaks Chinese", async () => {
    const page = await openPage();
    language.value = "zh";
    page.world.watchStreet(0);
    await settle();
    expect(get("diagram").getAttribute("aria-label")).toBe("时空图");
    expect(text("diagram-now")).toBe("200 米上有 0 辆车");
  });
});

describe("search", () => {
  const results = [
    { kind: "street", id: 4, name: "Lake Road", detail: "tertiary", x: 1, y: 2 },
    { kind: "place", id: 0, name: "Lakeside School", detail: "school", x: 50, y: 20 },
    { kind: "stop", id: 2, name: "Lake", detail: "bus", x: 7, y: 8 },
  ];
  async function searched(answer: () => unknown = () => ({ results })): Promise<{ page: FakePage; input: HTMLInputElement }> {
    const page = await openPage();
    page.routes["/api/search"] = answer;
    press("/");
    const input = get<HTMLInputElement>("search");
    for (const part of ["la", "lak", "lake"]) {
      type(input, part);
      await settle(50);
    }
    await settle(300);
    return { page, input };
  }
  const chosen = (): string => document.querySelector('[aria-selected="true"] .result-name')?.textContent ?? "";

  test("is reached with a slash, and asks once for what was typed", async () => {
    const { page, input } = await searched();
    expect(document.activeElement).toBe(input);
    expect(page.asked.filter((path) => path.startsWith("/api/search"))).toEqual(["/api/search?q=lake&limit=20"]);
    expect(document.querySelectorAll('[data-testid="search-result"]').length).toBe(3);
    expect(input.getAttribute("aria-expanded")).toBe("true");
  });

  test("goes round with the arrows, and flies there with Enter", async () => {
    const { page, input } = await searched();
    expect(chosen()).toBe("Lake Road");
    press("ArrowDown", input);
    await settle();
    expect(chosen()).toBe("Lakeside School");
    expect(input.getAttribute("aria-activedescendant")).toBe("search-result-1");
    press("ArrowUp", input);
    press("ArrowUp", input);
    await settle();
    press("ArrowUp", input);
    await settle();
    expect(chosen()).toBe("Lake");
    press("Enter", input);
    await settle();
    expect(page.scene.flown[0].slice(0, 2)).toEqual([7, 8]);
    expect(page.world.selection.value).toEqual({ kind: "stop", id: 2 });
    expect(find("search-result")).toBeNull();
  });

  test("a street is its edge", async () => {
    const { page, input } = await searched();
    press("Enter", input);
    expect(page.world.selection.value).toEqual({ kind: "edge", id: 4 });
  });

  test("closes with Escape, and keys in it are not those of the page", async () => {
    const { page, input } = await searched();
    press(" ", input);
    press("2", input);
    expect(sent("time")).toEqual([]);
    expect(page.scene.now.mode).toBe("orbit");
    press("Escape", input);
    await settle();
    expect(input.value).toBe("");
    expect(find("search-result")).toBeNull();
  });

  test("says when there is nothing, and when nobody answers", async () => {
    await searched(() => ({ results: [] }));
    expect(document.body.textContent).toContain("Nothing is called that");
    closePage();
    await searched(() => {
      throw new TypeError("gone");
    });
    expect(document.body.textContent).toContain("did not answer");
  });
});

describe("a shared link", () => {
  const link = "#v=100.0,-50.0,80.0,1.0000,0.5000,200.0,orbit&t=28800.0&l=landuse&s=building:7";

  test("brings one to the same view, layer and thing", async () => {
    const { scene, world } = await openPage(link);
    expect(scene.now).toMatchObject({ x: 100, y: -50, z: 80, distance: 200 });
    expect(world.layer.value).toBe("landuse");
    expect(world.selection.value).toEqual({ kind: "building", id: 7 });
  });

  test("tells that the clock is shared: the same second, or how far the city is", async () => {
    await openPage(link);
    FakeSocket.newest.show(vehiclesFrame(28_810, []));
    await settle(400);
    expect(text("toasts")).toContain("08:00:10 for both of you");
    closePage();
    await openPage(link);
    FakeSocket.newest.show(vehiclesFrame(72_000, []));
    await settle(400);
    expect(text("toasts")).toMatch(/shared at 08:00.*20:00 now/);
    [...get("toasts").querySelectorAll("button")].find((button) => button.textContent?.startsWith("Set it to"))!.click();
    expect(sent("time")).toEqual([{ type: "time", jump: 28_800 }]);
  });

  test("is the address of the page when the camera has come to rest", async () => {
    const { scene, world } = await openPage();
    expect(location.hash).toBe("");
    scene.now = { ...FIRST_VIEW, x: 1 };
    await settle(600);
    scene.now = { ...FIRST_VIEW, x: 2 };
    await settle(600);
    expect(location.hash).toBe("");
    await settle(1100);
    expect(location.hash).toContain("v=2.0,-300.0");
    world.layer.value = "flow";
    expect(location.hash).toContain("l=flow");
  });

  test("can be copied", async () => {
    await openPage();
    FakeSocket.newest.show(vehiclesFrame(28_800, []));
    const written: string[] = [];
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText: async (link: string) => void written.push(link) } });
    get("open-share").click();
    await settle();
    get("share-copy").click();
    await settle();
    expect(written[0]).toContain("#v=10.0,-300.0,300.0,0.5000,0.7000,420.0,orbit&t=");
    expect(text("toasts")).toContain("Link copied");
    expect(find("share")).toBeNull();
  });
});

test("names are shown over the city, and can be turned off", async () => {
  vi.stubGlobal("requestAnimationFrame", (run: (now: number) => void) => setTimeout(() => run(performance.now()), 16));
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
  const page = await openPage();
  const names = (): string[] => [...document.querySelectorAll(".label")].map((label) => label.textContent ?? "").sort();
  await settle(1000);
  expect(names()).toEqual(["Lake Road", "Lakeside School", "Still Lake"]);
  const label = document.querySelector<HTMLElement>(".label.place")!;
  expect(label.style.transform).toContain("900.0px, 200.0px");
  page.scene.shift = 480; // the camera moves, whatever view it is on its way to
  await settle(40);
  expect(label.style.transform).toContain("880.0px, 200.0px");
  language.value = "zh";
  await settle(1000);
  expect(names()).toContain("湖畔学校");
  page.mounted.ui.labels.value = false;
  await settle(1000);
  expect(names()).toEqual([]);
});
