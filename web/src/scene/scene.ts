/** The drawn city: reads the world every frame and puts it on the canvas. The frame's order is `Drawing.frame`. */
import { effect } from "@preact/signals-core";
import { Vector3 } from "three";

import { MOVING_LAYERS, type CameraMode, type Thing, type View } from "../world/model";
import type { World } from "../world/world";
import { air } from "./air";
import { Cameras } from "./cameras";
import { City } from "./city";
import { Following, idByLowBits } from "./following";
import { Highlight } from "./highlight";
import { LAYER_CODE, tintEdges } from "./layers";
import { Light } from "./light";
import { Overture } from "./overture";
import { Picker } from "./picking";
import { Sky } from "./sky";
import { skyglowOf } from "./skyglow";
import { guessQuality, QUALITY, Stage, WebGLMissing, type FrameStats, type Quality } from "./stage";
import { placeOf } from "./sun";
import { Surface } from "./surface";

export { WebGLMissing };

export interface SceneOptions {
  /** By default what the machine seems to be good for; only then does the resolution follow its speed. */
  readonly quality?: Quality | undefined;
}

export interface Scene {
  view(): View;
  setView(view: View, seconds?: number): void;
  flyTo(x: number, y: number, z?: number, distance?: number): void;
  setCameraMode(mode: CameraMode): void;
  pick(clientX: number, clientY: number): Thing | null;
  resize(): void;
  /** `pending`: meshes that are still being made. */
  stats(): FrameStats & { readonly pending: number };
  /** World to CSS pixels of the canvas. */
  project(x: number, y: number, z: number): { x: number; y: number; visible: boolean };
  dispose(): void;
}

/** Draws `world` on `canvas` from now on. Throws WebGLMissing where there is no WebGL2. */
export function createScene(canvas: HTMLCanvasElement, world: World, options: SceneOptions = {}): Scene {
  const drawing = new Drawing(canvas, world, options);
  return {
    view: () => drawing.cameras.view(),
    setView: (view, seconds) => drawing.setView(view, seconds),
    flyTo: (x, y, z, distance) => drawing.cameras.flyTo(x, y, z, distance),
    setCameraMode: (mode) => drawing.cameras.setMode(mode),
    pick: (x, y) => drawing.pick(x, y),
    resize: () => drawing.stage.resize(),
    stats: () => ({ ...drawing.stage.stats(), pending: drawing.pending }),
    project: (x, y, z) => drawing.project(x, y, z),
    dispose: () => drawing.dispose(),
  };
}

const VEHICLES_WITHIN = [600, 4000]; // m, least and most
const SHADOWS_WITHIN = [350, 4500];
const LONGEST_STEP = 0.5; // s by which the camera moves on, however long a frame took
const WINDOWS_EVERY = 60; // s of city time between looks at which windows burn

class Drawing {
  readonly stage: Stage;
  readonly cameras: Cameras;
  private readonly light: Light;
  private readonly sky: Sky;
  private readonly picker: Picker;
  private readonly highlight = new Highlight();
  private readonly following = new Following();
  private readonly overture: Overture;
  private readonly city: City;
  private opened = false;
  private surface: Surface | null = null;
  private viewSet = false;
  private tintStale = true;
  private flowVersion = -1;
  private windowsAt = -Infinity;
  private lastNow = performance.now();
  private request = 0;
  private readonly ends: (() => void)[] = [];

  constructor(private readonly canvas: HTMLCanvasElement, private readonly world: World, { quality }: SceneOptions) {
    const level = QUALITY[quality ?? guessQuality()];
    this.stage = new Stage(canvas, level, quality === undefined);
    this.cameras = new Cameras(canvas, this.stage.camera, {
      height: (x, y, feet) => this.surface?.at(x, y, feet) ?? 0,
      blocked: (x, y) => this.city.tiles.buildingAt(x, y) !== null,
    });
    this.light = new Light(level.shadow);
    this.overture = new Overture(this.stage, this.light);
    this.sky = new Sky(level.clouds);
    this.picker = new Picker(this.stage.renderer, this.stage.scene);
    this.stage.scene.add(this.sky.mesh, this.light.group, this.highlight.ring);
    this.city = new City(world, this.stage, () => this.light.touch());
    this.listen();
    this.request = requestAnimationFrame(this.frame);
  }

