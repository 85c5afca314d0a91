/** Buildings: merged by tile; facades, windows and their lights are made in the shader from use, floors and id. */
import { Group, MeshLambertMaterial, ShaderMaterial, Vector3, Vector4, type Mesh } from "three";

import { air, dress } from "./air";
import { linear } from "./daylight";
import type { BuildingMeshes } from "./geometry/buildings";
import { fixedMesh, Order } from "./meshes";
import { Use } from "../protocol/words.generated";

/** A facade by use: bay width (m), width of a window in its bay, height of its sill and its own in a floor (shares). */
const FACADE: Readonly<Record<number, readonly [number, number, number, number]>> = {
  [Use.UNKNOWN]: [3.4, 0.5, 0.28, 0.5],
  [Use.RESIDENTIAL]: [3.5, 0.56, 0.26, 0.52],
  [Use.OFFICE]: [1.6, 0.92, 0.12, 0.74],
  [Use.RETAIL]: [4.2, 0.8, 0.2, 0.6],
  [Use.INDUSTRIAL]: [9, 0.8, 0.78, 0.12],
  [Use.SCHOOL]: [4.0, 0.84, 0.3, 0.46],
  [Use.HOSPITAL]: [3.2, 0.78, 0.3, 0.46],
  [Use.HOTEL]: [3.0, 0.5, 0.22, 0.56],
  [Use.CULTURE]: [5, 0.5, 0.1, 0.75],
  [Use.TRANSPORT]: [3, 0.9, 0.12, 0.76],
  [Use.CIVIC]: [3.6, 0.42, 0.2, 0.62],
  [Use.WORSHIP]: [4.5, 0.3, 0.2, 0.66],
  [Use.SPORT]: [5, 0.86, 0.5, 0.34],
  [Use.PARKING]: [8, 0.96, 0.36, 0.44],
  [Use.MIXED]: [3.3, 0.6, 0.24, 0.54],
  [Use.OUTBUILDING]: [6, 0, 0, 0],
};

/** Share of glass that is a curtain wall, share of bays with a balcony, whether the ground floor is shops, brightest share lit. */
const CHARACTER: Readonly<Record<number, readonly [number, number, number, number]>> = {
  [Use.RESIDENTIAL]: [0, 0.55, 0, 0.62],
  [Use.OFFICE]: [1, 0, 0.6, 0.55],
  [Use.RETAIL]: [0.2, 0, 1, 0.8],
  [Use.INDUSTRIAL]: [0, 0, 0, 0.5],
  [Use.SCHOOL]: [0, 0, 0, 0.2],
  [Use.HOSPITAL]: [0, 0, 0.3, 0.75],
  [Use.HOTEL]: [0, 0, 1, 0.6],
  [Use.CULTURE]: [0.5, 0, 0.6, 0.5],
  [Use.TRANSPORT]: [1, 0, 1, 0.8],
  [Use.CIVIC]: [0, 0, 0.3, 0.3],
  [Use.WORSHIP]: [0, 0, 0, 0.4],
  [Use.SPORT]: [0.4, 0, 0.3, 0.4],
  [Use.PARKING]: [0, 0, 0, 0.9],
  [Use.MIXED]: [0, 0.35, 1, 0.62],
};

const USES = 16;

const VERTEX = /* glsl */ `
attribute vec4 wall; attribute vec4 look; attribute vec4 paint; attribute float building;
varying vec4 vWall; flat varying vec4 vLook; varying vec3 vPaint; varying vec3 vFacing; flat varying float vId;
`;
const PLACE = "place = position; facing = normal; vWall = wall * vec4(0.01, 0.01, 0.1, 0.1); vLook = look; vPaint = paint.rgb; vFacing = normal; vId = building;";

