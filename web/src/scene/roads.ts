/** Streets, sidewalks, crossings, bridges and tracks: one material that knows how each is paved and painted. */
import { DataTexture, Group, MeshLambertMaterial, type Mesh, RGBAFormat, UnsignedByteType } from "three";

import type { Network } from "../world/model";
import { dress } from "./air";
import { buildClosures } from "./geometry/closures";
import type { MeshData } from "./geometry/mesh";
import { fixedMesh, Order } from "./meshes";

const TINT_WIDTH = 1024;

const VERTEX = /* glsl */ `
attribute vec4 lane; attribute vec4 code; attribute vec2 owner;
varying vec4 vLane; flat varying vec4 vCode; flat varying vec4 vTint; varying float vUp;
uniform sampler2D uTint;
`;

const PLACE = /* glsl */ `
place = position; facing = normal; vLane = lane; vCode = code; vUp = normal.z;
vTint = owner.x < 0.0 ? vec4(0.0) : texelFetch(uTint, ivec2(mod(owner.x + 0.5, ${TINT_WIDTH}.0), (owner.x + 0.5) / ${TINT_WIDTH}.0), 0);
`;

/** Nearer to the eye: lanes over junctions, what closes them over lanes, crossings over both. */
const PULL = "code.x < 0.5 ? 0.3 : code.x < 1.5 ? 0.8 : code.x < 2.5 ? 1.3 : abs(code.x - 9.0) < 0.5 ? 1.1 : 0.2";

const PAINT_GLSL = /* glsl */ `
varying vec4 vLane; flat varying vec4 vCode; flat varying vec4 vTint; varying float vUp;
uniform float uLayer;
const vec3 WHITE = vec3(0.78, 0.77, 0.73), YELLOW = vec3(0.78, 0.5, 0.09), RED = vec3(0.5, 0.085, 0.05);
float band(float x, float half_, float px) { return clamp((half_ - abs(x)) / px + 0.5, 0.0, 1.0); }
float dashes(float along, float on, float period, float px) {
  return mix(band((fract(along / period) - 0.5) * period, on * 0.5, px), on / period, smoothstep(0.5, 3.0, px));
}
bool has(float bits, float bit) { return mod(floor(bits / bit), 2.0) > 0.5; }
float head(vec2 p, float size) { return p.y < 0.0 || p.y > size * 2.2 ? 0.0 : step(abs(p.x), size * 0.5 * (1.0 - p.y / (size * 2.2))); }
float arrow(vec2 p, float turns) { // p: m to the right, m forward
  float mark = step(abs(p.x), 0.09) * step(0.0, p.y) * step(p.y, 2.6);
  if (has(turns, 1.0)) mark = max(mark, max(step(abs(p.x), 0.09) * step(0.0, p.y) * step(p.y, 4.2), head(p - vec2(0.0, 3.9), 0.75)));
  if (has(turns, 2.0) || has(turns, 16.0) || has(turns, 8.0)) mark = max(mark, max(step(abs(p.y - 2.5), 0.2) * step(-0.6, p.x) * step(p.x, 0.09), head(vec2((p.y - 2.5) * 0.55, -p.x - 0.5), 0.5)));
  if (has(turns, 4.0) || has(turns, 32.0)) mark = max(mark, max(step(abs(p.y - 2.5), 0.2) * step(-0.09, p.x) * step(p.x, 0.6), head(vec2((p.y - 2.5) * 0.55, p.x - 0.5), 0.5)));
  return mark;
}
vec4 lines(float kind, float x, float along, float toEnd, float px, float py, bool signal) {
  if (kind < 0.5 || x > 0.6) return vec4(0.0);
  if (kind < 1.5) {
    float on = signal && toEnd < 30.0 ? 1.0 : dashes(along, 4.0, 10.0, py);
    return vec4(WHITE, on * band(x, 0.07, px));
  }
  if (kind < 2.5) return vec4(WHITE, band(x - 0.1, 0.075, px));
  if (kind < 3.5) return vec4(YELLOW, band(x - 0.12, 0.075, px));
  return vec4(YELLOW, dashes(along, 4.0, 10.0, py) * band(x, 0.07, px));
}
vec3 asphalt(vec2 p) { return vec3(0.105, 0.103, 0.101) * (0.86 + 0.2 * noise(p * 0.09) + 0.1 * noise(p * 2.3)); }
vec3 laneSurface(vec3 base) {
  float along = vLane.x, across = vLane.y, toEnd = vLane.z - vLane.x, wide = vLane.w;
  float px = fwidth(across) + 1e-4, py = fwidth(along) + 1e-4;
  bool signal = has(vCode.w, 4.0);
  float track = abs(abs(across) - 0.85);
  base *= 1.0 - 0.08 * exp(-track * track * 9.0);
  if (has(vCode.w, 1.0)) base = mix(base, vec3(0.3, 0.105, 0.075), 0.55);
  if (has(vCode.w, 2.0)) base = mix(base, vec3(0.12, 0.2, 0.16), 0.7);
  vec4 mark = lines(mod(vCode.y, 16.0), wide - across, along, toEnd, px, py, signal);
  vec4 other = lines(floor(vCode.y / 16.0), wide + across, along, toEnd, px, py, signal);
  if (other.a > mark.a) mark = other;
  if (has(vCode.w, 8.0) && abs(across) < wide) {
    float stop = band(toEnd - 0.5, 0.2, py);
    if (stop > mark.a) mark = vec4(WHITE, stop);
  }
  if (vCode.z > 0.5 && signal && py < 0.8 && vLane.z > 26.0) {
    float p = toEnd < 18.0 ? 13.0 - toEnd : 38.0 - toEnd;
    float fade = 1.0 - smoothstep(0.3, 0.8, py);
    float a = arrow(vec2(-across, p), vCode.z) * fade;
    if (a > mark.a) mark = vec4(WHITE, a);
  }
  return mix(base, mark.rgb, mark.a * (0.82 + 0.18 * noise(vPlace.xy * 3.0)));
}
float bars(float s) { float w = fwidth(s) + 1e-4; return mix(clamp((0.25 - abs(fract(s) - 0.5)) / w + 0.5, 0.0, 1.0), 0.5, smoothstep(0.3, 1.0, w)); }
vec3 paved() {
  float kind = vCode.x;
  vec3 base = asphalt(vPlace.xy);
  float px = fwidth(vLane.x) + 1e-4;
  if (kind < 0.5) return base;
  if (kind < 1.5) return laneSurface(base);
  if (kind < 2.5) return mix(base, WHITE, mix(step(abs(fract(vLane.x) - 0.5), 0.24), 0.48, smoothstep(0.2, 0.6, px)) * 0.92);
  float grain = 0.92 + 0.12 * noise(vPlace.xy * 0.5) + 0.06 * noise(vPlace.xy * 4.0);
  if (kind < 3.5) {
    vec2 g = abs(fract(vLane.xy / vec2(1.2, 0.6)) - 0.5) * 2.0;
    float joint = step(0.95, max(g.x, g.y)) * (1.0 - smoothstep(0.02, 0.12, px));
    return vec3(0.42, 0.385, 0.34) * grain * (1.0 - 0.22 * joint);
  }
  if (kind < 4.5) return vec3(0.44, 0.385, 0.3) * grain;
  if (kind < 5.5) return mix(vec3(0.26, 0.125, 0.095), WHITE, band(abs(vLane.y) - vLane.w + 0.12, 0.05, fwidth(vLane.y) + 1e-4) * 0.7) * grain;
  if (kind < 6.5) {
    float joint = step(abs(fract(vLane.x / 6.0) - 0.5), 0.006) * (1.0 - smoothstep(0.02, 0.2, px));
    return vec3(0.4, 0.385, 0.36) * grain * (1.0 - 0.3 * joint);
  }
  if (kind < 7.5) {
    float sleeper = mix(step(abs(fract(vLane.x / 0.65) - 0.5), 0.2) * step(abs(vLane.y), 1.3), 0.3, smoothstep(0.15, 0.5, px));
    float rail = band(abs(vLane.y) - 0.7175, 0.05, fwidth(vLane.y) + 1e-4);
    return mix(mix(vec3(0.17, 0.15, 0.135) * grain, vec3(0.32, 0.3, 0.28), sleeper), vec3(0.3, 0.27, 0.25), rail);
  }
  if (kind < 8.5) return vec3(0.5, 0.48, 0.45) * grain;
  return kind < 9.5 ? mix(base, RED, 0.12 + 0.78 * bars((vLane.x + vLane.y) / 3.2)) : mix(WHITE, RED, bars((vLane.x + vLane.y) / 0.8));
}
`;

