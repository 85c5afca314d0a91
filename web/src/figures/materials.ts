/** The materials of figures: three's own light on our own vertices and colours. */
import { DoubleSide, FrontSide, MeshBasicMaterial, MeshDepthMaterial, MeshLambertMaterial, RGBADepthPacking, type Material, type Texture, type WebGLProgramParametersWithUniforms } from "three";

import { BODY_VERTEX_HEAD, FIGURE_HEAD } from "./bodyshader";
import { BONES } from "./skeleton";
import { FACE_HEAD, PAINT, PAINT_HEAD } from "./paint";

/** What a scene adds to the light: its air. GLSL for the fragment stage, where `vPlaceF` is the place in the world. */
export interface Air {
  readonly name: string;
  readonly head: string;
  /** May change gl_FragColor.rgb, in linear light. */
  readonly colour: string;
  readonly uniforms: Readonly<Record<string, { value: unknown }>>;
}

export interface Shared {
  readonly uShapes: { value: Texture };
  readonly uBones: { value: Texture };
  readonly uClock: { value: number };
  readonly uJoints: { value: number };
}

type Uniforms = Readonly<Record<string, { value: unknown }>>;

interface Cut {
  readonly name: string;
  readonly defines: string;
  readonly vertexHead: string;
  /** Sets `place` and `facing`. */
  readonly place: string;
  readonly fragmentHead?: string;
  readonly paint?: string;
  readonly uniforms: Uniforms;
  readonly air?: Air | undefined;
}

function sewn<M extends Material>(material: M, cut: Cut): M {
  material.customProgramCacheKey = () => `figures ${cut.name} ${cut.air?.name ?? ""}`;
  material.onBeforeCompile = (shader: WebGLProgramParametersWithUniforms) => {
    Object.assign(shader.uniforms, cut.uniforms, cut.air?.uniforms);
    shader.vertexShader = shader.vertexShader
      .replace("#include <common>", `#include <common>\n${cut.defines}\n${cut.vertexHead}`)
      .replace("void main() {", `void main() {\nvec3 place, facing;\n${cut.place}`)
      .replace("#include <beginnormal_vertex>", "vec3 objectNormal = facing;")
      .replace("#include <begin_vertex>", "vec3 transformed = place;");
    if (cut.paint === undefined) return;
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", `#include <common>\n${cut.defines}\n${cut.fragmentHead ?? ""}\n${cut.air?.head ?? ""}`)
      .replace("#include <color_fragment>", `#include <color_fragment>\n${cut.paint}`)
      .replace("#include <tonemapping_fragment>", `${cut.air?.colour ?? ""}\n#include <tonemapping_fragment>`);
  };
  return material;
}

export interface BodyMaterials {
  readonly colour: MeshLambertMaterial;
  readonly depth: MeshDepthMaterial;
}

/** `bones` a vertex; `near` paints faces. `bases` and `counts` are of the level's parts. */
export function bodyMaterials(shared: Shared, o: { bases: readonly number[]; counts: readonly number[]; bones: number; near: boolean; air?: Air | undefined }): BodyMaterials {
  const defines = `#define BONES_USED ${o.bones}\n${o.near ? "#define NEAR" : ""}`;
  const uniforms: Uniforms = { ...shared, uBase: { value: [...o.bases] }, uCount: { value: [...o.counts] } };
  const cut = { defines, vertexHead: BODY_VERTEX_HEAD, place: "figureVertex(place, facing);", uniforms };
  return {
    colour: sewn(new MeshLambertMaterial({ side: FrontSide }), { ...cut, name: `body ${o.bones} ${o.near}`, fragmentHead: PAINT_HEAD + (o.near ? FACE_HEAD : ""), paint: PAINT, air: o.air }),
    depth: sewn(new MeshDepthMaterial({ depthPacking: RGBADepthPacking }), { ...cut, name: `body depth ${o.bones} ${o.near}` }),
  };
}

const GEAR_VERTEX = /* glsl */ `
${FIGURE_HEAD}
attribute vec4 tint;
uniform int uJoints, uBone;
varying vec4 vTint; varying vec3 vPlaceF;
flat varying uvec4 vLook;
void gearVertex(out vec3 place, out vec3 facing) {
  int shape = shapeIndex();
  float size = STATURE[shape] / 1.7;
  vec3 p = position * size;
  facing = normal;
  if (uBone >= 0) {
    Cycle c = cycleNow();
    vec4 h = vec4(p + shapeTexel(uJoints + shape * ${BONES.length} + uBone).xyz, 1.0);
    mat4 m = boneMatrix(c, uBone);
    if (uBone >= 13) m = boneMatrix(c, 2) * m;
    p = (m * h).xyz;
    facing = mat3(m) * normal;
  }
  place = placeNow() + turnedAbout(p * scaleNow());
  facing = normalize(turnedAbout(facing));
  vTint = tint; vLook = iLook; vPlaceF = place;
}
`;

const GEAR_PAINT = /* glsl */ `
diffuseColor.rgb = vTint.w > 1.5 ? cloth(vLook.z, 5) : vTint.w > 0.5 ? cloth(vLook.z, 23) : vTint.rgb;
`;

export function gearMaterials(shared: Shared, bone: number, air?: Air): { colour: MeshLambertMaterial; depth: MeshDepthMaterial } {
  const uniforms: Uniforms = { ...shared, uBone: { value: bone } };
  const cut = { defines: "", vertexHead: GEAR_VERTEX, place: "gearVertex(place, facing);", uniforms };
  const head = PAINT_HEAD.replace("varying vec3 vCut, vHead, vPlaceF, vFacing;", "varying vec3 vPlaceF; varying vec4 vTint;").replace(/flat varying int vPart;\n|varying float vOpen;\n/g, "");
  const palette = head.slice(0, head.indexOf("vec3 skinColour()"));
  return {
    colour: sewn(new MeshLambertMaterial({ side: DoubleSide }), { ...cut, name: "gear", fragmentHead: palette, paint: GEAR_PAINT, air }),
    depth: sewn(new MeshDepthMaterial({ depthPacking: RGBADepthPacking, side: DoubleSide }), { ...cut, name: "gear depth" }),
  };
}

/** A soft dark patch on the ground under each figure. */
export function contactMaterial(shared: Shared): MeshBasicMaterial {
  const vertexHead = `${FIGURE_HEAD}\nvarying vec2 vPatch;`;
  const place = `float size = STATURE[shapeIndex()] / 1.7 * scaleNow(); uint mount = bits(iLook.z, 30, 2);
    vPatch = position.xy; facing = vec3(0.0, 0.0, 1.0);
    vec2 wide = mount == 1u ? vec2(0.95, 0.26) : mount == 2u ? vec2(0.62, 0.46) : vec2(0.43, 0.4);
    place = placeNow() + turnedAbout(vec3((position.xy * wide + vec2(mount == 1u ? 0.3 : mount == 2u ? 0.12 : 0.02, 0.0)) * size, 0.012));`;
  const material = new MeshBasicMaterial({ color: 0x000000, transparent: true, depthWrite: false, toneMapped: false, polygonOffset: true, polygonOffsetFactor: -2, polygonOffsetUnits: -2 });
  return sewn(material, {
    name: "contact", defines: "", vertexHead, place, uniforms: { ...shared }, fragmentHead: "varying vec2 vPatch;",
    paint: "float far = length(vPatch); diffuseColor = vec4(0.10, 0.07, 0.05, 0.5 * pow(max(1.0 - far, 0.0), 1.7));",
  });
}
