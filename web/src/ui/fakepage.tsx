/** For tests: the page around a fake city and a scene that only remembers what it was asked. */
import { vi } from "vitest";
import { FakeSocket, MANIFEST, fakeFetch, routes, type Routes } from "../world/fakecity";
import type { Thing, View } from "../world/model";
import { World } from "../world/world";
import type { SceneHandle } from "./handle";
import { mountUi, type MountedUi } from "./mount";
import type { Panels } from "./panel";
import { CITY_PANELS } from "./panels";

export const FIRST_VIEW: View = { x: 10, y: -300, z: 300, yaw: 0.5, pitch: 0.7, distance: 420, mode: "orbit" };

export class FakeScene implements SceneHandle {
  now: View = FIRST_VIEW;
  picked: Thing | null = null;
  readonly flown: (readonly [number, number, number | undefined])[] = [];
  view = (): View => this.now;
  setView = (view: View): void => void (this.now = view);
  flyTo = (x: number, y: number, _z?: number, distance?: number): void => void this.flown.push([x, y, distance]);
  setCameraMode = (mode: View["mode"]): void => void (this.now = { ...this.now, mode });
  pick = (): Thing | null => this.picked;
  resize = (): void => undefined;
  stats = () => ({ drawCalls: 42, triangles: 1000, frameMs: 5 });
  shift = 500;
  project = (x: number, y: number) => ({ x: x + this.shift, y: 400 - y, visible: true });
}

export interface FakePage {
  readonly world: World;
  readonly scene: FakeScene;
  readonly routes: Routes;
  readonly asked: string[];
  readonly mounted: MountedUi;
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
}

let open: FakePage | null = null;

/** A page on a city that is live at 08:00. `hash`: the address it was opened with; `welcome`: more of what the server says. */
export async function openPage(hash = "", { panels = [], welcome = {} }: { panels?: Panels; welcome?: Record<string, unknown> } = {}): Promise<FakePage> {
  document.body.innerHTML = '<canvas id="scene"></canvas><div id="ui"></div>';
  history.replaceState(null, "", hash === "" ? location.pathname : hash);
  const table = routes();
  const asked: string[] = [];
  vi.stubGlobal("fetch", fakeFetch(table, asked));
  FakeSocket.all = [];
  const world = new World({ base: "https://city.example/", socket: (url) => new FakeSocket(url), cityChanged: () => undefined });
  const scene = new FakeScene();
  const root = document.querySelector<HTMLElement>("#ui")!;
  const mounted = mountUi(root, world, scene, [...CITY_PANELS, ...panels]);
  open = { world, scene, routes: table, asked, mounted, root, canvas: document.querySelector("canvas")! };
  await world.start();
  FakeSocket.newest.accept("v1", welcome);
  await settle();
  return open;
}

export function closePage(): void {
  open?.mounted.dispose();
  open?.world.stop();
  open = null;
  vi.unstubAllGlobals();
}

/** Lets effects, answers and rendering happen, and `ms` go by on the fake clock. */
export async function settle(ms = 50): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

export function find<T extends HTMLElement = HTMLElement>(testid: string): T | null {
  return document.querySelector<T>(`[data-testid="${testid}"]`);
}
export function get<T extends HTMLElement = HTMLElement>(testid: string): T {
  const element = find<T>(testid);
  if (element === null) throw new Error(`there is no ${testid} on the page`);
  return element;
}
export function press(key: string, target: EventTarget = document.body): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}
export function type(input: HTMLInputElement, text: string): void {
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
export { FakeSocket, MANIFEST };
