/** Numbers as people read them, in the language of the page. */
import { formatNumber, t } from "../messages/language";

const DAY = 86_400;

/** "08:04", or "08:04:31" with seconds; city time counts on over midnight. */
export function clockTime(time: number, seconds = false): string {
  const s = Math.floor(((time % DAY) + DAY) % DAY);
  const parts = [Math.floor(s / 3600), Math.floor(s / 60) % 60, ...(seconds ? [s % 60] : [])];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** Day of the city, from 1. */
export function day(time: number): number {
  return Math.floor(time / DAY) + 1;
}

/** Seconds between two times of day, the short way round. */
export function timeApart(a: number, b: number): number {
  const apart = Math.abs(a - b) % DAY;
  return Math.min(apart, DAY - apart);
}

/** Speed in m/s as km/h. */
export function speed(metresPerSecond: number): string {
  return t("unit.kmh", { n: formatNumber(metresPerSecond * 3.6) });
}

export function distance(metres: number): string {
  if (metres >= 1000) return t("unit.km", { n: formatNumber(metres / 1000, 1) });
  return t("unit.m", { n: formatNumber(metres, metres < 100 ? 1 : 0) });
}

export function duration(seconds: number): string {
  if (seconds >= 120) return t("unit.min", { n: formatNumber(seconds / 60) });
  return t("unit.s", { n: formatNumber(seconds) });
}

/** A word for people from an identifier that has no translation: "amenity=bus_station" is "bus station". */
export function plainWord(identifier: string): string {
  return identifier.slice(identifier.indexOf("=") + 1).replaceAll("_", " ");
}