const FACADE_GLSL = /* glsl */ `
varying vec4 vWall; flat varying vec4 vLook; varying vec3 vPaint; varying vec3 vFacing; flat varying float vId;
uniform vec4 uFacade[${USES}]; uniform vec4 uCharacter[${USES}]; uniform float uLit[${USES}];
uniform float uLayer, uSelected;
uniform vec3 uUse[${USES}];
float within(float x, float low, float high, float px) { return clamp((x - low) / px + 0.5, 0.0, 1.0) * clamp((high - x) / px + 0.5, 0.0, 1.0); }
vec3 lampColour(float h) { return h < 0.55 ? vec3(1.0, 0.66, 0.34) : h < 0.85 ? vec3(1.0, 0.82, 0.58) : vec3(0.78, 0.9, 1.0); }

void facade(inout vec3 colour, inout vec3 glow) {
  int use = int(vLook.x + 0.5);
  float floors = max(vLook.y, 1.0), seed = vLook.z;
  vec4 form = uFacade[use], character = uCharacter[use];
  float length_ = vWall.y, up = vPlace.z - vWall.z, tall = max(vWall.w - vWall.z, 1.0);
  float bay = length_ > 0.0 ? length_ / max(1.0, floor(length_ / form.x + 0.3)) : form.x;
  vec2 cell = vec2(vWall.x / bay, up / tall * floors);
  vec2 px = fwidth(cell) + 1e-4;
  vec2 id = floor(cell), f = cell - id;
  bool shop = id.y < 0.5 && vWall.z < 1.0 && hash(vec2(seed, 3.7)) < character.z && length_ > 5.0;
  vec4 w = shop ? vec4(bay, 0.88, 0.06, 0.68) : form;
  float blind = (length_ > 0.0 && length_ < 2.2) || up > tall ? 0.0 : 1.0;
  float window = within(f.x, 0.5 - 0.5 * w.y, 0.5 + 0.5 * w.y, px.x) * within(f.y, w.z, w.z + w.w, px.y);
  vec2 coarse = smoothstep(vec2(0.35), vec2(0.9), px);
  float blur = max(coarse.x, coarse.y);
  window = mix(window, w.y * w.w, blur) * blind;

  if (use == ${Use.INDUSTRIAL} || use == ${Use.OUTBUILDING}) colour *= 0.96 + 0.06 * step(0.5, fract(vWall.x / 0.6)) * (1.0 - smoothstep(0.2, 0.7, fwidth(vWall.x)));
  float reveal = 0.0;
  if (blur < 0.99) {
    // a floor slab or a string course, balconies, a lintel's shadow
    float sharp = 1.0 - blur;
    colour *= 1.0 + 0.07 * within(f.y, 0.0, 0.07, px.y) * sharp * step(0.5, id.y);
    float balcony = step(hash(vec2(id.x * 3.1 + seed, seed * 0.7)), character.y) * step(0.5, id.y) * blind * step(3.0, length_) * sharp;
    float wide = balcony * within(f.x, 0.06, 0.94, px.x);
    float rail = wide * within(f.y, 0.02, 0.34, px.y);
    window *= 1.0 - rail;
    colour *= 1.0 - 0.28 * wide * within(f.y, 0.34, 0.96, px.y);
    colour = mix(colour, colour * 1.12 + 0.02, rail);
    reveal = window * within(f.y, w.z + w.w * 0.86, w.z + w.w, px.y) * sharp;
  }
  if (window < 0.002) return;

  // glass: the sky mirrored, a dark room behind, blinds here and there
  vec3 eye = normalize(cameraPosition - vPlace);
  vec3 n = normalize(vFacing);
  vec3 r = reflect(-eye, n);
  float mirror = 0.1 + 0.9 * pow(1.0 - max(dot(eye, n), 0.0), 5.0);
  mirror = min(mirror + 0.22 * character.x, 1.0);
  vec3 sky = skyColour(normalize(vec3(r.xy, abs(r.z) + 0.05)));
  float h = hash(id + vec2(seed * 1.31, seed * 0.37 + floor(vWall.y)));
  vec3 room = mix(vec3(0.055, 0.065, 0.07), vec3(0.3, 0.28, 0.24), step(0.78, fract(h * 7.3)) * (1.0 - character.x) * (1.0 - blur));
  colour = mix(colour, room * (1.0 - 0.5 * reveal), window);
  glow += window * sky * mirror * (1.0 - 0.6 * reveal) * 0.75;

  if (uNight <= 0.0) return;
  // lamps come on one by one as uLit rises
  float share = shop ? max(uLit[use], 0.85) : uLit[use];
  float floorMood = character.x > 0.5 ? mix(h, hash(vec2(id.y + 11.0, seed)), 0.55) : h;
  float storey = share * (0.15 + 1.1 * hash(vec2(id.y + 3.0, seed + 9.0)));
  float lit = mix(mix(step(floorMood, share), storey, coarse.x), share * (0.35 + 0.5 * hash(vec2(seed, 9.0))), coarse.y);
  vec3 lamp = mix(lampColour(character.x > 0.5 ? hash(vec2(seed, 5.0)) * 0.5 + 0.5 : fract(h * 13.7)), vec3(1.0, 0.72, 0.42), blur);
  float inside = mix((0.55 + 0.6 * fract(h * 5.1)) * (0.75 + 0.5 * f.y), 0.42, blur);
  glow += window * lit * lamp * inside * uNight * (shop ? 1.25 : 0.8);

}
`;

