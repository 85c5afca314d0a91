/** How small standing things are drawn: instanced models, and glows that face the eye. */
import { AdditiveBlending, BufferAttribute, InstancedBufferGeometry, Mesh, MeshLambertMaterial, ShaderMaterial } from "three";

import { air, dress, SKY_GLSL } from "./air";
import { Order } from "./meshes";

export const ROWS_GLSL = "attribute vec4 row0; attribute vec4 row1;";

/** Turns a model's point by the heading of its row. */
export const TURNED_GLSL = /* glsl */ `
vec2 turned(vec2 p, float heading) { return mat2(cos(heading), sin(heading), -sin(heading), cos(heading)) * p; }
`;

export interface Prop {
  readonly name: string;
  readonly geometry: InstancedBufferGeometry;
  /** GLSL from `position`, `normal`, `part`, `row0`, `row1` to `place`, `facing`, `tone` and `shine`. */
  readonly place: string;
  readonly shadows?: boolean;
}

export function propMesh({ name, geometry, place, shadows = false }: Prop): Mesh {
  const material = dress(new MeshLambertMaterial(), {
    name,
    vertexHead: `${ROWS_GLSL}${TURNED_GLSL} attribute float part; varying vec3 vTone; varying vec3 vShine;`,
    place: `vec3 tone = vec3(0.3); vec3 shine = vec3(0.0); ${place} vTone = tone; vShine = shine;`,
    fragmentHead: "varying vec3 vTone; varying vec3 vShine;",
    colour: "diffuseColor.rgb = vTone; totalEmissiveRadiance += vShine + vTone * vec3(1.0, 0.72, 0.42) * uNight * 0.25;",
  });
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.receiveShadow = true;
  mesh.castShadow = shadows;
  return mesh;
}

/** A round light at each row. GLSL sets `at` (world), `radius` (m) and `tone` (rgb, strength). */
export function glowMesh(geometry: InstancedBufferGeometry, place: string): Mesh {
  const material = new ShaderMaterial({
    uniforms: { ...air },
    transparent: true,
    depthWrite: false,
    blending: AdditiveBlending,
    vertexShader: `${SKY_GLSL}${ROWS_GLSL}
      varying vec2 vAt; varying vec4 vGlow;
      void main() {
        vec3 at = row0.xyz; float radius = 1.0; vec4 tone = vec4(0.0);
        { ${place} }
        vec3 eye = cameraPosition - at;
        float far = length(eye);
        vec3 right = normalize(cross(vec3(0.0, 0.0, 1.0), eye));
        vec3 up = normalize(cross(eye, right));
        vAt = position.xy; vGlow = tone;
        at += (right * position.x + up * position.y) * radius + eye / far * min(1.5, far * 0.05);
        gl_Position = tone.a < 0.01 ? vec4(2.0, 2.0, 2.0, 1.0) : projectionMatrix * viewMatrix * vec4(at, 1.0);
      }`,
    fragmentShader: `
      varying vec2 vAt; varying vec4 vGlow;
      void main() {
        float r = dot(vAt, vAt);
        if (r > 1.0) discard;
        gl_FragColor = vec4(vGlow.rgb, vGlow.a * (exp(-6.0 * r) - 0.0025 + 0.8 * exp(-45.0 * r)));
      }`,
  });
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.renderOrder = Order.GLOW + 2;
  return mesh;
}

export function square(): InstancedBufferGeometry {
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array([-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0]), 3));
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
  geometry.instanceCount = 0;
  return geometry;
}
