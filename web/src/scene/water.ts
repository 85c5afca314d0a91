/** Rivers, lakes and pools: the sky mirrored by the angle of view, ripples, and the sun's path on them. */
import { MeshLambertMaterial, type Mesh } from "three";

import { dress } from "./air";
import type { AreaMeshes } from "./geometry/areas";
import { MAP_GLSL, mapEdge } from "./mapedge";
import { BACKDROP, fixedMesh, Order } from "./meshes";

/** Two crossing trains of waves and noise; the slope fades where a ripple is smaller than a pixel. */
const WATER_GLSL = /* glsl */ `
vec2 slope(vec2 p) {
  float t = uTime;
  vec2 s = vec2(0.0);
  s += vec2(1.0, 0.4) * cos(dot(p, vec2(0.21, 0.085)) + 0.9 * t) * 0.35;
  s += vec2(-0.5, 0.9) * cos(dot(p, vec2(-0.16, 0.29)) - 1.1 * t) * 0.35;
  vec2 q = p * 0.45 + vec2(0.25 * t, -0.18 * t);
  float h = noise(q);
  s += vec2(noise(q + vec2(0.35, 0.0)) - h, noise(q + vec2(0.0, 0.35)) - h) * 3.2;
  return s * 0.06;
}
`;

const WATER_COLOUR = /* glsl */ `
vec3 eye = normalize(cameraPosition - vPlace);
float far = distance(cameraPosition, vPlace);
vec2 tilt = slope(vPlace.xy) / (1.0 + far / 350.0);
vec3 n = normalize(vec3(-tilt, 1.0));
float mirror = 0.03 + 0.97 * pow(1.0 - max(dot(eye, n), 0.0), 5.0);
vec3 r = reflect(-eye, n);
vec3 sky = skyColour(normalize(vec3(r.xy, abs(r.z) + 0.02)));
float glint = pow(max(dot(r, uSun.z > -0.05 ? uSun : uMoon), 0.0), 420.0);
diffuseColor.rgb = mix(vec3(0.045, 0.105, 0.115), vec3(0.075, 0.14, 0.125), noise(vPlace.xy * 0.01)) * (1.0 - mirror);
float streak = noise(vec2(atan(r.y, r.x) * 90.0, far * 0.004)) * noise(vPlace.xy * 0.06 + uTime * 0.2);
sky += vec3(1.0, 0.68, 0.36) * uNight * exp(-7.0 * abs(r.z)) * (0.1 + 1.1 * streak * streak);
vec3 shine = sky * mirror * 0.92 + uLight * glint * 0.9;
float beyond = beyondEdge(vPlace.xy);
vec2 px = fwidth(vPlace.xy) + 1e-4;
if (beyond > 0.0) diffuseColor.rgb = mix(diffuseColor.rgb, paper(vPlace.xy, px), beyond);
totalEmissiveRadiance += shine * (1.0 - beyond);
`;

export function waterMaterial(): MeshLambertMaterial {
  return dress(new MeshLambertMaterial(BACKDROP), {
    name: "water",
    place: "place = vec3(position.xy, 0.0);",
    fragmentHead: MAP_GLSL + WATER_GLSL,
    colour: WATER_COLOUR,
    backdrop: true,
    uniforms: mapEdge,
  });
}

export function createWater({ water }: AreaMeshes, material: MeshLambertMaterial): Mesh | null {
  if (water.index.length === 0) return null;
  const mesh = fixedMesh(water, material, Order.WATER);
  mesh.receiveShadow = true;
  return mesh;
}