const COLOUR = /* glsl */ `
vec3 colour = pow(vPaint, vec3(2.2));
float part = mod(vLook.w, 16.0), provenance = floor(vLook.w / 16.0);
if (uLayer > 0.5 && uLayer < 2.5) colour = mix(colour, vec3(0.62, 0.61, 0.59), 0.85);
if (uLayer > 2.5 && uLayer < 3.5) colour = mix(colour, uUse[int(vLook.x + 0.5)], 0.75);
if (uLayer > 3.5) colour = provenance < 0.5 ? vec3(0.10, 0.34, 0.42) : provenance < 1.5 ? vec3(0.62, 0.40, 0.10) : vec3(0.50, 0.17, 0.30);
vec3 glow = vec3(0.0);
if (part < 0.5) { facade(colour, glow); if (uLayer > 3.5) glow *= 0.3; }
else {
  float grain = noise(vPlace.xy * 0.35) * 0.6 + noise(vPlace.xy * 2.1) * 0.4;
  colour *= 0.9 + 0.16 * grain;
  if (part > 1.5 && part < 2.5) colour *= 0.93 + 0.1 * step(0.5, fract(vPlace.z * 3.0)) * (1.0 - smoothstep(0.1, 0.5, fwidth(vPlace.z) * 3.0));
}
float height = vPlace.z;
colour *= mix(0.62, 1.0, smoothstep(-0.5, 5.0, height)) * (0.94 + 0.06 * smoothstep(0.0, 40.0, height));
glow += colour * vec3(1.0, 0.66, 0.36) * uNight * 0.42 * exp(-max(height, 0.0) / 7.0);
diffuseColor.rgb = colour;
totalEmissiveRadiance += glow;
if (abs(vId - uSelected) < 0.5) { diffuseColor.rgb = mix(diffuseColor.rgb, vec3(1.0, 0.62, 0.18), 0.35); totalEmissiveRadiance += vec3(0.5, 0.24, 0.05); }
`;

const USE_COLOURS: readonly number[] = [
  0xb8b4ac, 0xe8c06a, 0xd0688a, 0xe07a5a, 0x9a7fb8, 0x6fb3d2, 0xe0605a, 0xd88ac0, 0xc06ad0, 0x8f8f95, 0x5b8fc9, 0xc8a060, 0x74c08a, 0x9d9da6, 0xe09a62, 0xaaa69e,
];

