/** The colours of a day, for the time slider. */

import { sunPosition, universalTime, type CivilTime, type Observer } from "../scene/sun";

interface Stop {
  readonly altitude: number; // of the sun, radians
  readonly colour: readonly [number, number, number];
}

/** Night, dusk, golden hour, day. */
const SKY: readonly Stop[] = [
  { altitude: -0.3, colour: [24, 30, 54] },
  { altitude: -0.12, colour: [52, 58, 96] },
  { altitude: -0.02, colour: [190, 112, 98] },
  { altitude: 0.08, colour: [238, 178, 120] },
  { altitude: 0.3, colour: [176, 205, 224] },
  { altitude: 0.9, colour: [138, 187, 222] },
];

const STEPS = 48;

/** Altitude of the sun, radians, at a time by the city's clocks, s after midnight of day 0. */
export function sunAltitude(cityTime: number, place: Observer & CivilTime): number {
  return sunPosition(universalTime(cityTime, place), place).elevation;
}

/** A CSS gradient from 0:00 at the left to 24:00 at the right. */
export function daylightGradient(place: Observer & CivilTime): string {
  const stops = Array.from({ length: STEPS + 1 }, (_, i) => {
    const [r, g, b] = skyColour(sunAltitude((86_400 * i) / STEPS, place));
    return `rgb(${r} ${g} ${b}) ${((100 * i) / STEPS).toFixed(1)}%`;
  });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

export function skyColour(altitude: number): readonly [number, number, number] {
  const above = SKY.findIndex((stop) => stop.altitude >= altitude);
  if (above === 0) return SKY[0].colour;
  if (above < 0) return SKY[SKY.length - 1].colour;
  const [a, b] = [SKY[above - 1], SKY[above]];
  const share = (altitude - a.altitude) / (b.altitude - a.altitude);
  const mix = (i: 0 | 1 | 2): number => Math.round(a.colour[i] + (b.colour[i] - a.colour[i]) * share);
  return [mix(0), mix(1), mix(2)];
}
