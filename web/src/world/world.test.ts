import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeSocket, MANIFEST, TILE, encodeColumns, fakeFetch, flowFrame, routes, signalsFrame, vehiclesFrame, watchedFrame, type Routes } from "./fakecity";
import { World } from "./world";

let table: Routes;
let asked: string[];
let now: number;
let changed: string[];

function makeWorld(): World {
  const cityChanged = (version: string): void => void changed.push(version);
  return new World({ base: "https://city.example/", socket: (url) => new FakeSocket(url), now: () => now, cityChanged });
}
async function live(): Promise<World> {
  const world = makeWorld();
  await world.start();
  FakeSocket.newest.accept();
  return world;
}
beforeEach(() => {
  vi.useFakeTimers();
  table = routes();
  asked = [];
  changed = [];
  now = 1000;
  FakeSocket.all = [];
  vi.stubGlobal("fetch", fakeFetch(table, asked));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("loading", () => {
  test("brings manifest, network and ground, then the live line", async () => {
    const world = makeWorld();
    const shares: number[] = [];
    world.progress.subscribe(({ share }) => shares.push(share));
    await world.start();
    expect(world.ready.value).toBe(true);
    expect(world.network?.lanes.line.points[3]).toBeCloseTo(100);
    expect(world.network?.lanes.width[0]).toBeCloseTo(3.3);
    expect(world.ground?.places.nameEn).toEqual(["Lakeside School"]);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(FakeSocket.newest.url).toBe("wss://city.example/live");
    expect(world.status.value).toBe("loading");
    FakeSocket.newest.accept();
    expect(world.status.value).toBe("live");
    expect(world.visitors.value).toBe(2);
  });

  test("opens the live line meanwhile: what comes before the network is seen with it", async () => {
    const world = makeWorld();
    const answer = table["/static/n.bin"];
    table["/static/n.bin"] = () => {
      FakeSocket.newest.accept();
      FakeSocket.newest.show(vehiclesFrame(28800, [[7, 0, 50, 10]]));
      FakeSocket.newest.show(signalsFrame(28800, [[0, 1]]));
      expect(world.status.value).toBe("loading");
      expect(world.ready.value).toBe(false);
      return answer();
    };
    await world.start();
    expect(world.status.value).toBe("live");
    expect(world.progress.value).toEqual({ share: 1, word: "done" });
    expect(world.vehicles.count).toBe(1);
    expect(world.phases[0]).toBe(1);
    FakeSocket.newest.show(vehiclesFrame(28800.5, [[7, 0, 55, 10]]));
    expect(world.vehicles.version).toBe(2);
  });

  test("works beside other things on a server: the API is beside the page", async () => {
    table["/twins/api/city"] = () => ({ ...MANIFEST, network: { url: "static/n.bin", bytes: 1 }, ground: { url: "static/g.bin", bytes: 1 }, live: "live" });
    table["/twins/static/n.bin"] = table["/static/n.bin"];
    table["/twins/static/g.bin"] = table["/static/g.bin"];
    const world = new World({ base: "http://city.example/twins/#v=1", socket: (url) => new FakeSocket(url) });
    await world.start();
    expect(world.failure.value).toBe("");
    expect(FakeSocket.newest.url).toBe("ws://city.example/twins/live");
  });

  test.each([
    ["the server is gone", () => { throw new TypeError("fetch failed"); }, "unreachable", /does not answer/],
    ["something else answers", () => "hello", "broken", /not the description of a city/],
    ["it speaks another protocol", () => ({ ...MANIFEST, protocol: 9 }), "protocol", /protocol 9/],
  ])("says what is wrong where %s", async (_, answer, problem, sentence) => {
    table["/api/city"] = answer;
    const world = makeWorld();
    await world.start();
    expect(world.status.value).toBe("failed");
    expect(world.problem.value).toBe(problem);
    expect(world.failure.value).toMatch(sentence);
  }); // prettier-ignore

  test("names the file that is broken, and loads when it is mended", async () => {
    table["/static/n.bin"] = () => new ArrayBuffer(100);
    const world = makeWorld();
    await world.start();
    expect(world.failure.value).toContain("/static/n.bin");
    table["/static/n.bin"] = routes()["/static/n.bin"];
    await world.start();
    expect(world.ready.value).toBe(true);
  });
});

describe("tiles", () => {
  test("are fetched once, and kept", async () => {
    const world = await live();
    const [a, b] = await Promise.all([world.requestTile(0, 0), world.requestTile(0, 0)]);
    expect(a).toBe(b);
    expect(a.buildings.height[0]).toBeCloseTo(12.5);
    expect(a.trees.crown[0]).toBeCloseTo(2.5);
    expect(world.tiles.get("0,0")).toBe(a);
    expect(asked.filter((path) => path === "/static/t.bin").length).toBe(1);
    world.forgetTile(0, 0);
    expect(world.tiles.size).toBe(0);
  });
  test("that fail can be asked for again", async () => {
    const world = await live();
    table["/static/t.bin"] = () => encodeColumns({});
    await expect(world.requestTile(0, 0)).rejects.toThrow("building_id");
    table["/static/t.bin"] = () => encodeColumns(TILE);
    await expect(world.requestTile(0, 0)).resolves.toBeTruthy();
    await expect(world.requestTile(5, 5)).rejects.toThrow("no tile 5,5");
  });
});

describe("the live city", () => {
  test("moves vehicles between states", async () => {
    const world = await live();
    FakeSocket.newest.show(vehiclesFrame(28800, [[7, 0, 50, 10]]));
    now += 500;
    FakeSocket.newest.show(vehiclesFrame(28800.5, [[7, 0, 55, 10]]));
    const out = [0, 0, 0, 0];
    const xs = [0, 100, 200, 300, 400, 500, 900].map((ms) => {
      world.vehicles.poseAt(0, world.cityTime(now + ms), out);
      return out[0];
    });
    expect(xs[0]).toBeCloseTo(47.7, 3);
    expect(xs[xs.length - 1]).toBeCloseTo(52.7, 3);
    xs.slice(1).forEach((x, i) => expect(x).toBeGreaterThanOrEqual(xs[i]));
  });

  test("shows phases of signals, and survives a broken frame", async () => {
    const world = await live();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    FakeSocket.newest.show(signalsFrame(28800, [[0, 1]]));
    expect(world.phases[0]).toBe(1);
    FakeSocket.newest.show(new ArrayBuffer(3));
    expect(warn).toHaveBeenCalledOnce();
    FakeSocket.newest.show(signalsFrame(28801, [[0, 0]]));
    expect(world.phases[0]).toBe(0);
  });

  test("asks for flow only while a layer shows it", async () => {
    const world = await live();
    const said = (): unknown[] => FakeSocket.newest.sent.filter((m) => m["type"] === "layers").map((m) => m["flow"]);
    world.layer.value = "speed";
    world.layer.value = "queue";
    world.layer.value = "landuse";
    expect(said()).toEqual([false, true, false]);
    world.edgesWanted.value = true; // a list of streets does not need a layer
    expect(said()).toEqual([false, true, false, true]);
    FakeSocket.newest.show(flowFrame(28800, [[255, 1, 2, 3], [0, 4, 5, 6]])); // prettier-ignore
    expect(world.flow).toEqual({ speed: Uint8Array.of(255, 0), density: Uint8Array.of(1, 4), flow: Uint8Array.of(2, 5), queue: Uint8Array.of(3, 6) });
  });

  test("says where it looks a few times a second, and last what is last", async () => {
    const world = await live();
    const said = (): unknown[] => FakeSocket.newest.sent.filter((m) => m["type"] === "view").map((m) => m["x"]);
    for (let x = 0; x <= 2000; x += 100) world.setInterest(x, 0, 500);
    expect(said()).toEqual([0]);
    vi.advanceTimersByTime(300);
    expect(said()).toEqual([0, 2000]);
    vi.advanceTimersByTime(300);
    world.setInterest(2010, 0, 500); // no news
    expect(said()).toEqual([0, 2000]);
  });

  test("tells who changed the clock", async () => {
    const world = await live();
    FakeSocket.newest.say({ type: "clock", time: 28801, speed: 10, paused: false, by: "Ada" });
    expect(world.clock.value).toEqual({ time: 28801, speed: 10, paused: false });
    expect(world.channels.clock.news.value).toMatchObject({ kind: "clock", by: "Ada", mine: false });
    FakeSocket.newest.say({ type: "jumping", to: 72000, by: "Visitor 3" });
    expect(world.jumping.value).toBe(72000);
    expect(world.channels.clock.news.value).toMatchObject({ kind: "jump", mine: true });
    FakeSocket.newest.say({ type: "clock", time: 72000, speed: 10, paused: false, by: "" });
    expect(world.jumping.value).toBeNull();
    FakeSocket.newest.show(vehiclesFrame(72000, []));
    expect(world.cityTime(now)).toBe(72000);
  });

  test("lets go of a vehicle that has arrived", async () => {
    const world = await live();
    world.follow(7);
    FakeSocket.newest.say({ type: "followed", vehicle: 7, speed: 3, gone: false });
    expect(world.followedFields.value).toMatchObject({ speed: 3 });
    FakeSocket.newest.say({ type: "followed", vehicle: 7, gone: true });
    expect(world.followed.value).toBeNull();
    expect(world.channels.follow.arrived.value).toEqual({ vehicle: 7 });
  });
});

describe("a street that is watched", () => {
  /** Vehicle 7 on lane 0 at 28790 and 28792; the light turns red at 28791. */
  const past = {
    time: 28792, pictures: [28790, 28792], start: [0, 1, 3], id: [7, 7, 8], path: [0, 0, 1], position: [10, 30, 50], speed: [10, 10, 4],
    lights: [{ time: 28700, phases: [0] }, { time: 28791, phases: [1] }],
  }; // prettier-ignore

  test("comes with its last minutes, and goes on live: all lanes, and the connection between them", async () => {
    const world = await live();
    table["/api/history"] = () => past;
    world.watchStreet(0);
    expect(FakeSocket.newest.sent.filter((m) => m["type"] === "watch")).toEqual([{ type: "watch", paths: [0, 1, 2] }]);
    FakeSocket.newest.show(watchedFrame(28791, [[7, 0, 20, 10]])); // known by then
    FakeSocket.newest.show(watchedFrame(28793, [[7, 0, 40, 10]])); // comes before the past does
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.filter((path) => path.startsWith("/api/history"))).toEqual(["/api/history?paths=0,1,2&programs=0"]);
    FakeSocket.newest.show(signalsFrame(28794, [[0, 0]]));
    FakeSocket.newest.show(watchedFrame(28794, [[7, 2, 5, 10], [8, 0, 1, 0]])); // prettier-ignore
    const { trajectories, lights, street } = world.street.value!;
    expect(street.length).toBeCloseTo(200);
    expect(trajectories.tracks[0]).toMatchObject({ id: 7, time: [28790, 28792, 28793, 28794] });
    expect(trajectories.tracks[0].distance.map((d) => Math.round(d))).toEqual([10, 30, 40, 105]);
    expect(trajectories.tracks.slice(1).map(({ id, distance }) => [id, Math.round(distance[0])])).toEqual([[8, 160], [8, 1]]); // prettier-ignore
    expect(lights.lines).toEqual([[{ time: 28700, light: 3 }, { time: 28791, light: 1 }, { time: 28793, light: 3 }]]); // prettier-ignore
  });

  test("begins now where there is no past, and anew after a jump of time", async () => {
    const world = await live();
    world.watchStreet(1);
    await vi.advanceTimersByTimeAsync(1);
    FakeSocket.newest.show(watchedFrame(28800, [[7, 0, 20, 10]]));
    expect(world.street.value!.trajectories.tracks.length).toBe(1);
    const { era } = world.street.value!;
    FakeSocket.newest.show(watchedFrame(10_000, [[9, 0, 20, 10]]));
    expect(world.street.value!.trajectories.tracks.map(({ id }) => id)).toEqual([9]);
    expect(world.street.value!.era).toBeGreaterThan(era);
  });

  test("asks for the past again when it has missed more than a moment", async () => {
    const world = await live();
    table["/api/history"] = () => past;
    world.watchStreet(0);
    await vi.advanceTimersByTimeAsync(1);
    table["/api/history"] = () => ({ ...past, time: 28850, pictures: [28792, 28820, 28850], start: [0, 1, 2, 3], id: [7, 7, 7], path: [0, 0, 0], position: [30, 60, 70] });
    FakeSocket.newest.show(watchedFrame(28851, [[7, 0, 71, 10]]));
    FakeSocket.newest.show(watchedFrame(28852, [[7, 0, 72, 10]]));
    await vi.advanceTimersByTimeAsync(1);
    const { trajectories } = world.street.value!;
    expect(trajectories.tracks.flatMap(({ time }) => time)).toEqual([28792, 28820, 28850, 28851, 28852]);
    expect(asked.filter((path) => path.startsWith("/api/history")).length).toBe(2);
  });

  test("is asked for again after the line was down, and no more when it is let go", async () => {
    const world = await live();
    world.watchStreet(0);
    FakeSocket.newest.fail();
    vi.advanceTimersByTime(600);
    FakeSocket.newest.accept();
    const said = (): unknown[] => FakeSocket.newest.sent.filter((m) => m["type"] === "watch").map((m) => m["paths"]);
    expect(said()).toEqual([[0, 1, 2]]);
    world.watchStreet(null);
    expect(said()).toEqual([[0, 1, 2], []]);
    FakeSocket.newest.show(watchedFrame(28800, [[7, 0, 20, 10]]));
    expect(world.street.value).toBeNull();
  });
});

describe("a server that goes and comes", () => {
  test("is waited for, and asked again for what was wanted", async () => {
    const world = await live();
    world.setInterest(5, 6, 500);
    world.follow(7);
    world.setTime({ jump: 72_000 }); // is done, and not wanted again
    FakeSocket.newest.fail();
    expect(world.setTime({ paused: true })).toBe(false);
    expect(world.status.value).toBe("reconnecting");
    expect(world.connection.value.state).toBe("waiting");
    vi.advanceTimersByTime(600);
    expect(FakeSocket.all.length).toBe(2);
    FakeSocket.newest.accept();
    expect(world.status.value).toBe("live");
    expect(FakeSocket.newest.sent).toEqual([
      { type: "hello", protocol: 1, name: "" },
      { type: "view", x: 5, y: 6, radius: 500 },
      { type: "layers", flow: false },
      { type: "follow", vehicle: 7 },
    ]);
    expect(changed).toEqual([]);
  });
  test("may come back with another city", async () => {
    await live();
    FakeSocket.newest.fail();
    vi.advanceTimersByTime(600);
    FakeSocket.newest.accept("v2");
    expect(changed).toEqual(["v2"]);
  });
});

test("tells what a thing is, or why not", async () => {
  table["/api/things/area/33554508"] = () => ({ kind: "area", id: 33554508, title: "Still Lake" });
  const world = await live();
  expect((await world.thing("area", 33554508)).title).toBe("Still Lake");
  await expect(world.thing("vehicle", 9)).rejects.toMatchObject({ problem: "missing", message: "nothing at /api/things/vehicle/9" });
});
