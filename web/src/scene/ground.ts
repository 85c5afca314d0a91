/** The ground to the horizon, and the areas painted on it: land use and green. */
import { BufferAttribute, BufferGeometry, Group, Mesh, MeshLambertMaterial, Vector3, Vector4 } from "three";

import { dress } from "./air";
import { LandUse } from "../protocol/words.generated";
import type { Ground } from "../world/model";
import { linear } from "./daylight";
import type { AreaMeshes } from "./geometry/areas";
import { contains, shapeOf } from "./geometry/polygon";
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
uniform float uLayer, uBeyond;
uniform vec4 uBounds;
const vec3 CITY_GLOW = vec3(0.1, 0.068, 0.04); // lamps of the whole town on a pale ground
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

export class GroundLayer {
  readonly group = new Group();
  private readonly plane: Mesh;
  private readonly uniforms = {
    uBounds: { value: new Vector4(-1e6, -1e6, 1e6, 1e6) },
    uBeyond: { value: 0 },
    uLand: { value: table(LAND, BARE) },
    uLandUse: { value: table(LAND_USE, 0xb8b4ac) },
  };

  /** Of the areas painted on the ground. */
  readonly areas = this.material("areas", "place = vec3(position.xy, 0.0); vKind = area.x;", /* glsl */ `
    ${NEAR_GLSL}
    int kind = int(vKind + 0.5);
    diffuseColor.rgb = pale(landColour(kind, vPlace.xy, near));
    if (uLayer > 2.5 && uLayer < 3.5) diffuseColor.rgb = uLandUse[kind];
    totalEmissiveRadiance += diffuseColor.rgb * CITY_GLOW * uNight;`);

  constructor() {
    this.plane = new Mesh(disc(), this.material("bare ground", "place = position + vec3(cameraPosition.xy, 0.0);", /* glsl */ `
      ${NEAR_GLSL}
      vec2 out_ = max(max(uBounds.xy + 90.0 - vPlace.xy, vPlace.xy - uBounds.zw + 90.0), 0.0);
      float beyond = smoothstep(-1.0, 60.0, length(out_) + 60.0 * (noise(vPlace.xy * 0.004) - 0.5));
      diffuseColor.rgb = pale(landColour(beyond > 0.5 ? int(uBeyond + 0.5) : 0, vPlace.xy, near));
      totalEmissiveRadiance += diffuseColor.rgb * CITY_GLOW * uNight * (1.0 - beyond);`));
    this.plane.frustumCulled = false;
    this.plane.receiveShadow = true;
    this.plane.renderOrder = Order.GROUND;
    this.group.add(this.plane);
  }

  /** The ground goes on beyond the city's bounds (w, s, e, n) as the kind that lies along most of its rim. */
  setBounds(bounds: readonly number[], areas: Ground["areas"]): void {
    this.uniforms.uBounds.value.fromArray(bounds as number[]);
    this.uniforms.uBeyond.value = kindAlongRim(bounds, areas);
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
      fragmentHead: (kind ? "flat varying float vKind;" : "") + LAND_GLSL,
      place,
      colour,
      backdrop: true,
      uniforms: this.uniforms,
    });
  }
}

const RIM_SAMPLES = 40; // on each side
const INSIDE = 40; // m from the rim

function kindAlongRim([w, s, e, n]: readonly number[], areas: Ground["areas"]): number {
  const counts = new Map<number, number>();
  const shapes = Array.from({ length: areas.polygon.count }, (_, row) => shapeOf(areas.polygon, row));
  for (let k = 0; k < RIM_SAMPLES; k++) {
    const [x, y] = [w + ((k + 0.5) / RIM_SAMPLES) * (e - w), s + ((k + 0.5) / RIM_SAMPLES) * (n - s)];
    for (const [px, py] of [[x, s + INSIDE], [x, n - INSIDE], [w + INSIDE, y], [e - INSIDE, y]]) {
      let kind = 0;
      shapes.forEach((shape, row) => {
        if (areas.layer[row] === 0 && contains(shape, px, py)) kind = areas.kind[row];
      });
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}

/** Rings around the origin out to where the haze has swallowed everything. */
function disc(): BufferGeometry {
  const radii = [0, 60, 300, 1200, 5000, 20_000, 60_000, 150_000];
  const sectors = 40;
  const points: number[] = [];
  const index: number[] = [];
  for (const radius of radii) {
    for (let k = 0; k < sectors; k++) {
      const angle = (2 * Math.PI * k) / sectors;
      points.push(radius * Math.cos(angle), radius * Math.sin(angle), 0);
    }
  }
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
