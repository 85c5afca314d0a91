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

/** By how many whole pixels the plot is to be pushed to the left so that `time` fits, and its end after that. */
export function pushed(plot: Plot, end: number, time: number): { shift: number; end: number } {
  const shift = Math.max(0, Math.ceil(((time - end) * plot.width) / plot.seconds - 1e-6));
  return { shift, end: end + (shift * plot.seconds) / plot.width };
}

/** Class of a speed on a scale of so many colours that ends at `limit` (m/s): 0 stands, the last is free. */
export function speedClass(speed: number, limit: number, colours: number): number {
  return Math.max(0, Math.min(colours - 1, Math.floor((speed / limit) * colours)));
}

export interface Pencils {
  readonly plot: Plot;
  readonly end: number; // s, city time at the right edge
  readonly limit: number; // m/s
  readonly colours: number;
}

/** Segments of tracks that are not on the plot yet, sorted by colour: x0, y0, x1, y1 in pixels each, none shorter than
 * `least` along the time axis: pieces of less than a pixel, each drawn by itself, do not make a line. `drawn` holds
 * the sample that each track is drawn up to. What ends before the plot begins is left out. */
export function newSegments(tracks: readonly Track[], drawn: WeakMap<Track, number>, pencils: Pencils, least = 0): number[][] {
  const found: number[][] = Array.from({ length: pencils.colours }, () => []);
  const { plot, end } = pencils;
  const shortest = Math.max((least * plot.seconds) / plot.width, 1e-6);
  for (const track of tracks) {
    let from = drawn.get(track) ?? 0;
    for (let i = from + 1; i < track.time.length; i++) {
      if (track.time[i] - track.time[from] < shortest) continue;
      if (track.time[i] >= end - plot.seconds) add(found, track, from, i, pencils);
      from = i;
    }
    drawn.set(track, from);
  }
  return found;
}

/** What is left of each track after the segments that are drawn. */
export function tails(tracks: readonly Track[], drawn: WeakMap<Track, number>, pencils: Pencils): number[][] {
  const found: number[][] = Array.from({ length: pencils.colours }, () => []);
  for (const track of tracks) {
    const [from, last] = [drawn.get(track) ?? 0, track.time.length - 1];
    if (from < last && track.time[from] >= pencils.end - pencils.plot.seconds) add(found, track, from, last, pencils);
  }
  return found;
}

/** A segment between two samples, in the colour of the speed that its slope is. */
function add(found: number[][], track: Track, from: number, to: number, { plot, end, limit, colours }: Pencils): void {
  const speed = (track.distance[to] - track.distance[from]) / (track.time[to] - track.time[from]);
  found[speedClass(speed, limit, colours)].push(
    xOf(plot, end, track.time[from]),
    yOf(plot, track.distance[from]),
    xOf(plot, end, track.time[to]),
    yOf(plot, track.distance[to]),
  );
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