  get pending(): number {
    return this.opened ? this.city.pending : 1;
  }

  setView(view: View, seconds?: number): void {
    this.viewSet = true;
    this.cameras.setView(view, seconds);
  }

  /** One picture. */
  private readonly frame = (now: number): void => {
    this.request = requestAnimationFrame(this.frame);
    const began = performance.now();
    const dt = Math.min(Math.max(now - this.lastNow, 0) / 1000, LONGEST_STEP);
    this.lastNow = now;
    const { world, stage, city } = this;
    const time = world.cityTime(now);

    air.uTime.value += dt;
    this.setHour(time);
    this.followVehicle();
    this.lookFirst();
    this.cameras.update(dt);
    this.say();
    if (!this.opened || !this.overture.wants(world.vehicles, now)) return; // before, the page is covered
    if (this.overture.played) city.complete();
    city.update(this.cameras.focus, stage.camera.position, now);
    city.vehicles.update(world.vehicles, time, stage.camera.position);
    city.signals.update(stage.camera.position.x, stage.camera.position.y, world.phases);
    this.tint();
    this.light.fit(stage.camera, Math.min(Math.max(this.cameras.distance * 2.4, SHADOWS_WITHIN[0]), SHADOWS_WITHIN[1]), now);
    stage.render(began);
  };

  /** Where the camera stands before anybody has moved it. */
  private lookFirst(): void {
    const { manifest } = this.world;
    if (this.viewSet || !manifest) return;
    this.setView(firstView(manifest));
  }

  private listen(): void {
    const { world } = this;
    const onResize = (): void => this.stage.resize();
    const observer = new ResizeObserver(onResize);
    observer.observe(this.canvas);
    this.ends.push(
      () => observer.disconnect(),
      effect(() => {
        if (world.ready.value && !this.opened) this.begin();
      }),
      effect(() => this.showSelection(world.selection.value, world.followed.value)),
      effect(() => {
        const { value: closed } = world.channels.orders.closed;
        if (world.ready.value && world.network) this.city.close(world.network, closed);
      }),
      effect(() => {
        air.uLayer.value = LAYER_CODE[world.layer.value];
        this.tintStale = true;
      }),
    );
  }

  /** The world is here: build it. */
  private begin(): void {
    const { network, ground, manifest } = this.world;
    if (!network || !ground || !manifest) return;
    this.opened = true;
    this.city.open(manifest.bounds, network, ground);
    air.uTown.value.set(...skyglowOf(manifest.bounds, manifest.population));
    this.surface = new Surface(network);
    this.showSelection(this.world.selection.value, this.world.followed.value);
  }

  private setHour(time: number): void {
    const { manifest } = this.world;
    const hour = manifest ? time : 8 * 3600;
    this.light.setTime(hour, placeOf(manifest), this.stage.renderer);
    this.sky.set(this.light.day.stars, this.light.moonLit);
    if (Math.abs(hour - this.windowsAt) < WINDOWS_EVERY) return;
    this.windowsAt = hour;
    this.city.buildings.setHour((hour / 3600) % 24);
  }

  private followVehicle(): void {
    const id = this.world.followed.value;
    if (id === null) return this.cameras.accompany(null);
    const pose = this.following.poseOf(id, this.world.vehicles);
    if (pose) this.cameras.accompany([pose[0], pose[1], pose[2]]);
  }

  private showSelection(thing: Thing | null, followed: number | null): void {
    const { city } = this;
    this.highlight.show(thing, this.world);
    this.tintStale = true;
    city.buildings.uniforms.uSelected.value = thing?.kind === "building" ? thing.id : -1;
    city.vehicles.follow(thing?.kind === "vehicle" ? thing.id : followed);
  }