/** Street lamps are spaced along a street; their light is part of its paving, so that it costs nothing. */
const COLOUR = /* glsl */ `
diffuseColor.rgb = paved();
if (uLayer > 0.5) diffuseColor.rgb = mix(diffuseColor.rgb, vTint.rgb * vTint.rgb, vTint.a);
if (uLayer > 0.5) totalEmissiveRadiance += vTint.rgb * vTint.rgb * vTint.a * 0.35;
if (has(vCode.w, 16.0) && uNight > 0.0) {
  float lamp = abs(fract(vLane.x / 35.0) - 0.5) * 35.0;
  totalEmissiveRadiance += diffuseColor.rgb * vec3(1.0, 0.68, 0.36) * uNight * (vCode.x < 0.5 ? 0.5 : 0.22 + 0.7 * exp(-lamp * lamp / 80.0));
}
`;

export class Roads {
  readonly group = new Group();
  private closures: Mesh | null = null;
  private readonly tinted: { value: DataTexture | null } = { value: null };
  readonly material: MeshLambertMaterial = dress(new MeshLambertMaterial(), {
    name: "street", vertexHead: VERTEX, place: PLACE, pull: PULL, fragmentHead: PAINT_GLSL, colour: COLOUR,
    uniforms: { uTint: this.tinted },
  });

  /** Colours of the edges under a layer of data. */
  get tint(): DataTexture | null {
    return this.tinted.value;
  }

  setEdges(count: number): void {
    const rows = Math.max(1, Math.ceil(count / TINT_WIDTH));
    this.tinted.value = new DataTexture(new Uint8Array(4 * TINT_WIDTH * rows), TINT_WIDTH, rows, RGBAFormat, UnsignedByteType);
    this.tinted.value.needsUpdate = true;
  }

  add(meshes: readonly MeshData[]): void {
    for (const data of meshes) this.place(data);
  }

  /** Hatches the lanes that are closed, and no others. */
  close(network: Network, lanes: ReadonlySet<number>): void {
    if (this.closures !== null) {
      this.group.remove(this.closures);
      this.closures.geometry.dispose();
    }
    const data = buildClosures(network, lanes);
    this.closures = data.index.length > 0 ? this.place(data) : null;
  }

  private place(data: MeshData): Mesh {
    const mesh = fixedMesh(data, this.material, Order.STREET);
    mesh.receiveShadow = true;
    mesh.castShadow = true;
    this.group.add(mesh);
    return mesh;
  }
}
