/** Trees: low models, swaying in the wind; simpler ones further away, none in the far distance. */
import { Group, Mesh, MeshDepthMaterial, MeshLambertMaterial, RGBADepthPacking, type InstancedBufferGeometry } from "three";

import type { Tile } from "../world/model";
import { dress } from "./air";
import { chance } from "./geometry/chance";
import { LowPoly } from "./lowpoly";
import { Nearby, Scatter } from "./scatter";

const TRUNK = 0;
const CROWN = 1;
/** The crown fills the model from 0.25 to 1 of its height; radius 1 is the crown's. */
const near = (): LowPoly =>
  new LowPoly().post(TRUNK, [0, 0, 0], 0.5, 0.07, 5, 0.04)
    .blob(CROWN, [0.12, 0.08, 0.52], [0.84, 0.82, 0.24], 1)
    .blob(CROWN, [-0.3, -0.22, 0.62], [0.62, 0.6, 0.22], 1)
    .blob(CROWN, [0.28, -0.16, 0.72], [0.56, 0.58, 0.2], 1)
    .blob(CROWN, [-0.05, 0.2, 0.82], [0.5, 0.5, 0.18], 1);
const far = (): LowPoly => new LowPoly().post(TRUNK, [0, 0, 0], 0.4, 0.06, 3, 0.05).blob(CROWN, [0, 0, 0.64], [0.95, 0.95, 0.36], 0, 0.05);

const HEAD = /* glsl */ `
attribute vec4 row0; attribute vec4 row1; attribute float part;
varying float vPart; varying float vUp; flat varying float vSeed;
`;
/** row0: x, y, z, height; row1: crown radius, seed. The crown is scaled by radius, the trunk by height. */
const PLACE = /* glsl */ `
float turn = row1.y * 6.2832;
vec2 across = mat2(cos(turn), sin(turn), -sin(turn), cos(turn)) * position.xy;
float wide = part > 0.5 ? row1.x : max(row0.w * 0.22, 0.8);
float slim = mix(1.0, 0.72, step(0.8, row1.y));
place = vec3(row0.xy + across * wide * slim, row0.z + position.z * row0.w);
float gust = sin(uTime * 1.1 + row0.x * 0.05 + row0.y * 0.03) + 0.5 * sin(uTime * 2.7 + row0.x * 0.4 + position.z * 4.0);
place.xy += vec2(0.7, 0.5) * gust * 0.018 * position.z * position.z * row0.w;
facing = normalize(vec3(mat2(cos(turn), sin(turn), -sin(turn), cos(turn)) * normal.xy, normal.z + 0.25));
vPart = part; vUp = position.z; vSeed = row1.y;
`;
const FRAGMENT_HEAD = "varying float vPart; varying float vUp; flat varying float vSeed;";
const COLOUR = /* glsl */ `
vec3 leaf = mix(vec3(0.15, 0.20, 0.062), vec3(0.25, 0.255, 0.075), fract(vSeed * 7.0));
if (fract(vSeed * 13.0) > 0.86) leaf = mix(leaf, vec3(0.42, 0.22, 0.05), 0.7);
leaf *= (0.52 + 0.62 * smoothstep(0.25, 0.95, vUp)) * (0.8 + 0.26 * noise(vPlace.xy * 1.3 + vPlace.z * 1.7) + 0.2 * noise(vPlace.xz * 5.0 + vPlace.y * 3.0));
diffuseColor.rgb = vPart > 0.5 ? leaf : vec3(0.17, 0.125, 0.09);
totalEmissiveRadiance += diffuseColor.rgb * vec3(1.0, 0.72, 0.42) * uNight * 0.22 * exp(-max(vPlace.z, 0.0) / 9.0);
`;

export class Trees {
  readonly group = new Group();
  private readonly scatter = new Scatter(8);
  private readonly close: Nearby;
  private readonly distant: Nearby;

  constructor(most: { near: number; far: number }) {
    this.close = new Nearby(this.scatter, near().instanced(), most.near);
    this.distant = new Nearby(this.scatter, far().instanced(), most.far);
    this.group.add(treeMesh(this.close.geometry), treeMesh(this.distant.geometry));
  }

  /** A tile's trees; the answer takes them away again. */
  add(trees: Tile["trees"]): () => void {
    const rows = new Float32Array(trees.count * 8);
    for (let i = 0; i < trees.count; i++) {
      const seed = chance(Math.round(trees.x[i] * 10), Math.round(trees.y[i] * 10));
      const height = Math.max(trees.height[i], 2.5);
      rows.set([trees.x[i], trees.y[i], 0, height, Math.max(trees.crown[i], 0.8), seed, 0, 0], 8 * i);
    }
    return this.scatter.add(rows);
  }

  update(x: number, y: number, height: number, reach: number): boolean {
    const split = height > 350 ? 0 : 180;
    const a = this.close.update(x, y, 0, split);
    const b = this.distant.update(x, y, split, reach);
    return a || b;
  }
}

function treeMesh(geometry: InstancedBufferGeometry): Mesh {
  const material = dress(new MeshLambertMaterial(), { name: "tree", vertexHead: HEAD, place: PLACE, fragmentHead: FRAGMENT_HEAD, colour: COLOUR });
  const mesh = new Mesh(geometry, material);
  mesh.customDepthMaterial = dress(new MeshDepthMaterial({ depthPacking: RGBADepthPacking }), { name: "tree", vertexHead: HEAD, place: PLACE, depthOnly: true });
  mesh.frustumCulled = false;
  mesh.castShadow = true;
  mesh.receiveShadow = true;
  return mesh;
}
