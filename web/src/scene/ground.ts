/** The ground to the horizon, a map beyond the city's data, and the areas painted on it: land use and green. */
import { BufferAttribute, BufferGeometry, Group, Mesh, MeshLambertMaterial, Vector3 } from "three";

import { dress } from "./air";
import { LandUse } from "../protocol/words.generated";
import { linear } from "./daylight";
import type { AreaMeshes } from "./geometry/areas";
import { MAP_GLSL, mapEdge } from "./mapedge";
import { BACKDROP, fixedMesh, Order } from "./meshes";

/** sRGB, by words.LandUse. */
const LAND: Readonly<Record<number, number>> = {
  [LandUse.UNKNOWN]: 0xb9b0a2, [LandUse.RESIDENTIAL]: 0xbdb2a3, [LandUse.COMMERCIAL]: 0xb9aea0, [LandUse.RETAIL]: 0xbfae9b,
  [LandUse.INDUSTRIAL]: 0xb0aca4, [LandUse.CIVIC]: 0xbcb3a2, [LandUse.EDUCATION]: 0xbfb49c, [LandUse.HEALTH]: 0xc2bab0,
  [LandUse.TRANSPORT]: 0xa9a59e, [LandUse.CONSTRUCTION]: 0xb8a283,
  [LandUse.FARMLAND]: 0xa5a87c, [LandUse.PLAZA]: 0xcbc1b0, [LandUse.PARKING]: 0xa5a19b, [LandUse.SPORT]: 0x8f9f70,
  [LandUse.PARK]: 0x8f9d66, [LandUse.GRASS]: 0x9aa672, [LandUse.FOREST]: 0x6d7f50, [LandUse.GARDEN]: 0x8c9c68,
  [LandUse.SAND]: 0xdccda2,
  [LandUse.CEMETERY]: 0x8d9d70, [LandUse.WETLAND]: 0x7f9470,
};
const BARE = 0xc4bcb0;

/** What the layers of `layers.ts` make of it, by words.LandUse. */
const LAND_USE: Readonly<Record<number, number>> = {
  [LandUse.RESIDENTIAL]: 0xe8c06a, [LandUse.COMMERCIAL]: 0xd0688a, [LandUse.RETAIL]: 0xe07a5a, [LandUse.INDUSTRIAL]: 0x9a7fb8,
  [LandUse.CIVIC]: 0x5b8fc9, [LandUse.EDUCATION]: 0x6fb3d2, [LandUse.HEALTH]: 0xe0605a, [LandUse.TRANSPORT]: 0x8f8f95,
  [LandUse.CONSTRUCTION]: 0xb58a55,
  [LandUse.FARMLAND]: 0xc8c96a, [LandUse.PLAZA]: 0xd8b59a, [LandUse.PARKING]: 0x9d9da6, [LandUse.SPORT]: 0x74c08a,
  [LandUse.PARK]: 0x5fae57, [LandUse.GRASS]: 0x86c062, [LandUse.FOREST]: 0x3f8a4a, [LandUse.GARDEN]: 0x79b86a,
  [LandUse.SAND]: 0xe5d596, [LandUse.CEMETERY]: 0x8aa886, [LandUse.WETLAND]: 0x6aa596,
};
const KINDS = 48;

const table = (colours: Readonly<Record<number, number>>, other: number): Vector3[] =>
  Array.from({ length: KINDS }, (_, kind) => new Vector3(...linear(colours[kind] ?? other)));

const LAND_GLSL = /* glsl */ `
uniform vec3 uLand[${KINDS}];
uniform vec3 uLandUse[${KINDS}];
uniform float uLayer;
const vec3 CITY_GLOW = vec3(0.1, 0.068, 0.04); // lamps of the whole town on a pale ground
const float GLOW_REACH = 900.0, FADE_REACH = 8000.0; // m beyond the city: of its lamps, and of the map before it is air
// under a layer of data the town is a white model
vec3 pale(vec3 c) { return uLayer < 0.5 ? c : mix(c, vec3(0.5) + 0.25 * c, 0.7); }
vec3 landColour(int kind, vec2 p, float near) {
  vec3 c = uLand[kind];
  vec2 n = noises(p * 0.021);
  float broad = n.x;
  float fine = near > 0.0 ? mix(0.5, noise(p * 1.7), near) : 0.5;
  bool green = kind == 13 || (kind >= 20 && kind != 24);
  c *= green ? 0.74 + 0.36 * broad + 0.16 * fine : 0.9 + 0.12 * broad + 0.08 * fine;
  if (green) c = mix(c, c * vec3(1.14, 1.02, 0.78), n.y * 0.5);
  if (kind == 10) c *= 0.86 + 0.2 * smoothstep(0.3, 0.7, abs(fract(p.y * 0.25) - 0.5) * 2.0 * near);
  if (kind == 11 || kind == 12) {
    vec2 g = abs(fract(p / (kind == 11 ? 2.0 : 2.5)) - 0.5) * 2.0;
    c *= 1.0 - 0.12 * near * step(0.94, max(g.x, g.y));
  }
  return c;
}
`;

