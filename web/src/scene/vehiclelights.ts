/** What vehicles do to the street: a shadow under each, and at night pools of headlight and lamps seen from afar. */
import { AdditiveBlending, BufferAttribute, InstancedBufferGeometry, Mesh, NormalBlending, ShaderMaterial, type Blending } from "three";

import { air, SKY_GLSL } from "./air";
import { Order } from "./meshes";
import { motion, POSE_GLSL } from "./vehicleshader";

export interface Effects {
  readonly geometries: readonly InstancedBufferGeometry[];
  readonly meshes: readonly Mesh[];
}

const SHADOW = /* glsl */ `
  vec3 size = SIZE[int(trait.w + 0.5)];
  vec2 throw_ = uSun.z > 0.03 ? -uSun.xy / max(uSun.z, 0.25) * size.z * 0.32 : vec2(0.0);
  vec2 half_ = size.xy * 0.5 + vec2(0.35);
  Pose pose = poseNow();
  vec3 place = placed(pose, vec3(corner * half_, 0.04));
  float lee = dot(vec2(dot(throw_, pose.ahead), dot(throw_, vec2(-pose.ahead.y, pose.ahead.x))), corner);
  place.xy += throw_ * smoothstep(-0.2, 0.6, lee / (length(throw_) + 0.01));
  if (distance(cameraPosition, place) > 900.0) place = vec3(0.0, 0.0, -1e4);
  vAt = corner; vTone = vec4(0.0, 0.0, 0.0, mix(0.62, 0.35, uNight));
`;
const SHADOW_ALPHA = "vec2 q = max(abs(vAt) - vec2(0.62), 0.0) / 0.38; alpha = vTone.a * pow(max(1.0 - length(q), 0.0), 1.3);";

const POOL = /* glsl */ `
  vec3 size = SIZE[int(trait.w + 0.5)];
  Pose pose = poseNow();
  float reach = trait.w > 4.5 && trait.w < 6.5 ? 9.0 : 17.0;
  vec2 local = vec2(size.x * 0.5 + (corner.x * 0.5 + 0.5) * reach, corner.y * (size.y * 0.5 + 1.6));
  vec3 place = placed(pose, vec3(local, 0.06));
  if (distance(cameraPosition, place) > 1500.0) place = vec3(0.0, 0.0, -1e4);
  vAt = corner; vTone = vec4(vec3(1.0, 0.9, 0.72), uNight * 0.42);
`;
const POOL_ALPHA = "float x = vAt.x * 0.5 + 0.5; float y = vAt.y / (0.35 + 0.65 * x); alpha = vTone.a * smoothstep(0.0, 0.12, x) * pow(1.0 - x, 1.6) * exp(-3.5 * y * y);";

/** One round glow at either end: white ahead, red behind, brighter from the side it shines to and while braking. */
const GLOW = /* glsl */ `
  vec3 size = SIZE[int(trait.w + 0.5)];
  Pose pose = poseNow();
  float end = position.z;
  vec3 place = placed(pose, vec3(end * size.x * 0.5, 0.0, 0.7));
  vec3 eye = cameraPosition - place;
  float far = length(eye);
  float shown = clamp(dot(eye.xy / max(length(eye.xy), 0.1), pose.ahead) * end * 0.6 + 0.45, 0.0, 1.0) * uNight;
  float radius = clamp(far * 0.0035, 0.5, 5.0) * (0.75 + 0.25 * size.y);
  vec3 right = normalize(cross(vec3(0.0, 0.0, 1.0), eye));
  vec3 up = normalize(cross(eye, right));
  place += (right * corner.x + up * corner.y) * radius + eye / far * min(2.0, far * 0.1);
  vAt = corner;
  vec3 tone = end > 0.0 ? vec3(1.0, 0.9, 0.74) : vec3(1.0, 0.07, 0.03) * (0.55 + 0.6 * trait.y);
  vTone = vec4(tone, shown * smoothstep(15.0, 90.0, far) * 0.9);
`;
const GLOW_ALPHA = "float r = dot(vAt, vAt); alpha = vTone.a * (exp(-7.0 * r) + 0.7 * exp(-40.0 * r)) * step(r, 1.0);";

export function createEffects(): Effects {
  const shadow = effect(quads([0]), SHADOW, SHADOW_ALPHA, NormalBlending, 1.3, Order.CONTACT + 1);
  const pool = effect(quads([0]), POOL, POOL_ALPHA, AdditiveBlending, 1.5, Order.GLOW);
  const glow = effect(quads([1, -1]), GLOW, GLOW_ALPHA, AdditiveBlending, 0, Order.GLOW + 1);
  return { geometries: [shadow, pool, glow].map((mesh) => mesh.geometry as InstancedBufferGeometry), meshes: [shadow, pool, glow] };
}

/** Squares of corners -1 .. 1; z tells them apart. */
function quads(kinds: readonly number[]): InstancedBufferGeometry {
  const geometry = new InstancedBufferGeometry();
  const points = kinds.flatMap((z) => [-1, -1, z, 1, -1, z, 1, 1, z, -1, 1, z]);
  const index = kinds.flatMap((_, k) => [0, 1, 2, 0, 2, 3].map((i) => i + 4 * k));
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
  geometry.setIndex(index);
  geometry.instanceCount = 0;
  return geometry;
}

function effect(geometry: InstancedBufferGeometry, place: string, alpha: string, blending: Blending, pull: number, order: number): Mesh {
  const material = new ShaderMaterial({
    uniforms: { ...air, uShare: motion.uShare },
    transparent: true,
    depthWrite: false,
    blending,
    vertexShader: `${SKY_GLSL}${POSE_GLSL}
      varying vec2 vAt; varying vec4 vTone;
      void main() {
        vec2 corner = position.xy;
        ${place}
        vec4 p = viewMatrix * vec4(place, 1.0);
        p.xyz *= 1.0 - 0.001 * ${pull.toFixed(2)};
        gl_Position = projectionMatrix * p;
      }`,
    fragmentShader: `
      varying vec2 vAt; varying vec4 vTone;
      void main() {
        float alpha = 0.0;
        ${alpha}
        if (alpha < 0.004) discard;
        gl_FragColor = vec4(vTone.rgb, alpha);
      }`,
  });
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.renderOrder = order;
  return mesh;
}

