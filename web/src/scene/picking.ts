/**
 * What is under a point of the picture. A few pixels around it are drawn again with ids instead of colours, by the
 * same shaders that place things: what one clicks is what one sees, moving vehicles too.
 */
import { Color, NearestFilter, ShaderMaterial, WebGLRenderTarget, type Material, type Mesh, type PerspectiveCamera, type Scene, type WebGLRenderer } from "three";

import type { Thing } from "../world/model";
import { BEHIND } from "./air";
import { BACKDROP } from "./meshes";
import { motion, POSE_GLSL } from "./vehicleshader";

const SIDE = 9; // pixels
const LAYER = 1; // of three's camera layers: what can be picked
const NOTHING = new Color(0);

/** Kinds as they are drawn; small ones win over what is around them. */
const Kind = { BUILDING: 1, VEHICLE: 2, LANE: 3, SIGNAL: 4, STOP: 5, AREA: 6, JUNCTION: 7 } as const;
const SMALL: readonly number[] = [Kind.VEHICLE, Kind.SIGNAL, Kind.STOP];

const PACK = /* glsl */ `
flat out vec4 vCode;
void give(float kind, float id) { vCode = vec4(mod(id, 256.0), mod(floor(id / 256.0), 256.0), floor(id / 65536.0), kind) / 255.0; }
`;
const FRAGMENT = "flat in vec4 vCode; void main() { gl_FragColor = vCode; }";

function idMaterial(vertex: string, uniforms: Record<string, { value: unknown }> = {}): ShaderMaterial {
  return new ShaderMaterial({ vertexShader: PACK + vertex, fragmentShader: FRAGMENT, uniforms, toneMapped: false });
}

const PLACED = "gl_Position = projectionMatrix * viewMatrix * vec4(p, 1.0);";

/** Makes the materials of all kinds that can be picked. */
export function createPickMaterials() {
  const rows = "attribute vec4 row0; attribute vec4 row1;\nvec2 turned(vec2 p, float a) { return mat2(cos(a), sin(a), -sin(a), cos(a)) * p; }\n";
  const wider = "float size = max(1.0, distance(cameraPosition, row0.xyz) * 0.012);";
  const materials = {
    building: idMaterial(`attribute float building; void main() { vec3 p = position; give(${Kind.BUILDING}.0, building); ${PLACED} }`),
    street: idMaterial(`attribute vec2 owner; void main() {
      vec3 p = position + vec3(0.0, 0.0, 0.05);
      if (owner.x < -1.5) give(${Kind.JUNCTION}.0, -2.0 - owner.x); else if (owner.y >= 0.0) give(${Kind.LANE}.0, owner.y); else vCode = vec4(0.0);
      ${PLACED}
      if (vCode.a == 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0); }`),
    area: idMaterial(`attribute vec3 area; void main() { vec3 p = vec3(position.xy, 0.0); give(${Kind.AREA}.0, area.y); ${PLACED} ${BEHIND} }`),
    vehicle: idMaterial(`${POSE_GLSL} void main() {
      Pose pose = poseNow();
      float size = max(1.0, distance(cameraPosition, pose.at) * 0.004);
      vec3 p = placed(pose, vec3(position.xy * SIZE[int(trait.w + 0.5)].xy, position.z * SIZE[int(trait.w + 0.5)].z) * size);
      vCode = vec4(ident.rgb, ${Kind.VEHICLE}.0 / 255.0); ${PLACED} }`, { uShare: motion.uShare }),
    signal: idMaterial(`${rows} void main() { ${wider} vec3 p = row0.xyz + vec3(turned(position.xy * size, row0.w), position.z * size); give(${Kind.SIGNAL}.0, row1.x); ${PLACED} }`),
    stop: idMaterial(`${rows} void main() { vec3 p = row0.xyz + vec3(turned(position.xy, row0.w), position.z); give(${Kind.STOP}.0, row1.y); ${PLACED} }`),
  };
  materials.area.setValues(BACKDROP);
  return materials;
}

/** A picked mesh is drawn with `material` when ids are wanted. */
export function pickable(mesh: Mesh, material: Material): void {
  mesh.layers.enable(LAYER);
  mesh.userData.pick = material;
}

export class Picker {
  private readonly target = new WebGLRenderTarget(SIDE, SIDE, { minFilter: NearestFilter, magFilter: NearestFilter, depthBuffer: true, stencilBuffer: true });
  private readonly pixels = new Uint8Array(4 * SIDE * SIDE);

  constructor(private readonly renderer: WebGLRenderer, private readonly scene: Scene) {}

  /** `x`, `y`: CSS pixels of the canvas. Answers kind and id as drawn, lanes and low bits of vehicles' ids among them. */
  at(x: number, y: number, camera: PerspectiveCamera, width: number, height: number): { kind: Thing["kind"]; id: number } | null {
    const eye = camera.clone();
    eye.layers.set(LAYER);
    eye.setViewOffset(width, height, x - SIDE / 2, y - SIDE / 2, SIDE, SIDE);
    const swapped = this.swap();
    const { renderer } = this;
    const before = renderer.getRenderTarget();
    const shadows = renderer.shadowMap.enabled;
    renderer.shadowMap.enabled = false;
    renderer.setRenderTarget(this.target);
    renderer.setClearColor(NOTHING, 0);
    renderer.clear();
    renderer.render(this.scene, eye);
    renderer.readRenderTargetPixels(this.target, 0, 0, SIDE, SIDE, this.pixels);
    renderer.setRenderTarget(before);
    renderer.shadowMap.enabled = shadows;
    for (const [mesh, material] of swapped) mesh.material = material;
    return this.decide();
  }

  dispose(): void {
    this.target.dispose();
  }

  private swap(): [Mesh, Material | Material[]][] {
    const swapped: [Mesh, Material | Material[]][] = [];
    this.scene.traverse((object) => {
      const mesh = object as Mesh;
      const pick = mesh.userData.pick as Material | undefined;
      if (!pick) return;
      swapped.push([mesh, mesh.material]);
      mesh.material = pick;
    });
    return swapped;
  }

  /** The nearest small thing, else what is in the middle. */
  private decide(): { kind: Thing["kind"]; id: number } | null {
    const middle = (SIDE - 1) / 2;
    let chosen = 4 * (middle * SIDE + middle);
    let nearest = Infinity;
    for (let i = 0; i < SIDE * SIDE; i++) {
      const far = Math.hypot((i % SIDE) - middle, Math.floor(i / SIDE) - middle);
      if (SMALL.includes(this.pixels[4 * i + 3]) && far < nearest) [chosen, nearest] = [4 * i, far];
    }
    const [r, g, b, kind] = this.pixels.subarray(chosen, chosen + 4);
    const name = NAMES[kind];
    return name ? { kind: name, id: r + 256 * g + 65536 * b } : null;
  }
}

const NAMES: Readonly<Record<number, Thing["kind"]>> = {
  [Kind.BUILDING]: "building", [Kind.VEHICLE]: "vehicle", [Kind.LANE]: "lane", [Kind.SIGNAL]: "signal", [Kind.STOP]: "stop", [Kind.AREA]: "area", [Kind.JUNCTION]: "junction",
};