export class Buildings {
  readonly group = new Group();
  readonly uniforms = {
    uFacade: { value: table(FACADE, [3.4, 0.5, 0.28, 0.5]) },
    uCharacter: { value: table(CHARACTER, [0, 0.2, 0.3, 0.5]) },
    uLit: { value: new Array<number>(USES).fill(0) },
    uUse: { value: USE_COLOURS.map((colour) => new Vector3(...linear(colour))) },
    uSelected: { value: -1 },
  };
  readonly material = dress(new MeshLambertMaterial(), {
    name: "building", vertexHead: VERTEX, place: PLACE, fragmentHead: FACADE_GLSL, colour: COLOUR, uniforms: this.uniforms,
  });
  readonly contact = contactMaterial();

  /** The meshes of a tile, to be added to the scene and later removed from it. */
  add(data: BuildingMeshes): { walls: Mesh; foot: Mesh; detailFrom: number } {
    const walls = fixedMesh(data.buildings, this.material, Order.SOLID);
    walls.castShadow = true;
    walls.receiveShadow = true;
    const foot = fixedMesh(data.contact, this.contact, Order.CONTACT);
    this.group.add(walls, foot);
    return { walls, foot, detailFrom: data.buildings.detailFrom };
  }

  /** How many windows burn at an hour of the day. */
  setHour(hour: number): void {
    for (let use = 0; use < USES; use++) {
      this.uniforms.uLit.value[use] = litShare(use, hour) * (CHARACTER[use]?.[3] ?? 0.5);
    }
  }
}

/** Share of the lights of a use that burn at an hour, 0 .. 1: homes in the evening, offices until they empty. */
export function litShare(use: number, hour: number): number {
  const home = ramp(hour, [[0, 0.16], [1, 0.06], [4, 0.03], [5.5, 0.12], [7, 0.4], [9, 0.15], [16, 0.2], [18, 0.75], [20, 1], [22, 0.8], [23, 0.45], [24, 0.16]]);
  const work = ramp(hour, [[0, 0.08], [5, 0.08], [7, 0.5], [8.5, 1], [17, 1], [19, 0.7], [21, 0.38], [23, 0.12], [24, 0.08]]);
  const open = ramp(hour, [[0, 0.2], [3, 0.1], [8, 0.5], [10, 1], [21, 1], [22.5, 0.5], [24, 0.2]]);
  switch (use) {
    case Use.OFFICE: case Use.CIVIC: case Use.SCHOOL: return work;
    case Use.RETAIL: case Use.CULTURE: case Use.TRANSPORT: case Use.SPORT: return open;
    case Use.INDUSTRIAL: case Use.HOSPITAL: case Use.PARKING: return 0.55 + 0.45 * work;
    case Use.OUTBUILDING: return 0;
    default: return home;
  }
}

function ramp(x: number, points: readonly (readonly [number, number])[]): number {
  let i = 0;
  while (i + 2 < points.length && points[i + 1][0] <= x) i++;
  const [[x0, y0], [x1, y1]] = [points[i], points[i + 1]];
  return y0 + ((y1 - y0) * Math.min(Math.max(x - x0, 0), x1 - x0)) / (x1 - x0);
}

function table(rows: Readonly<Record<number, readonly [number, number, number, number]>>, other: readonly [number, number, number, number]): Vector4[] {
  return Array.from({ length: USES }, (_, use) => new Vector4(...(rows[use] ?? other)));
}

/** A soft dark rim on the ground around each building. */
function contactMaterial(): ShaderMaterial {
  return new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    uniforms: { uNight: air.uNight },
    vertexShader: /* glsl */ `
      attribute float shade; varying float vShade; varying float vFar;
      void main() {
        vShade = shade;
        vec4 p = modelViewMatrix * vec4(position.xy, 0.02, 1.0);
        vFar = -p.z;
        p.xyz *= 0.9988;
        gl_Position = projectionMatrix * p;
      }`,
    fragmentShader: /* glsl */ `
      varying float vShade; varying float vFar; uniform float uNight;
      void main() { gl_FragColor = vec4(0.05, 0.035, 0.03, 0.42 * vShade * vShade * (1.0 - smoothstep(500.0, 2500.0, vFar)) * (1.0 - 0.4 * uNight)); }`,
  });
}