const NEAR_GLSL = "float near = 1.0 - smoothstep(60.0, 500.0, distance(cameraPosition, vPlace));";

/** From `land`, the colour of the city's ground, and what lies beyond it. The lamps' light goes out with the distance. */
const MAPPED_GLSL = /* glsl */ `
float beyond = beyondEdge(vPlace.xy);
vec2 px = fwidth(vPlace.xy) + 1e-4; // outside of any condition: else it is undefined
float fading = beyond * (1.0 - exp(-max(outsideOf(vPlace.xy), 0.0) / FADE_REACH));
diffuseColor.rgb = beyond > 0.0 ? mix(land, pale(paper(vPlace.xy, px)), beyond) : land;
totalEmissiveRadiance += diffuseColor.rgb * CITY_GLOW * uNight * exp(-max(outsideOf(vPlace.xy), 0.0) / GLOW_REACH);
diffuseColor.rgb *= 1.0 - fading;
vec3 away = normalize(vPlace - cameraPosition);
totalEmissiveRadiance = mix(totalEmissiveRadiance, horizonColour(away) + glowAround(away, 0.9), fading);`;

export class GroundLayer {
  readonly group = new Group();
  private readonly plane: Mesh;
  private readonly uniforms = {
    ...mapEdge,
    uLand: { value: table(LAND, BARE) },
    uLandUse: { value: table(LAND_USE, 0xb8b4ac) },
  };

  /** Of the areas painted on the ground. */
  readonly areas = this.material("areas", "place = vec3(position.xy, 0.0); vKind = area.x;", /* glsl */ `
    ${NEAR_GLSL}
    int kind = int(vKind + 0.5);
    vec3 land = uLayer > 2.5 && uLayer < 3.5 ? uLandUse[kind] : pale(landColour(kind, vPlace.xy, near));
    ${MAPPED_GLSL}`);

  constructor() {
    this.plane = new Mesh(disc(), this.material("bare ground", "place = position + vec3(cameraPosition.xy, 0.0);", /* glsl */ `
      ${NEAR_GLSL}
      vec3 land = pale(landColour(0, vPlace.xy, near));
      ${MAPPED_GLSL}`));
    this.plane.frustumCulled = false;
    this.plane.receiveShadow = true;
    this.plane.renderOrder = Order.GROUND;
    this.group.add(this.plane);
  }

  /** Beyond these bounds (w, s, e, n) the ground is the map around the city. */
  setBounds(bounds: readonly number[]): void {
    this.uniforms.uBounds.value.fromArray(bounds as number[]);
  }

  setAreas({ land }: AreaMeshes): void {
    if (land.index.length === 0) return;
    const mesh = fixedMesh(land, this.areas, Order.LAND);
    mesh.receiveShadow = true;
    this.group.add(mesh);
  }

  private material(name: string, place: string, colour: string): MeshLambertMaterial {
    const material = new MeshLambertMaterial(BACKDROP);
    const kind = name === "areas";
    return dress(material, {
      name,
      vertexHead: kind ? "attribute vec3 area; flat varying float vKind;" : "",
      fragmentHead: (kind ? "flat varying float vKind;" : "") + MAP_GLSL + LAND_GLSL,
      place,
      colour,
      backdrop: true,
      uniforms: this.uniforms,
    });
  }
}

/**
 * Rings around the origin out to where the haze has swallowed everything. None of its points is below the eye: in a
 * level view that one would be at w = 0, where some rasterisers lose what they interpolate; the turn keeps the others
 * from it in views along the axes.
 */
export function disc(): BufferGeometry {
  const radii = [60, 300, 1200, 5000, 20_000, 60_000, 150_000];
  const sectors = 40;
  const turn = 0.0317; // rad
  const points: number[] = [];
  const index: number[] = [];
  for (const radius of radii) {
    for (let k = 0; k < sectors; k++) {
      const angle = turn + (2 * Math.PI * k) / sectors;
      points.push(radius * Math.cos(angle), radius * Math.sin(angle), 0);
    }
  }
  for (let k = 1; k + 1 < sectors; k++) index.push(0, k, k + 1);
  for (let ring = 0; ring + 1 < radii.length; ring++) {
    for (let k = 0; k < sectors; k++) {
      const a = ring * sectors + k;
      const b = ring * sectors + ((k + 1) % sectors);
      index.push(a, a + sectors, b + sectors, a, b + sectors, b);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
  geometry.setAttribute("normal", new BufferAttribute(new Float32Array(points.map((_, i) => (i % 3 === 2 ? 1 : 0))), 3));
  geometry.setIndex(index);
  return geometry;
}
