/** How a vehicle gets from pose 0 to pose 1, and its colours: all in the vertex shader. */
import { SIZES } from "./vehiclemodels";

/** Share of the way from time 0 to time 1, the same for all; written once a frame. */
export const motion = { uShare: { value: 0 } };

/**
 * Instance attributes: pose0, pose1 (x, y, z, heading); trait (colour 0 .. 1, braking, speed, kind); ident (id's bytes).
 * A cubic Hermite curve through both poses, along the headings: a car drives round a corner, not across it.
 */
export const POSE_GLSL = /* glsl */ `
attribute vec4 pose0, pose1, trait, ident;
uniform float uShare;
const vec3 SIZE[8] = vec3[8](${SIZES.map(({ length, width, height }) => `vec3(${length.toFixed(2)}, ${width.toFixed(2)}, ${height.toFixed(2)})`).join(", ")});
struct Pose { vec3 at; vec2 ahead; float climb; };
Pose poseNow() {
  float t = uShare;
  vec2 a = vec2(cos(pose0.w), sin(pose0.w)), b = vec2(cos(pose1.w), sin(pose1.w));
  vec2 way = pose1.xy - pose0.xy;
  float d = length(way);
  Pose pose;
  pose.climb = 0.0;
  if (d < 0.2 || dot(way, a + b) < 0.0) {
    pose.at = mix(pose0.xyz, pose1.xyz, t);
    vec2 mean = mix(a, b, t);
    pose.ahead = dot(mean, mean) > 1e-4 ? normalize(mean) : b;
    return pose;
  }
  float t2 = t * t, t3 = t2 * t;
  vec2 at = (2.0 * t3 - 3.0 * t2 + 1.0) * pose0.xy + (t3 - 2.0 * t2 + t) * d * a + (3.0 * t2 - 2.0 * t3) * pose1.xy + (t3 - t2) * d * b;
  vec2 along = (6.0 * t2 - 6.0 * t) * (pose0.xy - pose1.xy) + (3.0 * t2 - 4.0 * t + 1.0) * d * a + (3.0 * t2 - 2.0 * t) * d * b;
  pose.at = vec3(at, mix(pose0.z, pose1.z, t));
  pose.ahead = dot(along, along) > 1e-6 ? normalize(along) : b;
  pose.climb = clamp((pose1.z - pose0.z) / d, -0.15, 0.15);
  return pose;
}
vec3 placed(Pose pose, vec3 local) {
  vec2 side = vec2(-pose.ahead.y, pose.ahead.x);
  return pose.at + vec3(pose.ahead * local.x + side * local.y, local.z + pose.climb * local.x);
}
`;

/** The same curve for the camera and for tests: writes x, y, z, heading to out. */
export function poseBetween(pose0: ArrayLike<number>, pose1: ArrayLike<number>, row: number, share: number, out: number[]): number[] {
  const k = 4 * row;
  const [ax, ay, az, ah] = [pose0[k], pose0[k + 1], pose0[k + 2], pose0[k + 3]];
  const [bx, by, bz, bh] = [pose1[k], pose1[k + 1], pose1[k + 2], pose1[k + 3]];
  const [cos0, sin0, cos1, sin1] = [Math.cos(ah), Math.sin(ah), Math.cos(bh), Math.sin(bh)];
  const d = Math.hypot(bx - ax, by - ay);
  const t = share;
  if (d < 0.2 || (bx - ax) * (cos0 + cos1) + (by - ay) * (sin0 + sin1) < 0) {
    const heading = Math.atan2(sin0 + (sin1 - sin0) * t, cos0 + (cos1 - cos0) * t);
    [out[0], out[1], out[2], out[3]] = [ax + (bx - ax) * t, ay + (by - ay) * t, az + (bz - az) * t, heading];
    return out;
  }
  const [t2, t3] = [t * t, t * t * t];
  const [h0, m0, h1, m1] = [2 * t3 - 3 * t2 + 1, (t3 - 2 * t2 + t) * d, 3 * t2 - 2 * t3, (t3 - t2) * d];
  const [g0, n0, n1] = [6 * t2 - 6 * t, (3 * t2 - 4 * t + 1) * d, (3 * t2 - 2 * t) * d];
  out[0] = h0 * ax + m0 * cos0 + h1 * bx + m1 * cos1;
  out[1] = h0 * ay + m0 * sin0 + h1 * by + m1 * sin1;
  out[2] = az + (bz - az) * t;
  out[3] = Math.atan2(g0 * (ay - by) + n0 * sin0 + n1 * sin1, g0 * (ax - bx) + n0 * cos0 + n1 * cos1);
  return out;
}

