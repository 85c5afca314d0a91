/**
 * The moving part of a diagram: lines and bars are drawn once, onto a ring of columns. As time goes on the oldest columns
 * are wiped and drawn on again, and the ring is shown turned so that the newest are at the right: nothing is copied onto
 * itself, which would blur it, or drawn anew.
 */
import type { StreetWatch } from "../../world/streetwatch";
import { Light } from "../../world/lights";
import type { LightChange, Track } from "../../world/trajectories";
import { newSegments, pushed, tails, xOf, yOf, type Plot } from "./plot";

export interface Ink {
  /** From standing to free. */
  readonly speeds: readonly string[];
  readonly red: string;
  readonly yellow: string;
  readonly green: string;
}

const BAR = 3; // CSS pixels, a stop line
const LINE = [0.7, 1.4]; // CSS pixels, a vehicle: thin where many stand behind one another
const SHORTEST = 3; // CSS pixels of a line that are drawn at once
const SPACING = 7; // m from one to the next who stand

export class Sheet {
  readonly canvas: HTMLCanvasElement;
  /** City time at the right edge. */
  end = Number.NaN;
  private readonly pen: CanvasRenderingContext2D | null;
  private drawn = new WeakMap<Track, number>();
  /** The column of the ring that is at the left edge of the plot. */
  private turn = 0;
  private barsUntil = Number.NaN;
  private era = -1;

  /** `plot` is in device pixels, `ratio` of them a CSS pixel. */
  constructor(
    readonly plot: Plot,
    private readonly ratio: number,
    private readonly ink: Ink,
  ) {
    this.canvas = document.createElement("canvas");
    this.canvas.width = plot.width;
    this.canvas.height = plot.height;
    this.pen = this.canvas.getContext("2d");
  }

  /** Draws what is new. A street of another era, or one that was not looked at for long, is drawn as a whole. */
  update(watch: StreetWatch): void {
    const { plot, pen } = this;
    const latest = watch.trajectories.latest;
    if (pen === null || Number.isNaN(latest)) return;
    const { shift, end } = pushed(plot, this.end, latest);
    if (watch.era !== this.era || !(shift < plot.width)) {
      this.begin(watch.era, latest);
    } else if (shift > 0) {
      this.end = end;
      this.turn = (this.turn + shift) % plot.width;
      this.onRing(pen, () => pen.clearRect(plot.width - shift, 0, shift, plot.height));
    }
    const segments = newSegments(watch.trajectories.tracks, this.drawn, this.pencils(watch), SHORTEST * this.ratio);
    this.onRing(pen, () => {
      this.stroke(pen, segments);
      this.drawBars(pen, watch, latest);
    });
    this.barsUntil = latest;
  }

  /** Shows the plot on another canvas, with the newest bit of each line, which is not long enough for the ring yet. */
  show(pen: CanvasRenderingContext2D, left: number, top: number, watch: StreetWatch): void {
    const { turn, canvas } = this;
    const { width, height } = this.plot;
    pen.drawImage(canvas, turn, 0, width - turn, height, left, top, width - turn, height);
    if (turn > 0) pen.drawImage(canvas, 0, 0, turn, height, left + width - turn, top, turn, height);
    pen.save();
    pen.translate(left, top);
    this.stroke(pen, tails(watch.trajectories.tracks, this.drawn, this.pencils(watch)));
    pen.restore();
  }

  /** Draws in the coordinates of the plot: on both sides of the seam, each with what belongs there. */
  private onRing(pen: CanvasRenderingContext2D, draw: () => void): void {
    const { width, height } = this.plot;
    for (const shift of this.turn > 0 ? [this.turn, this.turn - width] : [0]) {
      pen.save();
      pen.translate(shift, 0);
      pen.beginPath();
      pen.rect(0, 0, width, height);
      pen.clip();
      draw();
      pen.restore();
    }
  }

  private begin(era: number, latest: number): void {
    this.pen?.clearRect(0, 0, this.plot.width, this.plot.height);
    this.turn = 0;
    this.era = era;
    this.end = latest;
    this.drawn = new WeakMap();
    this.barsUntil = latest - this.plot.seconds;
  }

  private drawBars(pen: CanvasRenderingContext2D, watch: StreetWatch, latest: number): void {
    const { plot, ink } = this;
    const thick = Math.round(BAR * this.ratio);
    const colours: Readonly<Record<number, string>> = {
      [Light.RED]: ink.red,
      [Light.YELLOW]: ink.yellow,
      [Light.GREEN_PERMISSIVE]: ink.green,
      [Light.GREEN_PROTECTED]: ink.green,
    };
    watch.street.stopLines.forEach(({ distance }, k) => {
      const top = Math.round(yOf(plot, distance) - thick / 2);
      for (const { light, from, to } of spans(watch.lights.lines[k], this.barsUntil, latest)) {
        const colour = colours[light];
        if (colour === undefined) continue; // the light is off
        const left = xOf(plot, this.end, from);
        pen.fillStyle = colour;
        pen.fillRect(left, top, xOf(plot, this.end, to) - left, thick);
      }
    });
  }

  private pencils(watch: StreetWatch): { plot: Plot; end: number; limit: number; colours: number } {
    return { plot: this.plot, end: this.end, limit: watch.street.limit, colours: this.ink.speeds.length };
  }

  /** The slow ones last: where lines lie close together, the queue is what is to be seen. */
  private stroke(pen: CanvasRenderingContext2D, segments: readonly (readonly number[])[]): void {
    const room = (0.6 * SPACING * this.plot.height) / this.plot.metres;
    pen.lineWidth = Math.min(Math.max(room, LINE[0] * this.ratio), LINE[1] * this.ratio);
    pen.lineCap = "round";
    for (let colour = segments.length - 1; colour >= 0; colour--) {
      const own = segments[colour];
      if (own.length === 0) continue;
      pen.strokeStyle = this.ink.speeds[colour];
      pen.beginPath();
      for (let k = 0; k < own.length; k += 4) {
        pen.moveTo(own[k], own[k + 1]);
        pen.lineTo(own[k + 2], own[k + 3]);
      }
      pen.stroke();
    }
  }
}

/** What a light showed between two times, piece by piece. */
export function spans(changes: readonly LightChange[], from: number, to: number): { light: number; from: number; to: number }[] {
  const found: { light: number; from: number; to: number }[] = [];
  changes.forEach(({ time, light }, k) => {
    const until = Math.min(to, changes[k + 1]?.time ?? to);
    const since = Math.max(from, time);
    if (until > since) found.push({ light, from: since, to: until });
  });
  return found;
}
