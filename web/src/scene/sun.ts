/**
 * Where the sun and the moon stand. Sun: Meeus, Astronomical Algorithms (1998), chapters 12, 13, 22 and 25, with the
 * refraction of Reda & Andreas (2004, NREL SPA, eq. 42); within 0.01 degrees of the SPA. Moon: the low precision series
 * of the Astronomical Almanac, within half a degree.
 */

const DEGREE = Math.PI / 180;
const EARTH_LAG = 69; // s, terrestrial time minus universal time in the 2020s

export interface Observer {
  /** degrees east, degrees north */
  readonly longitude: number;
  readonly latitude: number;
  /** millibar and degrees C, for refraction */
  readonly pressure?: number;
  readonly temperature?: number;
}

export interface SkyPosition {
  /** radians from north, clockwise */
  readonly azimuth: number;
  /** radians above the horizon, with refraction */
  readonly elevation: number;
}

/** `time`: milliseconds since 1970 (UTC). */
export function sunPosition(time: number, observer: Observer): SkyPosition {
  const days = time / 86_400_000 + 2_440_587.5 - 2_451_545;
  const t = (days + EARTH_LAG / 86_400) / 36_525;
  const anomaly = 357.52911 + t * (35_999.05029 - 0.0001537 * t);
  const centre =
    (1.914602 - t * (0.004817 + 0.000014 * t)) * sin(anomaly) + (0.019993 - 0.000101 * t) * sin(2 * anomaly) + 0.000289 * sin(3 * anomaly);
  const node = 125.04 - 1934.136 * t;
  const longitude = 280.46646 + t * (36_000.76983 + 0.0003032 * t) + centre - 0.00569 - 0.00478 * sin(node);
  const tilt = 23.439291 - 0.0130042 * t + 0.00256 * cos(node);
  return horizontal(longitude, 0, tilt, days, observer, 8.794 / 3600);
}

/** And how much of it is lit, 0 .. 1. */
export function moonPosition(time: number, observer: Observer): SkyPosition & { readonly lit: number } {
  const days = time / 86_400_000 + 2_440_587.5 - 2_451_545;
  const t = days / 36_525;
  const longitude =
    218.32 + 481_267.881 * t + 6.29 * sin(135 + 477_198.87 * t) - 1.27 * sin(259.3 - 413_335.36 * t) + 0.66 * sin(235.7 + 890_534.22 * t) +
    0.21 * sin(269.9 + 954_397.74 * t) - 0.19 * sin(357.5 + 35_999.05 * t) - 0.11 * sin(186.5 + 966_404.03 * t);
  const latitude =
    5.13 * sin(93.3 + 483_202.02 * t) + 0.28 * sin(228.2 + 960_400.89 * t) - 0.28 * sin(318.3 + 6_003.15 * t) - 0.17 * sin(217.6 - 407_332.21 * t);
  const sun = 280.466 + 36_000.77 * t + 1.915 * sin(357.529 + 35_999.05 * t);
  const lit = (1 - cos(longitude - sun) * cos(latitude)) / 2;
  return { ...horizontal(longitude, latitude, 23.439 - 0.013 * t, days, observer, 0.95), lit };
}

/** From ecliptic coordinates to the observer's sky; all in degrees, `parallax` at the horizon. */
function horizontal(longitude: number, latitude: number, tilt: number, days: number, observer: Observer, parallax: number): SkyPosition {
  const y = sin(longitude) * cos(tilt) * cos(latitude) - sin(latitude) * sin(tilt);
  const x = cos(longitude) * cos(latitude);
  const declination = Math.asin(sin(latitude) * cos(tilt) + cos(latitude) * sin(tilt) * sin(longitude));
  const t = days / 36_525;
  const nutation = -0.00478 * sin(125.04 - 1934.136 * t) * cos(tilt);
  const sidereal = 280.46061837 + 360.98564736629 * days + 0.000387933 * t * t + nutation;
  const hour = (sidereal + observer.longitude) * DEGREE - Math.atan2(y, x);
  const phi = observer.latitude * DEGREE;
  const height = Math.asin(Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hour));
  const azimuth = Math.PI + Math.atan2(Math.sin(hour), Math.cos(hour) * Math.sin(phi) - Math.tan(declination) * Math.cos(phi));
  const seen = height / DEGREE - parallax * Math.cos(height);
  return { azimuth: azimuth % (2 * Math.PI), elevation: (seen + refraction(seen, observer)) * DEGREE };
}

function refraction(elevation: number, { pressure = 1013, temperature = 15 }: Observer): number {
  if (elevation < -0.83) return 0;
  return ((pressure / 1010) * (283 / (273 + temperature)) * 1.02) / (60 * Math.tan((elevation + 10.3 / (elevation + 5.11)) * DEGREE));
}

const sin = (degrees: number): number => Math.sin(degrees * DEGREE);
const cos = (degrees: number): number => Math.cos(degrees * DEGREE);

/** East, north, up. */
export function directionOf({ azimuth, elevation }: SkyPosition): [number, number, number] {
  const flat = Math.cos(elevation);
  return [flat * Math.sin(azimuth), flat * Math.cos(azimuth), Math.sin(elevation)];
}

/** What the clocks of a city say, as its manifest tells (SPEC 2.1). */
export interface CivilTime {
  /** ISO, of day 0 */
  readonly date: string;
  /** s that they are ahead of universal time, with daylight saving */
  readonly utcOffset: number;
}

/** City time (s after midnight of day 0) as universal time, ms since 1970: by the clocks on the city's walls. */
export function universalTime(cityTime: number, clocks: CivilTime): number {
  return Date.parse(`${clocks.date}T00:00:00Z`) + (cityTime - clocks.utcOffset) * 1000;
}

/** Until the manifest is here. */
export const SOMEWHERE = { longitude: 121.47, latitude: 31.23, date: "2026-10-21", utcOffset: 8 * 3600 };

/** Where a city's observer stands, and its clocks. */
export function placeOf(manifest: (CivilTime & { readonly origin: readonly [number, number] }) | null | undefined): Observer & CivilTime {
  if (!manifest) return SOMEWHERE;
  const [longitude, latitude] = manifest.origin;
  return { longitude, latitude, date: manifest.date, utcOffset: manifest.utcOffset };
}
