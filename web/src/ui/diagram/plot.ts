/** The geometry of a time-space diagram: seconds and metres to pixels, and where its axes are marked. */
import type { Track } from "../../world/trajectories";

/** Pixels of the part that lines are drawn in, and what it spans. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly metres: number;
}

/** Pixels from the left at a city time, where `end` is the time at the right edge. */
export function xOf(plot: Plot, end: number, time: number): number {
  return plot.width - ((end - time) * plot.width) / plot.seconds;
}

/** Pixels from the top: distance grows upward. */
export function yOf(plot: Plot, metres: number): number {
  return plot.height * (1 - metres / plot.metres);
}

/** By how many whole pixels the plot is to be pushed to the left so that `time` fits, and its end after that: what has
 * been drawn stays sharp however often it is pushed. */
export function pushed(plot: Plot, end: number, time: number): { shift: number; end: number } {
  const shift = Math.max(0, Math.ceil(((time - end) * plot.width) / plot.seconds - 1e-6));
  return { shift, end: end + (shift * plot.seconds) / plot.width };
}

/** Class of a speed on a scale of so many colours that ends at `limit` (m/s): 0 stands, the last is free. */
export function speedClass(speed: number, limit: number, colours: number): number {
  return Math.max(0, Math.min(colours - 1, Math.floor((speed / limit) * colours)));
}

/** Segments of tracks that are new since `drawn` (samples of each that are on the plot already), sorted by colour:
 * x0, y0, x1, y1 in pixels each. What ends before the plot begins is left out. */
export function newSegments(
  tracks: readonly Track[],
  drawn: WeakMap<Track, number>,
  { plot, end, limit, colours }: { plot: Plot; end: number; limit: number; colours: number },
): number[][] {
  const byColour: number[][] = Array.from({ length: colours }, () => []);
  const begin = end - plot.seconds;
  for (const track of tracks) {
    const n = track.time.length;
    for (let i = Math.max(1, drawn.get(track) ?? 1); i < n; i++) {
      if (track.time[i] < begin) continue;
      const colour = speedClass((track.speed[i - 1] + track.speed[i]) / 2, limit, colours);
      byColour[colour].push(
        xOf(plot, end, track.time[i - 1]),
        yOf(plot, track.distance[i - 1]),
        xOf(plot, end, track.time[i]),
        yOf(plot, track.distance[i]),
      );
    }
    drawn.set(track, n);
  }
  return byColour;
}

/** The first of some round steps of which at most `most` fit into a span. */
export function step(span: number, most: number, steps: readonly number[]): number {
  return steps.find((one) => span / one <= most) ?? steps[steps.length - 1];
}

/** Multiples of `by` from one number to another. */
export function marks(from: number, to: number, by: number): number[] {
  const found: number[] = [];
  for (let k = Math.ceil(from / by); k * by <= to; k++) found.push(k * by);
  return found;
}

/** Of labels at some heights, those that have `room` pixels to the one before: the first of neighbours stays. */
export function roomy<T extends { readonly y: number }>(labels: readonly T[], room: number): T[] {
  const kept: T[] = [];
  for (const label of labels) if (kept.every((other) => Math.abs(other.y - label.y) >= room)) kept.push(label);
  return kept;
}
