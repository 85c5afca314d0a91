/** Lamp posts along the streets. The light on the paving is made by the streets' own shader. */
import { Group } from "three";

import type { Furniture } from "./geometry/furniture";
import { LowPoly } from "./lowpoly";
import { glowMesh, propMesh, square } from "./props";
import { Nearby, Scatter } from "./scatter";

const REACH = 450; // m
const GLOW_REACH = 1600;

/** 1 m high and scaled by the row's height; the arm reaches over the street (to the left). */
const post = (): LowPoly => new LowPoly().post(0, [0, 0, 0], 1, 0.012, 5, 0.007).box(0, [0, 0.12, 0.995], [0.006, 0.12, 0.006]).box(1, [0, 0.24, 0.985], [0.02, 0.055, 0.008]);

const PLACE = /* glsl */ `
place = row0.xyz + vec3(turned(position.xy * row1.x, row0.w), position.z * row1.x);
facing = vec3(turned(normal.xy, row0.w), normal.z);
tone = part > 0.5 ? vec3(0.5) : vec3(0.25, 0.255, 0.26);
shine = part > 0.5 ? vec3(1.0, 0.76, 0.46) * uNight * 3.0 : vec3(0.0);`;

const GLOW_PLACE = /* glsl */ `
at += vec3(cos(row0.w + 1.5708) * 0.24 * row1.x, sin(row0.w + 1.5708) * 0.24 * row1.x, 0.975 * row1.x);
float far = distance(cameraPosition, at);
radius = clamp(far * 0.007, 0.9, 6.0);
tone = vec4(1.0, 0.72, 0.4, uNight * 0.62 * (1.0 - smoothstep(1000.0, ${GLOW_REACH}.0, far)));`;

export class StreetLights {
  readonly group = new Group();
  private readonly lamps = new Scatter(8);
  private readonly posts: Nearby;
  private readonly glows: Nearby;
  private readonly glow;

  constructor() {
    this.posts = new Nearby(this.lamps, post().instanced(), 4000);
    this.glows = new Nearby(this.lamps, square(), 16_000);
    this.glow = glowMesh(this.glows.geometry, GLOW_PLACE);
    this.group.add(propMesh({ name: "lamp post", geometry: this.posts.geometry, place: PLACE, shadows: true }), this.glow);
  }

  set(furniture: Furniture): void {
    this.lamps.add(furniture.lamps);
  }

  update(x: number, y: number, night: number): void {
    this.posts.update(x, y, 0, REACH);
    this.glow.visible = night > 0.02;
    if (this.glow.visible) this.glows.update(x, y, 0, GLOW_REACH);
  }
}
