import { describe, expect, test } from "vitest";
import { CityClock } from "./clock";

interface Run {
  clock: CityClock;
  now: number;
  state: number;
  random: () => number;
}
function startAt(state: number, seed = 1): Run {
  const clock = new CityClock(0.5);
  clock.observe(state, 0);
  let x = seed;
  return { clock, now: 0, state, random: () => ((x = (x * 48271) % 2147483647) / 2147483647) };
}

/** Runs for some seconds with a state every `gap` ms of real time, jittered, and a frame every 16 ms; the drawn times. */
function run(r: Run, seconds: number, gap: number, jitter = 0, serverPace = r.clock.speed): number[] {
  const drawn: number[] = [];
  const end = r.now + 1000 * seconds;
  let sent = r.now;
  let arrives = sent + gap;
  while (r.now < end) {
    r.now += 16;
    while (arrives <= r.now) {
      sent += gap;
      r.state += (gap / 1000) * serverPace;
      r.clock.observe(r.state, arrives);
      arrives = Math.max(arrives, sent + gap + jitter * r.random());
    }
    drawn.push(r.clock.time(r.now));
  }
  return drawn;
}
const steps = (times: number[]): number[] => times.slice(1).map((t, i) => t - times[i]);

describe("the drawn time", () => {
  test("runs evenly about one state behind the newest", () => {
    const r = startAt(28800);
    run(r, 5, 500);
    const settled = run(r, 5, 500);
    for (const step of steps(settled)) {
      expect(step).toBeGreaterThan(0.016 * 0.9);
      expect(step).toBeLessThan(0.016 * 1.1);
    }
    const behind = r.state - settled[settled.length - 1];
    expect(behind).toBeGreaterThan(0);
    expect(behind).toBeLessThan(1);
  });

  test("stays smooth under jitter, and never runs backward or past the newest state", () => {
    for (const speed of [1, 10, 60]) {
      const r = startAt(0);
      r.clock.set(speed, false, 0);
      const gap = speed === 1 ? 500 : 100;
      run(r, 5, gap, gap / 3);
      const times = run(r, 10, gap, gap / 3);
      for (const step of steps(times)) {
        expect(step).toBeGreaterThanOrEqual(0);
        expect(step).toBeLessThan(0.016 * speed * 1.8);
      }
      expect(times[times.length - 1]).toBeLessThanOrEqual(r.state);
      const stalled = steps(times).filter((step) => step < 0.016 * speed * 0.4).length;
      expect(stalled / times.length).toBeLessThan(0.03);
    }
  });

  test("keeps an even pace when the server does not reach the speed asked for", () => {
    const r = startAt(0);
    r.clock.set(60, false, 0);
    run(r, 6, 100, 0, 30);
    for (const step of steps(run(r, 5, 100, 0, 30))) {
      expect(step).toBeGreaterThan(0.016 * 30 * 0.7);
      expect(step).toBeLessThan(0.016 * 30 * 1.3);
    }
  });

  test("changes speed without a jump", () => {
    const r = startAt(0);
    run(r, 3, 500);
    r.clock.set(60, false, r.now);
    for (const step of steps(run(r, 4, 100))) {
      expect(step).toBeGreaterThanOrEqual(0);
      expect(step).toBeLessThanOrEqual(0.016 * 60 * 2.5 + 1e-9);
    }
    expect(r.state - r.clock.time(r.now)).toBeLessThan(12);
    r.clock.set(1, false, r.now);
    for (const step of steps(run(r, 20, 500))) expect(step).toBeGreaterThanOrEqual(0);
    expect(r.state - r.clock.time(r.now)).toBeLessThan(1.2);
  });

  test("stops at the last state while paused, and goes on", () => {
    const r = startAt(100);
    run(r, 3, 500);
    r.clock.set(1, true, r.now);
    for (let i = 0; i < 200; i++) r.clock.time((r.now += 16));
    expect(r.clock.time(r.now)).toBe(r.state);
    r.clock.set(1, false, r.now);
    run(r, 5, 500);
    for (const step of steps(run(r, 5, 500))) expect(step).toBeGreaterThan(0.016 * 0.9);
  });

  test("is where the city is as soon as a page that stood still goes on", () => {
    const r = startAt(28800);
    run(r, 3, 500);
    r.now += 8000;
    for (let i = 0; i < 16; i++) r.clock.observe((r.state += 0.5), r.now);
    const times = run(r, 0.2, 500);
    expect(r.state - times[times.length - 1]).toBeLessThan(1.2);
    for (const step of steps(times)) expect(step).toBeGreaterThanOrEqual(0);
    for (const step of steps(run(r, 5, 500))) expect(step).toBeLessThanOrEqual(0.016 * 2.5);
  });

  test("jumps where the city's clock was set, forward or back", () => {
    const r = startAt(28800);
    run(r, 3, 500);
    expect(r.clock.observe(72000, r.now)).toBe(true);
    expect(r.clock.time(r.now + 1)).toBeCloseTo(72000, 1);
    expect(r.clock.observe(72000.5, r.now + 500)).toBe(false);
    expect(r.clock.observe(28800, r.now + 600)).toBe(true);
    expect(r.clock.time(r.now + 601)).toBeCloseTo(28800, 1);
  });

  test("asking twice in one moment moves nothing", () => {
    const r = startAt(0);
    run(r, 3, 500);
    expect(r.clock.time(r.now)).toBe(r.clock.time(r.now));
  });
});
