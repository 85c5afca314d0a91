/** The camera: orbit like a map, fly, walk; journeys to a place; and keeping beside a vehicle. */
import type { PerspectiveCamera } from "three";

import type { CameraMode, View } from "../world/model";
import { Input, type CameraWishes } from "./input";
import { between, eyeOf, EYE_HEIGHT, focusOf, forward, inMode, limited, meet, rayThrough, rigOf, viewOf, type Rig, type Vec3 } from "./rig";

const TURN = 0.0052; // rad a CSS pixel
const CALM = 0.07; // s in which the picture comes to rest
const WALK_SPEED = 1.9; // m/s, a brisk visitor
const FLY_SPEED = 25;

/** What stands in the way and what one stands on. */
export interface Terrain {
  height(x: number, y: number, feet: number): number;
  blocked(x: number, y: number): boolean;
}

interface Journey {
  readonly from: Rig;
  readonly to: Rig;
  readonly seconds: number;
  readonly hop: number;
  spent: number;
}

export class Cameras implements CameraWishes {
  private goal: Rig = { x: 0, y: 0, z: 0, yaw: 0.5, pitch: 0.5, distance: 900, mode: "orbit" };
  private now: Rig = { ...this.goal };
  private journey: Journey | null = null;
  private held: Vec3 | null = null;
  private beside: [number, number, number] | null = null;
  private readonly input: Input;

  constructor(private readonly canvas: HTMLCanvasElement, private readonly camera: PerspectiveCamera, private readonly terrain: Terrain) {
    this.input = new Input(canvas, this);
  }

  get focus(): Vec3 {
    return focusOf(this.now);
  }

  get eye(): Vec3 {
    return eyeOf(this.now);
  }

  get distance(): number {
    return this.now.mode === "orbit" ? this.now.distance : Math.max(40, this.now.z * 3);
  }

  view(): View {
    return viewOf(this.journey ? this.journey.to : this.goal);
  }

  /** Where the camera is at this moment, journeys and all. */
  viewNow(): View {
    return viewOf(this.now);
  }

  setView(view: View, seconds = 0): void {
    this.travel(limited(rigOf(view)), seconds);
  }

  flyTo(x: number, y: number, z = 0, distance = 350): void {
    const pitch = this.now.mode === "orbit" ? Math.min(Math.max(this.goal.pitch, 0.4), 0.9) : 0.6;
    const to: Rig = { x, y, z, yaw: this.now.yaw, pitch, distance, mode: "orbit" };
    const far = Math.hypot(x - this.focus[0], y - this.focus[1]);
    this.travel(to, Math.min(1.2 + Math.log2(1 + far / 300) * 0.5, 4));
  }

  setMode(mode: CameraMode): void {
    const to = inMode(this.now, mode);
    if (mode === "walk") to.z = this.terrain.height(to.x, to.y, 0) + EYE_HEIGHT;
    this.travel(limited(to), 1);
  }

  /** Keeps the point looked at on something that moves; null lets go. */
  accompany(point: Vec3 | null): void {
    if (!point) {
      this.beside = null;
      return;
    }
    const to: [number, number, number] = [point[0], point[1], point[2] + 1.2];
    if (!this.beside) this.travel({ ...inMode(this.now, "orbit"), x: to[0], y: to[1], z: to[2], distance: Math.min(this.distance, 70), pitch: 0.42 }, 1.4);
    this.beside = to;
  }

  /** Moves on by `dt` s and sets three's camera. */
  update(dt: number): void {
    if (this.journey) this.advance(this.journey, dt);
    else this.steer(dt);
    if (this.beside && !this.journey) [this.goal.x, this.goal.y, this.goal.z] = [this.now.x, this.now.y, this.now.z] = this.beside;
    const share = 1 - Math.exp(-dt / CALM);
    this.now = this.now.mode === this.goal.mode ? between(this.now, this.goal, share, 0) : { ...this.goal };
    this.place();
  }

  dispose(): void {
    this.input.dispose();
  }

  // ---- what hands wish

  looks(): boolean {
    return this.goal.mode !== "orbit";
  }

  grab(x: number, y: number): void {
    this.journey = null;
    this.held = this.groundAt(x, y);
  }

  drag(x: number, y: number): void {
    const to = this.groundAt(x, y);
    if (!to || !this.held || this.beside) return;
    const [dx, dy] = [this.held[0] - to[0], this.held[1] - to[1]];
    const most = this.goal.distance * 0.5;
    const share = Math.min(1, most / Math.max(Math.hypot(dx, dy), 1e-6));
    this.goal.x += dx * share;
    this.goal.y += dy * share;
    this.now.x += dx * share;
    this.now.y += dy * share;
  }

  turn(dx: number, dy: number): void {
    this.journey = null;
    const way = this.goal.mode === "orbit" ? 1 : -0.6;
    this.goal.yaw += dx * TURN * way;
    this.goal.pitch += dy * TURN * (this.goal.mode === "orbit" ? 0.8 : -0.6);
    limited(this.goal);
  }

