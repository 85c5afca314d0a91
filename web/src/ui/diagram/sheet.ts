/** The moving part of a diagram: lines and bars are drawn once, and pushed to the left as time goes on. */
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
      pen.globalCompositeOperation = "copy";
      pen.drawImage(this.canvas, -shift, 0);
      pen.globalCompositeOperation = "source-over";
      this.end = end;
    }
    this.drawLines(pen, watch);
    this.drawBars(pen, watch, latest);
  }

  private begin(era: number, latest: number): void {
    this.pen?.clearRect(0, 0, this.plot.width, this.plot.height);
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
    this.barsUntil = latest;
  }

  private drawLines(pen: CanvasRenderingContext2D, watch: StreetWatch): void {
    const segments = newSegments(watch.trajectories.tracks, this.drawn, this.pencils(watch), SHORTEST * this.ratio);
    this.stroke(pen, segments);
  }

  /** The newest bit of each line, which is not long enough for the sheet yet: onto the canvas that shows the sheet. */
  drawTails(pen: CanvasRenderingContext2D, watch: StreetWatch): void {
    this.stroke(pen, tails(watch.trajectories.tracks, this.drawn, this.pencils(watch)));
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
