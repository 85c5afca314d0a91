/** What every material shares: the time, the sun and the air between it and the eye; and how a material is dressed. */
import { Vector3, type Material, type WebGLProgramParametersWithUniforms } from "three";

/** One set of uniforms for the whole scene: written once a frame, read by all. */
export const air = {
  uTime: { value: 0 }, // s, for waves and wind
  uSun: { value: new Vector3(0, 0, 1) },
  uMoon: { value: new Vector3(0, 0, -1) },
  uZenith: { value: new Vector3() },
  uHorizon: { value: new Vector3() },
  uGlow: { value: new Vector3() },
  uNight: { value: 0 },
  uHaze: { value: 1e-4 },
  uLight: { value: new Vector3() }, // irradiance of the sun or moon, for glints
  uLayer: { value: 0 }, // what things are coloured by, see layers.ts
};

export const SKY_GLSL = /* glsl */ `
uniform float uTime, uNight, uHaze;
uniform vec3 uSun, uMoon, uZenith, uHorizon, uGlow, uLight;
vec3 skyColour(vec3 d) {
  float up = max(d.z, 0.0);
  float sunward = 0.5 + 0.5 * dot(d.xy, uSun.xy) / max(length(uSun.xy), 0.01);
  vec3 horizon = uHorizon * mix(vec3(0.86, 0.94, 1.08), vec3(1.02, 1.0, 0.96), sunward);
  vec3 colour = mix(horizon, uZenith, 1.0 - exp(-4.0 * up));
  float towards = max(dot(d, uSun), 0.0);
  float low = exp(-7.0 * up);
  colour += uGlow * (0.5 * low * pow(towards, 3.0) + 0.35 * pow(towards, 24.0));
  return colour;
}
vec3 hazed(vec3 colour, vec3 place) {
  vec3 ray = place - cameraPosition;
  float far = length(ray);
  vec3 d = ray / far;
  float k = ray.z / 400.0; // the air thins out in 400 m
  float column = abs(k) < 1e-3 ? 1.0 : (1.0 - exp(-clamp(k, -20.0, 20.0))) / k;
  float depth = uHaze * far * column * exp(-max(cameraPosition.z, 0.0) / 400.0);
  float share = max(1.0 - exp(-depth), smoothstep(1.2e4, 4.5e4, far));
  return mix(colour, skyColour(normalize(vec3(d.xy, max(d.z, 0.015)))), share);
}
float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}
float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}
`;

/** Pieces of GLSL put into one of three's materials. All geometry is in world coordinates. */
export interface Dress {
  /** A name for the shader's cache. */
  readonly name: string;
  /** Declarations, both stages of which are in scope below. */
  readonly vertexHead?: string;
  /** Sets `vec3 place` (world) and may set `vec3 facing` (world normal). */
  readonly place: string;
  /** Metres of 1000 by which the surface is drawn nearer to the eye, along the ray: painter's order for what lies flat. */
  readonly pull?: string;
  readonly fragmentHead?: string;
  /** May change `diffuseColor.rgb` and `totalEmissiveRadiance`; `vPlace` is the world position. */
  readonly colour?: string;
  readonly uniforms?: Readonly<Record<string, { value: unknown }>>;
  /** For a depth material: no colours. */
  readonly depthOnly?: boolean;
}

export function dress<M extends Material>(material: M, cut: Dress): M {
  material.onBeforeCompile = (shader) => sew(shader, cut);
  material.customProgramCacheKey = () => `cosmopolis ${cut.name} ${cut.depthOnly ? "depth" : ""}`;
  return material;
}

function sew(shader: WebGLProgramParametersWithUniforms, cut: Dress): void {
  Object.assign(shader.uniforms, air, cut.uniforms);
  const sky = cut.vertexHead?.includes("skyColour") ? SKY_GLSL : "uniform float uTime, uNight; uniform vec3 uSun;";
  shader.vertexShader = shader.vertexShader
    .replace("#include <common>", `#include <common>\nvarying vec3 vPlace;\n${sky}\n${cut.vertexHead ?? ""}`)
    .replace("void main() {", `void main() {\nvec3 place = vec3(0.0); vec3 facing = vec3(0.0, 0.0, 1.0);\n${cut.place}\nvPlace = place;`)
    .replace("#include <beginnormal_vertex>", "vec3 objectNormal = facing;")
    .replace("#include <begin_vertex>", "vec3 transformed = place;")
    .replace("#include <project_vertex>", `#include <project_vertex>\n${pulled(cut.pull)}`);
  if (cut.depthOnly) return;
  shader.fragmentShader = shader.fragmentShader
    .replace("#include <common>", `#include <common>\nvarying vec3 vPlace;\n${SKY_GLSL}\n${cut.fragmentHead ?? ""}`)
    .replace("#include <color_fragment>", `#include <color_fragment>\n${cut.colour ?? ""}`)
    .replace("#include <tonemapping_fragment>", "gl_FragColor.rgb = hazed(gl_FragColor.rgb, vPlace);\n#include <tonemapping_fragment>");
}

function pulled(metres: string | undefined): string {
  if (!metres) return "";
  return `mvPosition.xyz *= 1.0 - 0.001 * (${metres}); gl_Position = projectionMatrix * mvPosition;`;
}
