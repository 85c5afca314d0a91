/** Traffic signals: masts with arms, a head over each lane, and the light that it shows now. */
import { Group, type InstancedBufferGeometry } from "three";

import type { Network } from "../world/model";
import { headLight } from "../world/lights";
import type { Furniture } from "./geometry/furniture";
import { LowPoly } from "./lowpoly";
import { glowMesh, propMesh, square } from "./props";
import { Nearby, Scatter } from "./scatter";

const REACH = 700; // m for heads and masts
const GLOW_REACH = 1800;

/** Hangs from the arm and looks back at those who wait: lenses at -x. */
const head = (): LowPoly => {
  const model = new LowPoly().box(0, [0, 0, 0], [0.12, 0.2, 0.56]).box(0, [0.16, 0, 0], [0.02, 0.3, 0.68]);
  [0.36, 0, -0.36].forEach((z, k) => model.lens(10 + k, -0.13, z, 0.14));
  return model;
};
const mast = (): LowPoly => new LowPoly().post(0, [0, 0, 0], 6.3, 0.13, 6, 0.1).box(1, [0, 0.5, 6.15], [0.07, 0.5, 0.07]);

const HEAD_PLACE = /* glsl */ `
vec3 local = position;
place = row0.xyz + vec3(turned(local.xy, row0.w), local.z);
facing = vec3(turned(normal.xy, row0.w), normal.z);
tone = vec3(0.03, 0.035, 0.035);
float light = row1.z, lens = part - 10.0;
if (lens > -0.5) {
  float arrow = step(4.5, light);
  float on = lens < 0.5 ? step(light, 0.5) + arrow : lens < 1.5 ? step(0.5, light) * step(light, 1.5) : step(1.5, light) * step(light, 3.5) + arrow;
  vec3 hue = lens < 0.5 ? vec3(1.0, 0.06, 0.03) : lens < 1.5 ? vec3(1.0, 0.6, 0.03) : vec3(0.04, 1.0, 0.42);
  tone = hue * 0.06;
  shine = hue * on * 2.6;
}`;
const MAST_PLACE = /* glsl */ `
vec3 local = position;
if (part > 0.5) local.y *= row1.x;
place = row0.xyz + vec3(turned(local.xy, row0.w), local.z);
facing = vec3(turned(normal.xy, row0.w), normal.z);
tone = vec3(0.33, 0.34, 0.34);`;
const GLOW_PLACE = /* glsl */ `
float light = row1.z > 4.5 ? 0.0 : row1.z;
vec3 eyeward = cameraPosition - row0.xyz;
float far = length(eyeward);
float seen = clamp(-dot(eyeward.xy / far, vec2(cos(row0.w), sin(row0.w))) + 0.15, 0.0, 1.0);
at.z += light < 0.5 ? 0.36 : light < 1.5 ? 0.0 : -0.36;
radius = clamp(far * 0.006, 0.35, 4.0);
vec3 hue = light < 0.5 ? vec3(1.0, 0.08, 0.04) : light < 1.5 ? vec3(1.0, 0.62, 0.06) : vec3(0.08, 1.0, 0.45);
tone = light > 3.5 ? vec4(0.0) : vec4(hue, mix(0.22, 0.85, uNight) * smoothstep(0.0, 0.4, seen) * smoothstep(8.0, 40.0, far));`;

export class Signals {
  readonly group = new Group();
  private readonly heads = new Scatter(8);
  private readonly masts = new Scatter(8);
  private readonly headsNear: Nearby;
  private readonly mastsNear: Nearby;
  private readonly glows: Nearby;
  private rows: Float32Array = new Float32Array(0);
  private phases = new Uint16Array(0);
  private programs: Network["signals"] | null = null;

  constructor() {
    this.headsNear = new Nearby(this.heads, head().instanced(), 3000);
    this.mastsNear = new Nearby(this.masts, mast().instanced(), 1500);
    this.glows = new Nearby(this.heads, square(), 8000);
    this.group.add(
      propMesh({ name: "signal head", geometry: this.headsNear.geometry, place: HEAD_PLACE }),
      propMesh({ name: "signal mast", geometry: this.mastsNear.geometry, place: MAST_PLACE, shadows: true }),
      glowMesh(this.glows.geometry, GLOW_PLACE),
    );
  }

  /** For picking. */
  get headGeometry(): InstancedBufferGeometry {
    return this.headsNear.geometry;
  }

  set(furniture: Furniture, programs: Network["signals"]): void {
    this.programs = programs;
    this.rows = furniture.heads;
    this.heads.add(furniture.heads);
    this.masts.add(furniture.masts);
    this.light(new Uint16Array(programs.count), true);
  }

  update(x: number, y: number, phases: Uint16Array): void {
    const changed = this.light(phases);
    if (changed) this.heads.version++;
    this.headsNear.update(x, y, 0, REACH);
    this.mastsNear.update(x, y, 0, REACH);
    this.glows.update(x, y, 0, GLOW_REACH);
  }

  /** Writes each head's light; tells whether any phase is another than before. */
  private light(phases: Uint16Array, all = false): boolean {
    const { programs } = this;
    if (programs === null) return false;
    if (this.phases.length !== phases.length) this.phases = new Uint16Array(phases.length).fill(65535);
    let changed = all;
    for (let program = 0; program < phases.length && !changed; program++) changed = phases[program] !== this.phases[program];
    if (!changed) return false;
    this.phases.set(phases);
    for (let k = 0; k < this.rows.length; k += 8) {
      const program = this.rows[k + 4];
      this.rows[k + 6] = headLight(programs, program, phases[program] ?? 0, this.rows[k + 5], this.rows[k + 7]);
    }
    return true;
  }
}
