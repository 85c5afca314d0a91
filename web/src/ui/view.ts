/** Arithmetic of views: see View for the angles. */
import type { View } from "../world/model";

const NEAREST = 8; // m to the point looked at
const FARTHEST = 40_000;

/** The direction in which a view looks: east, north, up, of length 1. */
export function direction(view: View): readonly [number, number, number] {
  const level = Math.cos(view.pitch);
  return [Math.sin(view.yaw) * level, Math.cos(view.yaw) * level, -Math.sin(view.pitch)];
}

/** The point looked at. */
export function target(view: View): readonly [number, number, number] {
  const [dx, dy, dz] = direction(view);
  return [view.x + dx * view.distance, view.y + dy * view.distance, view.z + dz * view.distance];
}

/** The same point looked at from `factor` times the distance; who flies or walks goes forward or back instead. */
export function zoomed(view: View, factor: number): View {
  const distance = Math.min(FARTHEST, Math.max(NEAREST, view.distance * factor));
  const [dx, dy, dz] = direction(view);
  const forward = view.distance - distance;
  const up = view.mode === "walk" ? 0 : dz * forward;
  return {
    ...view,
    x: view.x + dx * forward,
    y: view.y + dy * forward,
    z: Math.max(1.7, view.z + up),
    distance: view.mode === "orbit" ? distance : view.distance,
  };
}

/** The view turned around the point looked at (in orbit) or on the spot, so that it looks north. */
export function facingNorth(view: View): View {
  const north = { ...view, yaw: 0 };
  if (view.mode !== "orbit") return north;
  const [tx, ty] = target(view);
  const [dx, dy] = direction(north);
  return { ...north, x: tx - dx * view.distance, y: ty - dy * view.distance };
}

/** Whether two views show the same, to the eye. */
export function sameView(a: View, b: View): boolean {
  const near = (p: number, q: number, by: number): boolean => Math.abs(p - q) <= by;
  return (
    a.mode === b.mode &&
    near(a.x, b.x, 0.05) &&
    near(a.y, b.y, 0.05) &&
    near(a.z, b.z, 0.05) &&
    near(a.yaw, b.yaw, 1e-4) &&
    near(a.pitch, b.pitch, 1e-4) &&
    near(a.distance, b.distance, 0.05)
  );
}