  zoom(factor: number, x: number, y: number): void {
    this.journey = null;
    if (this.goal.mode !== "orbit") {
      const [dx, dy] = forward(this.goal);
      const step = -Math.log(factor) * (this.goal.mode === "walk" ? 4 : Math.max(10, this.goal.z));
      return this.step(dx * step, dy * step, 0);
    }
    const before = this.goal.distance;
    this.goal.distance *= factor;
    limited(this.goal);
    const point = this.beside ? null : this.groundAt(x, y);
    if (!point) return;
    const share = 1 - this.goal.distance / before;
    this.goal.x += (point[0] - this.goal.x) * share;
    this.goal.y += (point[1] - this.goal.y) * share;
    this.goal.z += (0 - this.goal.z) * Math.max(share, 0);
  }

  // ---- inside

  private groundAt(x: number, y: number): Vec3 | null {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    const tan = Math.tan((this.camera.fov * Math.PI) / 360);
    const ray = rayThrough(this.now, (2 * x) / w - 1, 1 - (2 * y) / h, tan, w / h);
    return meet(eyeOf(this.now), ray, Math.min(this.now.z, eyeOf(this.now)[2] - 1), 12 * this.now.distance + 500);
  }

  private travel(to: Rig, seconds: number): void {
    this.held = null;
    const from = this.now.mode === to.mode ? { ...this.now } : { ...inMode(this.now, to.mode) };
    if (this.now.mode !== to.mode) Object.assign(from, rigOf({ ...viewOf(this.now), mode: to.mode, distance: to.mode === "orbit" ? to.distance : this.now.distance }));
    if (seconds <= 0) {
      this.journey = null;
      this.goal = { ...to };
      this.now = { ...to };
      return;
    }
    const far = Math.hypot(to.x - from.x, to.y - from.y);
    this.journey = { from, to, seconds, hop: far > 3 * Math.max(from.distance, to.distance) ? far * 0.35 : 0, spent: 0 };
  }

  private advance(journey: Journey, dt: number): void {
    journey.spent += dt;
    const t = Math.min(journey.spent / journey.seconds, 1);
    const to = this.beside && journey.to.mode === "orbit" ? { ...journey.to, x: this.beside[0], y: this.beside[1], z: this.beside[2] } : journey.to;
    const eased = t * t * t * (t * (6 * t - 15) + 10);
    this.goal = between(journey.from, to, eased, journey.hop);
    this.now = { ...this.goal };
    if (t >= 1) this.journey = null;
  }

  private steer(dt: number): void {
    const ahead = this.input.axis("ahead", "back");
    const side = this.input.axis("right", "left");
    const up = this.input.axis("up", "down");
    const fast = this.input.held.has("fast") ? 4 : 1;
    const { mode, yaw } = this.goal;
    if (mode === "orbit" && up !== 0) this.goal.yaw += up * 1.2 * dt;
    if (ahead === 0 && side === 0 && (mode !== "fly" || up === 0)) {
      if (mode === "walk") this.step(0, 0, dt);
      return;
    }
    const pace = mode === "walk" ? WALK_SPEED : mode === "fly" ? FLY_SPEED + this.goal.z * 0.5 : this.goal.distance * 0.7;
    const metres = pace * fast * dt;
    const x = (Math.sin(yaw) * ahead + Math.cos(yaw) * side) * metres;
    const y = (Math.cos(yaw) * ahead - Math.sin(yaw) * side) * metres;
    if (mode === "fly") this.goal.z = Math.max(EYE_HEIGHT, this.goal.z + (up - Math.sin(this.goal.pitch) * ahead) * metres);
    this.step(x, y, dt);
  }

  /** A step over the ground; who walks does not walk through walls but along them, and stands on what is below. */
  private step(x: number, y: number, dt: number): void {
    const rig = this.goal;
    if (rig.mode !== "walk") {
      rig.x += x;
      rig.y += y;
      return;
    }
    const inside = this.terrain.blocked(rig.x, rig.y);
    if (inside || !this.terrain.blocked(rig.x + x * 1.2, rig.y)) rig.x += x;
    if (inside || !this.terrain.blocked(rig.x, rig.y + y * 1.2)) rig.y += y;
    const feet = this.terrain.height(rig.x, rig.y, rig.z - EYE_HEIGHT);
    rig.z += (feet + EYE_HEIGHT - rig.z) * Math.min(1, dt * 8);
  }

  private place(): void {
    const { camera } = this;
    const [x, y, z] = eyeOf(this.now);
    const [dx, dy, dz] = forward(this.now);
    camera.position.set(x, y, Math.max(z, 0.5));
    camera.near = Math.min(Math.max(0.04 * Math.min(z, this.distance), 0.15), 8);
    camera.updateProjectionMatrix();
    camera.lookAt(x + dx, y + dy, Math.max(z, 0.5) + dz);
    camera.updateMatrixWorld();
  }
}