  /** Colours of the edges, when the layer, the flow or the choice has changed. */
  private tint(): void {
    const { world, city } = this;
    const layer = world.layer.value;
    const moving = MOVING_LAYERS.includes(layer);
    const { tint } = city.roads;
    if (!tint || (!this.tintStale && !(moving && this.flowVersion !== world.flowVersion))) return;
    this.tintStale = false;
    this.flowVersion = world.flowVersion;
    const { network } = world;
    const chosen = world.selection.value;
    const edge = chosen?.kind === "edge" ? chosen.id : chosen?.kind === "lane" ? (network?.lanes.edge[chosen.id] ?? -1) : -1;
    if (network) tintEdges(layer, network, world.flow, edge, tint.image.data as Uint8Array);
    tint.needsUpdate = true;
  }

  /** Tells the server where vehicles are wanted. */
  private say(): void {
    if (!this.world.manifest) return;
    const [x, y] = this.cameras.focus;
    const wanted = this.cameras.distance * 1.6 + 300;
    this.world.setInterest(x, y, Math.min(Math.max(wanted, VEHICLES_WITHIN[0]), VEHICLES_WITHIN[1]));
  }

  pick(clientX: number, clientY: number): Thing | null {
    const box = this.canvas.getBoundingClientRect();
    const found = this.picker.at(clientX - box.left, clientY - box.top, this.stage.camera, box.width, box.height);
    if (!found) return null;
    if (found.kind === "vehicle") {
      const id = idByLowBits(found.id, this.world.vehicles);
      return id < 0 ? null : { kind: "vehicle", id };
    }
    const { network, ground } = this.world;
    if (found.kind === "lane" && this.cameras.distance > 90) return { kind: "edge", id: network?.lanes.edge[found.id] ?? 0 };
    if (found.kind === "area") return { kind: "area", id: ground?.areas.id[found.id] ?? 0 };
    return found;
  }

  project(x: number, y: number, z: number): { x: number; y: number; visible: boolean } {
    const { camera } = this.stage;
    const depth = new Vector3(x, y, z).applyMatrix4(camera.matrixWorldInverse).z;
    const at = new Vector3(x, y, z).project(camera);
    const visible = depth < 0 && Math.abs(at.x) <= 1 && Math.abs(at.y) <= 1;
    return { x: ((at.x + 1) / 2) * this.canvas.clientWidth, y: ((1 - at.y) / 2) * this.canvas.clientHeight, visible };
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    for (const end of this.ends) end();
    this.cameras.dispose();
    this.city.dispose();
    this.picker.dispose();
    this.light.dispose();
    this.stage.dispose();
  }
}

/** Over the busiest tile near the middle, in the morning light. */
function firstView(manifest: { bounds: readonly number[]; tiles: readonly { x: number; y: number; buildings: number }[]; tileSize: number }): View {
  const [w, s, e, n] = manifest.bounds;
  const middle = { x: (w + e) / 2, y: (s + n) / 2 };
  const half = Math.max(e - w, n - s) / 2;
  let best = { ...middle, worth: 0 };
  for (const tile of manifest.tiles) {
    const x = (tile.x + 0.5) * manifest.tileSize;
    const y = (tile.y + 0.5) * manifest.tileSize;
    const worth = tile.buildings * (1.2 - Math.min(1, Math.hypot(x - middle.x, y - middle.y) / half));
    if (worth > best.worth) best = { x, y, worth };
  }
  const [yaw, pitch, distance] = [0.7, 0.42, Math.min(900, half)];
  const level = Math.cos(pitch) * distance;
  return { x: best.x - Math.sin(yaw) * level, y: best.y - Math.cos(yaw) * level, z: Math.sin(pitch) * distance, yaw, pitch, distance, mode: "orbit" };
}
