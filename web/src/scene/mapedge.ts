/** Where the city's data end: the box they lie in, and the paper of the map that goes on around them. */
import { Vector4 } from "three";

/** Of all that lies flat on the ground. `uBounds`: west, south, east, north in m; without end until a city is there. */
export const mapEdge = { uBounds: { value: new Vector4(-1e6, -1e6, 1e6, 1e6) } };

/** m between the lines of the map's grid, fine and bold. */
export const GRID = { fine: 100, bold: 500 } as const;
/** m beyond the box (inside it: less than 0) between which the city's ground gives way to paper. */
export const SOFT_EDGE = { from: -25, to: 15 } as const;

/** m from the box of the data, less than 0 inside it: what the shader's `outsideOf` computes. */
export function outsideOf([w, s, e, n]: readonly number[], x: number, y: number): number {
  const [qx, qy] = [Math.max(w - x, x - e), Math.max(s - y, y - n)];
  return Math.hypot(Math.max(qx, 0), Math.max(qy, 0)) + Math.min(Math.max(qx, qy), 0);
}

/**
 * `beyondEdge`: 0 on the city's ground, 1 on paper. `paper`: albedo of the map: by day ink on pale paper, by night pale
 * lines on slate. Its lines are at least as wide as a pixel, and go where several would share one: nothing shimmers.
 * The city stands on it like a model and darkens it along its foot.
 */
export const MAP_GLSL = /* glsl */ `
uniform vec4 uBounds;
float outsideOf(vec2 p) {
  vec2 q = max(uBounds.xy - p, p - uBounds.zw);
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0);
}
float beyondEdge(vec2 p) {
  return smoothstep(${SOFT_EDGE.from.toFixed(1)}, ${SOFT_EDGE.to.toFixed(1)}, outsideOf(p) + 16.0 * (noise(p * 0.07) - 0.5));
}
float ruled(vec2 p, vec2 px, float every, float wide) {
  vec2 off = abs(fract(p / every + 0.5) - 0.5) * every;
  vec2 on = clamp((max(vec2(wide), 0.6 * px) - off) / px + 0.5, 0.0, 1.0) * (1.0 - smoothstep(0.04, 0.2, px / every));
  return max(on.x, on.y);
}
vec3 paper(vec2 p, vec2 px) { // px: m of a pixel, fwidth(p)
  float lines = max(0.5 * ruled(p, px, ${GRID.fine.toFixed(1)}, 0.05), ruled(p, px, ${GRID.bold.toFixed(1)}, 0.1));
  vec3 sheet = mix(vec3(0.74, 0.72, 0.67), vec3(0.3, 0.31, 0.34), uNight) * (0.97 + 0.06 * noise(p * 0.013));
  vec3 ink = mix(vec3(0.4, 0.41, 0.42), vec3(0.62, 0.6, 0.58), uNight);
  float foot = exp(-max(outsideOf(p), 0.0) / 45.0);
  return mix(sheet, ink, 0.55 * lines) * (1.0 - 0.28 * foot);
}
`;
