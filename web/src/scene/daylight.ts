/** The colours of light and air by the sun's height. Pure numbers: `light.ts` and `sky.ts` put them to use. */

export type Linear = readonly [number, number, number];

export interface Daylight {
  /** Sky overhead, at the horizon, and the glow around the sun, linear. */
  readonly zenith: Linear;
  readonly horizon: Linear;
  readonly glow: Linear;
  /** Irradiance of sun, sky and ground, linear. */
  readonly sun: Linear;
  readonly sky: Linear;
  readonly ground: Linear;
  readonly exposure: number;
  /** Optical depth of a metre of air on the ground. */
  readonly haze: number;
  /** 0 by day, 1 when lamps burn. */
  readonly night: number;
  readonly stars: number;
}

interface Key {
  readonly at: number; // degrees of elevation
  readonly colours: readonly [zenith: number, horizon: number, glow: number, sun: number, sky: number, ground: number];
  readonly strength: readonly [glow: number, sun: number, sky: number, ground: number];
  readonly exposure: number;
  readonly haze: number;
  readonly night: number;
  readonly stars: number;
}

const KEYS: readonly Key[] = [
  { at: -18, colours: [0x0a1022, 0x3a3440, 0x000000, 0x8fa8d8, 0x55618a, 0x5a4432], strength: [0, 0, 0.62, 0.6], exposure: 1.3, haze: 1.5e-4, night: 1, stars: 1 },
  { at: -9, colours: [0x0f1a38, 0x3f4260, 0xb0583a, 0x8fa8d8, 0x586a98, 0x5a4636], strength: [0.12, 0, 0.65, 0.6], exposure: 1.3, haze: 1.5e-4, night: 1, stars: 0.6 },
  { at: -4, colours: [0x1c2f5c, 0x6b6680, 0xff7f45, 0xff7a40, 0x5f74a8, 0x4a3c36], strength: [0.45, 0, 0.75, 0.4], exposure: 1.25, haze: 1.4e-4, night: 0.9, stars: 0.1 },
  { at: -0.5, colours: [0x2f4f8c, 0xc79a8c, 0xff8a48, 0xff6a2a, 0x7f90b8, 0x6a5347], strength: [0.75, 0.3, 0.9, 0.5], exposure: 1.2, haze: 1.5e-4, night: 0.55, stars: 0 },
  { at: 4, colours: [0x3f6eae, 0xeec39a, 0xffa45c, 0xff9a52, 0x98aed0, 0x8f6d52], strength: [0.7, 3.0, 1.0, 0.7], exposure: 1.15, haze: 1.5e-4, night: 0.12, stars: 0 },
  { at: 10, colours: [0x4a80c4, 0xf4dab6, 0xffc388, 0xffbf84, 0xa8c0e2, 0xa38565], strength: [0.5, 4.8, 1.3, 0.85], exposure: 1.12, haze: 1.4e-4, night: 0, stars: 0 },
  { at: 25, colours: [0x4684d2, 0xe4dccd, 0xffe0b4, 0xffdfb8, 0xb4c8ea, 0xb09676], strength: [0.4, 5.4, 1.4, 0.9], exposure: 1.04, haze: 1.25e-4, night: 0, stars: 0 },
  { at: 60, colours: [0x3f7ac4, 0xd9e2e8, 0xfff2dc, 0xffefd8, 0xb6cdf0, 0xb4a088], strength: [0.3, 4.5, 1.4, 0.9], exposure: 0.8, haze: 0.9e-4, night: 0, stars: 0 },
];

export function daylightAt(elevationDegrees: number): Daylight {
  let i = 0;
  while (i + 2 < KEYS.length && KEYS[i + 1].at <= elevationDegrees) i++;
  const [a, b] = [KEYS[i], KEYS[i + 1]];
  const share = Math.min(Math.max((elevationDegrees - a.at) / (b.at - a.at), 0), 1);
  const mix = (x: number, y: number): number => x + share * (y - x);
  const colour = (k: number, strength?: number): Linear => {
    const p = linear(a.colours[k]);
    const q = linear(b.colours[k]);
    const factor = strength === undefined ? 1 : mix(a.strength[strength], b.strength[strength]);
    return [0, 1, 2].map((c) => mix(p[c], q[c]) * factor) as unknown as Linear;
  };
  return {
    zenith: colour(0), horizon: colour(1), glow: colour(2, 0), sun: colour(3, 1), sky: colour(4, 2), ground: colour(5, 3),
    exposure: mix(a.exposure, b.exposure), haze: mix(a.haze, b.haze), night: mix(a.night, b.night), stars: mix(a.stars, b.stars),
  };
}

/** sRGB 0xRRGGBB to linear (IEC 61966-2-1). */
export function linear(value: number): Linear {
  const channel = (shift: number): number => {
    const c = ((value >> shift) & 255) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [channel(16), channel(8), channel(0)];
}
