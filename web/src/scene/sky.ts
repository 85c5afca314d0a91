/** The sky: gradient, sun, clouds, moon and stars, on a dome behind everything; below the horizon is the ground. */
import { BackSide, Mesh, ShaderMaterial, SphereGeometry } from "three";

import { air, BEHIND, SKY_GLSL } from "./air";
import { BACKDROP, Order } from "./meshes";

const LOWEST = Math.PI / 2 + 0.6; // rad from the zenith: below the edge of the ground from the highest that one can fly

const VERTEX = /* glsl */ `
varying vec3 vRay;
void main() {
  vRay = position;
  gl_Position = projectionMatrix * viewMatrix * vec4(cameraPosition + position * 1000.0, 1.0);
  ${BEHIND}
}`;

const FRAGMENT = /* glsl */ `
varying vec3 vRay;
uniform float uStars, uClouds, uMoonLit;
${SKY_GLSL}
float clouds(vec2 p) {
  float sum = 0.0, weight = 0.5;
  for (int i = 0; i < 4; i++) { sum += weight * noise(p); p = p * 2.1 + vec2(17.3, 9.1); weight *= 0.5; }
  return sum;
}
vec3 stars(vec3 d) {
  vec3 p = d * 150.0;
  vec3 cell = floor(p);
  vec2 key = cell.xy + cell.z * 57.0;
  vec3 star = cell + 0.2 + 0.6 * vec3(hash(key), hash(key + 5.3), hash(key + 9.1));
  float magnitude = max(hash(key + 2.7) - 0.94, 0.0) / 0.06;
  float twinkle = 0.8 + 0.2 * sin(uTime * 2.0 + hash(key + 3.0) * 40.0);
  return vec3(0.85, 0.9, 1.0) * magnitude * magnitude * twinkle * (1.0 - smoothstep(0.03, 0.15, distance(p, star))) * smoothstep(0.05, 0.4, d.z);
}
void main() {
  vec3 d = normalize(vRay);
  vec3 colour = skyColour(normalize(vec3(d.xy, max(d.z, 0.015))));
  float above = smoothstep(-0.01, 0.01, d.z);
  if (uStars > 0.0) colour += uStars * stars(d) * 0.9 * above;
  float towards = dot(d, uSun);
  float day = step(-0.1, uSun.z);
  colour += above * day * uLight * (4.0 * smoothstep(0.999975, 0.99999, towards) + 0.06 * pow(max(towards, 0.0), 900.0));
  float moon = smoothstep(0.999985, 0.999992, dot(d, uMoon));
  colour += above * moon * vec3(0.75, 0.78, 0.8) * uMoonLit * (0.2 + 0.8 * uNight);
  if (uClouds > 0.0 && d.z > 0.02) {
    vec2 p = d.xy / (d.z + 0.12) * 1.6 + vec2(uTime * 0.0025, 0.0);
    float cover = smoothstep(0.5, 0.86, clouds(p) + 0.08 * clouds(p * 3.7)) * smoothstep(0.02, 0.22, d.z);
    vec3 lit = mix(uHorizon, vec3(1.0), 0.35) * (0.55 + 0.75 * (1.0 - uNight)) + uGlow * (0.3 + 1.4 * pow(max(towards, 0.0), 6.0));
    colour = mix(colour, lit * mix(1.0, 0.06, uNight), cover * uClouds * mix(0.62, 0.3, uNight));
  }
  gl_FragColor = vec4(colour, 1.0);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}`;

export class Sky {
  readonly mesh: Mesh<SphereGeometry, ShaderMaterial>;

  constructor(clouds: boolean) {
    const material = new ShaderMaterial({
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: { ...air, uStars: { value: 0 }, uClouds: { value: clouds ? 1 : 0 }, uMoonLit: { value: 1 } },
      ...BACKDROP,
      side: BackSide,
    });
    this.mesh = new Mesh(new SphereGeometry(1, 32, 16, 0, 2 * Math.PI, 0, LOWEST).rotateX(Math.PI / 2), material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = Order.SKY;
  }

  set(stars: number, moonLit: number): void {
    this.mesh.material.uniforms.uStars.value = stars;
    this.mesh.material.uniforms.uMoonLit.value = moonLit;
  }
}