export const BODY_HEAD = /* glsl */ `
attribute float part;
varying vec3 vPaint; varying vec3 vGlow; varying float vGloss; varying vec3 vNormalW;
uniform vec3 uSplit; uniform vec4 uFollowed;
vec3 carPaint(float h) {
  if (h < 0.30) return vec3(0.72, 0.72, 0.70);
  if (h < 0.46) return vec3(0.035, 0.036, 0.04);
  if (h < 0.60) return vec3(0.34, 0.345, 0.35);
  if (h < 0.70) return vec3(0.13, 0.135, 0.14);
  if (h < 0.78) return vec3(0.045, 0.10, 0.23);
  if (h < 0.84) return vec3(0.36, 0.035, 0.03);
  if (h < 0.88) return vec3(0.42, 0.31, 0.19);
  if (h < 0.92) return vec3(0.05, 0.30, 0.29); // taxis
  if (h < 0.95) return vec3(0.62, 0.38, 0.05);
  return vec3(0.12, 0.19, 0.12);
}
vec3 bodyPaint(float kind, float h) {
  if (kind < 0.5) return carPaint(h);
  if (kind < 1.5) return h < 0.6 ? vec3(0.74, 0.73, 0.70) : carPaint(h);
  if (kind < 2.5) return h < 0.35 ? vec3(0.08, 0.18, 0.34) : h < 0.6 ? vec3(0.42, 0.07, 0.05) : vec3(0.6, 0.59, 0.56);
  if (kind < 4.5) return h < 0.4 ? vec3(0.76, 0.75, 0.71) : h < 0.75 ? vec3(0.10, 0.33, 0.27) : vec3(0.13, 0.28, 0.46);
  if (kind < 6.5) return carPaint(fract(h * 3.7));
  return vec3(0.82, 0.81, 0.78);
}
`;

/** Sets the colour of a vertex by what it is made of. */
export const BODY_PAINT = /* glsl */ `
float h = trait.x, kind = trait.w;
vPaint = bodyPaint(kind, h); vGlow = vec3(0.0); vGloss = 0.35;
if (part > 0.5 && part < 1.5) { vPaint = vec3(0.025, 0.03, 0.034); vGloss = 1.0; vGlow = kind > 2.5 && kind < 4.5 ? vec3(0.9, 0.8, 0.62) * uNight * 0.6 : vec3(0.0); }
else if (part > 1.5 && part < 2.5) { vPaint = vec3(0.022); vGloss = 0.0; }
else if (part > 2.5 && part < 3.5) { vPaint = vec3(0.7); vGlow = vec3(1.0, 0.93, 0.8) * (0.25 + 3.2 * uNight); }
else if (part > 3.5 && part < 4.5) { vPaint = vec3(0.3, 0.02, 0.015); vGlow = vec3(1.0, 0.05, 0.02) * (0.7 * uNight + 2.2 * trait.y); }
else if (part > 4.5 && part < 5.5) { vPaint = vec3(0.16, 0.15, 0.14); vGloss = 0.1; }
else if (part > 5.5 && part < 6.5) { vPaint = vec3(0.05, 0.1, 0.5); vGlow = vec3(0.1, 0.25, 1.0) * (1.0 + 3.0 * step(0.5, fract(uTime * 2.3 + h))); }
else if (part > 6.5 && part < 7.5) { vPaint = kind > 4.5 ? 0.6 * carPaint(fract(h * 5.3)) + 0.05 : mix(vec3(0.66, 0.65, 0.62), vec3(0.4, 0.43, 0.46), step(0.6, fract(h * 9.1))); vGloss = 0.05; }
else if (part > 7.5) { vPaint = kind > 6.5 ? vec3(0.55, 0.03, 0.03) : kind > 4.5 ? mix(vec3(0.3, 0.2, 0.14), vec3(0.6, 0.6, 0.1), step(0.5, fract(h * 11.0))) : vec3(0.5, 0.08, 0.06); }
if (all(lessThan(abs(ident - uFollowed), vec4(0.001)))) { vPaint = mix(vPaint, vec3(1.0, 0.55, 0.12), 0.55); vGlow += vec3(0.35, 0.17, 0.03); }
`;

export const BODY_FRAGMENT_HEAD = "varying vec3 vPaint; varying vec3 vGlow; varying float vGloss; varying vec3 vNormalW;";

/** Lacquer and glass mirror the sky; tyres do not. */
export const BODY_COLOUR = /* glsl */ `
vec3 eye = normalize(cameraPosition - vPlace);
vec3 n = normalize(vNormalW);
vec3 r = reflect(-eye, n);
float mirror = vGloss * (0.06 + 0.75 * pow(1.0 - max(dot(eye, n), 0.0), 4.0));
diffuseColor.rgb = vPaint * (1.0 - mirror);
totalEmissiveRadiance += vGlow + skyColour(normalize(vec3(r.xy, abs(r.z) + 0.1))) * mirror;
totalEmissiveRadiance += vPaint * vec3(1.0, 0.74, 0.45) * uNight * 0.16;
`;
