/** Where the camera stands and looks, as plain numbers. In orbit `x, y, z` is the point looked at, else the eye. */
import type { CameraMode, View } from "../world/model";

export const EYE_HEIGHT = 1.65; // m
const FLATTEST = 0.02; // rad below the horizon, in orbit
const STEEPEST = 1.553;
export const NEAREST = 6; // m
export const FARTHEST = 30_000;

export interface Rig {
  x: number;
  y: number;
  z: number;
  /** rad from north, clockwise */
  yaw: number;
  /** rad below the horizon */
  pitch: number;
  /** m between the eye and the point looked at */
  distance: number;
  mode: CameraMode;
}
export type Vec3 = readonly [number, number, number];

export function forward({ yaw, pitch }: { yaw: number; pitch: number }): Vec3 {
  const level = Math.cos(pitch);
  return [Math.sin(yaw) * level, Math.cos(yaw) * level, -Math.sin(pitch)];
}

export function eyeOf(rig: Rig): Vec3 {
  if (rig.mode !== "orbit") return [rig.x, rig.y, rig.z];
  const [dx, dy, dz] = forward(rig);
  return [rig.x - dx * rig.distance, rig.y - dy * rig.distance, rig.z - dz * rig.distance];
}

/** The point that tiles, shadows and vehicles are wanted around. */
export function focusOf(rig: Rig): Vec3 {
  if (rig.mode === "orbit") return [rig.x, rig.y, rig.z];
  const [dx, dy, dz] = forward(rig);
  const ahead = dz < -0.05 ? Math.min(-rig.z / dz, 800) : Math.min(100 + 3 * rig.z, 800);
  return [rig.x + dx * ahead, rig.y + dy * ahead, 0];
}

/** A view as the page and shared links have it: always from the eye. */
export function viewOf(rig: Rig): View {
  const [x, y, z] = eyeOf(rig);
  return { x, y, z, yaw: rig.yaw, pitch: rig.pitch, distance: rig.distance, mode: rig.mode };
}

export function rigOf(view: View): Rig {
  const rig: Rig = { ...view, distance: Math.min(Math.max(view.distance, NEAREST), FARTHEST) };
  if (view.mode !== "orbit") return rig;
  const [dx, dy, dz] = forward(view);
  return { ...rig, x: view.x + dx * rig.distance, y: view.y + dy * rig.distance, z: view.z + dz * rig.distance };
}

export function limited(rig: Rig): Rig {
  if (rig.mode === "orbit") {
    rig.pitch = Math.min(Math.max(rig.pitch, FLATTEST), STEEPEST);
    rig.distance = Math.min(Math.max(rig.distance, NEAREST), FARTHEST);
  } else {
    rig.pitch = Math.min(Math.max(rig.pitch, -STEEPEST), STEEPEST);
    rig.z = Math.max(rig.z, EYE_HEIGHT);
  }
  return rig;
}

/** The same place and direction in another mode. */
export function inMode(rig: Rig, mode: CameraMode): Rig {
  if (mode === rig.mode) return { ...rig };
  const eye = eyeOf(rig);
  if (mode === "fly") return { ...rig, mode, x: eye[0], y: eye[1], z: eye[2] };
  if (mode === "walk") {
    const back = rig.mode === "orbit" ? Math.min(rig.distance * 0.3, 25) : 0;
    const [x, y] = rig.mode === "orbit" ? [rig.x - Math.sin(rig.yaw) * back, rig.y - Math.cos(rig.yaw) * back] : eye;
    return { ...rig, mode, x, y, z: EYE_HEIGHT, pitch: 0 };
  }
  const [dx, dy, dz] = forward(rig);
  const high = eye[2] > 12 && dz < -0.1;
  const distance = high ? Math.min(-eye[2] / dz, 4000) : 160;
  if (high) return { ...rig, mode, x: eye[0] + dx * distance, y: eye[1] + dy * distance, z: 0, distance };
  return { ...rig, mode, x: eye[0], y: eye[1], z: Math.max(eye[2] - EYE_HEIGHT, 0), distance, pitch: 0.45 };
}

/** The ray through a point of the picture: -1 .. 1 to the right and up. `tan` of half the vertical angle of view. */
export function rayThrough(rig: Rig, right: number, up: number, tan: number, aspect: number): Vec3 {
  const f = forward(rig);
  const r: Vec3 = [Math.cos(rig.yaw), -Math.sin(rig.yaw), 0];
  const u: Vec3 = [r[1] * f[2] - r[2] * f[1], r[2] * f[0] - r[0] * f[2], r[0] * f[1] - r[1] * f[0]];
  const ray = [0, 1, 2].map((k) => f[k] + r[k] * right * tan * aspect + u[k] * up * tan);
  const length = Math.hypot(ray[0], ray[1], ray[2]);
  return [ray[0] / length, ray[1] / length, ray[2] / length];
}

/** Where a ray from `eye` meets the level z; null where it does not, or beyond `farthest`. */
export function meet(eye: Vec3, ray: Vec3, z: number, farthest: number): Vec3 | null {
  if (ray[2] > -1e-3 === eye[2] > z) return null;
  const t = (z - eye[2]) / ray[2];
  return t > 0 && t < farthest ? [eye[0] + ray[0] * t, eye[1] + ray[1] * t, z] : null;
}

/** Part of the way from a to b; the shorter way round for the angle. Rises in between on long journeys. */
export function between(a: Rig, b: Rig, share: number, hop: number): Rig {
  const turn = Math.atan2(Math.sin(b.yaw - a.yaw), Math.cos(b.yaw - a.yaw));
  const mix = (p: number, q: number): number => p + (q - p) * share;
  const arc = 4 * share * (1 - share) * hop;
  const distance = Math.exp(mix(Math.log(Math.max(a.distance, 1)), Math.log(Math.max(b.distance, 1)))) + arc;
  const lift = b.mode === "orbit" ? 0 : arc * 0.5;
  return { x: mix(a.x, b.x), y: mix(a.y, b.y), z: mix(a.z, b.z) + lift, yaw: a.yaw + turn * share, pitch: mix(a.pitch, b.pitch), distance, mode: b.mode };
}
