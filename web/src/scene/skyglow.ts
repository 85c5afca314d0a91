/** The light of a city's lamps in the air above it, by night: what lights the horizon. */

/** Centre and radius in m, and how bright, 0 .. 1: `uTown` of air.ts. */
export type Skyglow = readonly [x: number, y: number, radius: number, strength: number];

const HALFWAY = 100_000; // people of a town half as bright as any can be

/**
 * Over the bounds (w, s, e, n) of a city. Brightness grows with the square root of its people (Berry 1976, J. R.
 * Astron. Soc. Canada 70, 97), up to what the eye gets used to.
 */
export function skyglowOf([w, s, e, n]: readonly number[], people: number): Skyglow {
  const bright = Math.sqrt(Math.max(people, 0) / HALFWAY);
  return [(w + e) / 2, (s + n) / 2, Math.max(Math.hypot(e - w, n - s) / 2, 1), bright / (1 + bright)];
}

/** All round the horizon from within the town, from without above the town alone, fainter with the distance. */
export const SKYGLOW_GLSL = /* glsl */ `
uniform vec4 uTown;
vec3 skyglow(vec3 d) {
  vec2 there = uTown.xy - cameraPosition.xy;
  float far = length(there), round_ = uTown.z / (uTown.z + far);
  float towards = max(dot(normalize(d.xy + 1e-5), there / max(far, 1.0)), 0.0);
  return vec3(0.13, 0.083, 0.042) * (uTown.w * uNight * (round_ + (1.0 - round_) * towards * towards * sqrt(round_)));
}
`;
