/** What every material shares: the time, the sun and the air between it and the eye; and how a material is dressed. */
import { DataTexture, LinearFilter, LinearMipmapNearestFilter, RGFormat, RepeatWrapping, ShaderChunk, Vector3, Vector4, type Material, type WebGLProgramParametersWithUniforms } from "three";

import { chance } from "./geometry/chance";
import { SKYGLOW_GLSL } from "./skyglow";

/** One set of uniforms for the whole scene: written once a frame, read by all. */
export const air = {
  uTime: { value: 0 }, // s, for waves and wind
  uSun: { value: new Vector3(0, 0, 1) },
  uMoon: { value: new Vector3(0, 0, -1) },
  uZenith: { value: new Vector3() },
  uHorizon: { value: new Vector3() },
  uGlow: { value: new Vector3() },
  uNight: { value: 0 },
  uTown: { value: new Vector4(0, 0, 1, 0) }, // what lights the sky by night, see skyglow.ts
  uHaze: { value: 1e-4 }, // a metre at the eye's height
  uLight: { value: new Vector3() }, // irradiance of the sun or moon, for glints
  uNoise: { value: noiseTexture() },
  uLayer: { value: 0 }, // what things are coloured by, see layers.ts
};

/** Smooth noise, made here: 256 by 256 pairs of values that repeat. */
function noiseTexture(): DataTexture {
  const side = 256;
  const texture = new DataTexture(Uint8Array.from({ length: 2 * side * side }, (_, i) => chance(i, 99) * 256), side, side, RGFormat);
  texture.wrapS = texture.wrapT = RepeatWrapping;
  texture.magFilter = LinearFilter;
  texture.minFilter = LinearMipmapNearestFilter;
  texture.generateMipmaps = true;
  texture.needsUpdate = true;
  return texture;
}

/** Chance and smooth noise (one texture look-up). */
const NOISE_GLSL = /* glsl */ `
uniform sampler2D uNoise;
float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}
vec2 noises(vec2 p) { return texture2D(uNoise, p * 0.00390625).rg; }
float noise(vec2 p) { return noises(p).r; }
`;

export const SKY_GLSL = /* glsl */ `
uniform float uTime, uNight, uHaze;
uniform vec3 uSun, uMoon, uZenith, uHorizon, uGlow, uLight;
${SKYGLOW_GLSL}
vec3 horizonColour(vec3 d) {
  float sunward = 0.5 + 0.5 * dot(d.xy, normalize(uSun.xy + 1e-4));
  return uHorizon * mix(vec3(0.86, 0.94, 1.08), vec3(1.02, 1.0, 0.96), sunward) + skyglow(d);
}
vec3 glowAround(vec3 d, float low) {
  float t = max(dot(d, uSun), 0.0), t2 = t * t, t4 = t2 * t2, t8 = t4 * t4;
  return uGlow * (0.5 * low * t * t2 + 0.35 * t8 * t8 * t8);
}
vec3 skyColour(vec3 d) {
  float up = max(d.z, 0.0);
  float low = exp(-4.0 * up);
  return mix(uZenith, horizonColour(d), low) + glowAround(d, low * low);
}
vec3 hazed(vec3 colour, vec3 place) {
  vec3 ray = place - cameraPosition;
  float far = length(ray);
  vec3 d = ray / far;
  float k = clamp(ray.z * 0.0025, -20.0, 20.0); // the air thins out in 400 m
  float column = abs(k) < 1e-3 ? 1.0 : (1.0 - exp(-k)) / k;
  float share = max(1.0 - exp(-uHaze * far * column), smoothstep(1.2e4, 4.5e4, far)); // uHaze is that at the eye
  return mix(colour, horizonColour(d) + glowAround(d, 0.9), share);
}
${NOISE_GLSL}`;

/**
 * Puts a vertex behind all that stands: as if at a hundred times its distance, by a near plane a hundred times nearer
 * (`projectionMatrix[3][2]` is -2 near). A depth in proportion to w would cut wrongly what reaches behind the eye, as the
 * ground does in a level view: its distance from the far plane, w - z, is then all rounding, and has its sign from w.
 */
export const BEHIND = "gl_Position.z = gl_Position.w + 0.01 * projectionMatrix[3][2];";

/** How shadows are looked up: softly, or by one look-up where every one counts. Set before anything is compiled. */
export const shadows = { soft: true };

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
  /** Drawn behind everything that stands, whatever its distance: the ground. */
  readonly backdrop?: boolean;
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
    .replace("#include <project_vertex>", `#include <project_vertex>\n${pulled(cut.pull)}${cut.backdrop ? BEHIND : ""}`);
  if (cut.depthOnly) return;
  if (!shadows.soft) shader.fragmentShader = shader.fragmentShader.replace("#include <shadowmap_pars_fragment>", hardShadows());
  shader.fragmentShader = shader.fragmentShader
    .replace("#include <common>", `#include <common>\nvarying vec3 vPlace;\n${SKY_GLSL}\n${cut.fragmentHead ?? ""}`)
    .replace("#include <color_fragment>", `#include <color_fragment>\n${cut.colour ?? ""}`)
    .replace("#include <tonemapping_fragment>", "gl_FragColor.rgb = hazed(gl_FragColor.rgb, vPlace);\n#include <tonemapping_fragment>");
}

/** three's own code with one look-up (of four texels) in place of five on a turned disc. */
function hardShadows(): string {
  return ShaderChunk.shadowmap_pars_fragment.replace(/float phi = interleavedGradientNoise[\s\S]*?\* 0\.2;/, "shadow = texture( shadowMap, shadowCoord.xyz );");
}

function pulled(metres: string | undefined): string {
  if (!metres) return "";
  return `mvPosition.xyz *= 1.0 - 0.001 * (${metres}); gl_Position = projectionMatrix * mvPosition;`;
}
