import { describe, expect, it } from "vitest";

import { daylightAt, linear } from "../../src/scene/daylight";
import { directionOf, moonPosition, sunPosition, universalTime } from "../../src/scene/sun";

const DEGREE = Math.PI / 180;
/** The worked example of Reda & Andreas (2004), NREL/TP-560-34302, table A5.1. */
const SPA = { longitude: -105.1786, latitude: 39.742476, pressure: 820, temperature: 11 };
const SPA_TIME = Date.UTC(2003, 9, 17, 19, 30, 30);

describe("the sun", () => {
  it("stands where NREL's SPA puts it, within 0.02 degrees", () => {
    const sun = sunPosition(SPA_TIME, SPA);
    expect(90 - sun.elevation / DEGREE).toBeCloseTo(50.11162, 1.7);
    expect(Math.abs(90 - sun.elevation / DEGREE - 50.11162)).toBeLessThan(0.02);
    expect(Math.abs(sun.azimuth / DEGREE - 194.34024)).toBeLessThan(0.02);
  });

  it("rises in the east and sets in the west over Shanghai in autumn", () => {
    const shanghai = { longitude: 121.47, latitude: 31.23, date: "2026-10-21", utcOffset: 8 * 3600 };
    const at = (hour: number) => sunPosition(universalTime(hour * 3600, shanghai), shanghai);
    expect(at(5).elevation).toBeLessThan(0);
    expect(at(8).elevation / DEGREE).toBeGreaterThan(20);
    expect(at(8).azimuth / DEGREE).toBeGreaterThan(90);
    expect(at(8).azimuth / DEGREE).toBeLessThan(135);
    expect(at(16).azimuth / DEGREE).toBeGreaterThan(225);
    expect(at(18.5).elevation).toBeLessThan(0);
  });

  /** Wall clock times of sunrise, by the equations of NOAA's solar calculator; offsets as the manifest tells them. */
  it.each([
    ["Paris", 2.35, 48.86, "2026-10-21", 2, "08:20"],
    ["Paris in winter", 2.35, 48.86, "2026-12-21", 1, "08:41"],
    ["Madrid", -3.7, 40.42, "2026-10-21", 2, "08:32"],
    ["Lisbon", -9.14, 38.72, "2026-10-21", 1, "07:52"],
    ["Urumqi", 87.6, 43.8, "2026-10-21", 8, "08:31"],
    ["Anchorage", -149.9, 61.22, "2026-10-21", -8, "08:59"],
    ["Delhi", 77.21, 28.61, "2026-10-21", 5.5, "06:25"],
  ])("rises over %s by the clocks on its walls", (_, longitude, latitude, date, hours, expected) => {
    const place = { longitude, latitude, date, utcOffset: hours * 3600 };
    const limb = (-16 / 60) * DEGREE; // of the centre, when the upper limb is seen
    let minute = 0;
    while (sunPosition(universalTime(minute * 60, place), place).elevation < limb) minute++;
    const [hour, past] = expected.split(":").map(Number);
    expect(Math.abs(minute - (60 * hour + past))).toBeLessThanOrEqual(1);
  });

  it("gives a direction of length 1 with north as y", () => {
    const [x, y, z] = directionOf({ azimuth: 0, elevation: 30 * DEGREE });
    expect([x, y, z].map((value) => +value.toFixed(6))).toEqual([0, +Math.cos(30 * DEGREE).toFixed(6), 0.5]);
  });
});

describe("the moon", () => {
  it("is full and opposite to the sun in the eclipse of 2025-03-14, and new in that of 2024-04-08", () => {
    const dallas = { longitude: -96.8, latitude: 32.78 };
    const eclipse = Date.UTC(2024, 3, 8, 18, 42);
    const [sun, moon] = [sunPosition(eclipse, dallas), moonPosition(eclipse, dallas)];
    expect(moon.lit).toBeLessThan(0.01);
    expect(Math.abs(sun.elevation - moon.elevation) / DEGREE).toBeLessThan(1);
    expect(Math.abs(sun.azimuth - moon.azimuth) / DEGREE).toBeLessThan(1.5);
    expect(moonPosition(Date.UTC(2025, 2, 14, 6, 58), dallas).lit).toBeGreaterThan(0.99);
  });
});

describe("daylight", () => {
  it("has lamps at night and none by day, and a sun that grows with its height", () => {
    expect(daylightAt(-20).night).toBe(1);
    expect(daylightAt(30).night).toBe(0);
    expect(daylightAt(-20).sun).toEqual([0, 0, 0]);
    expect(daylightAt(30).sun[0]).toBeGreaterThan(daylightAt(3).sun[0]);
  });

  it("is continuous", () => {
    for (let at = -25; at < 70; at += 0.25) {
      const [a, b] = [daylightAt(at), daylightAt(at + 0.25)];
      expect(Math.abs(a.exposure - b.exposure)).toBeLessThan(0.02);
      expect(Math.abs(a.sun[0] - b.sun[0])).toBeLessThan(0.25);
    }
  });

  it("reads sRGB", () => {
    expect(linear(0xffffff)).toEqual([1, 1, 1]);
    expect(linear(0x808080)[0]).toBeCloseTo(0.2159, 3);
  });
});
