/** A whole time-space diagram on a canvas: the sheet in the middle, and around it what its axes mean. */
import type { StreetWatch } from "../../world/streetwatch";
import { clockTime } from "../format";
import { marks, roomy, step, xOf, yOf, type Plot } from "./plot";
import { Sheet, type Ink } from "./sheet";

const LEFT = 46; // CSS pixels beside the plot
const BOTTOM = 20;
const TOP = 8;
const NAMES = 92; // at the right, for the streets that cross, where there is room
const ROOM_FOR_NAMES = 440;
const FONT = 11;

export interface Theme extends Ink {
  readonly ink: string;
  readonly quiet: string;
  readonly grid: string;
  readonly font: string;
}

export class Drawing {
  private readonly pen: CanvasRenderingContext2D | null;
  private sheet: Sheet | null = null;
  private seen = "";

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.pen = canvas.getContext("2d");
  }

  /** The colours or the size are others now. */
  renew(): void {
    this.sheet = null;
  }

  /** Draws if anything is new since the last time. */
  update(watch: StreetWatch, seconds: number): void {
    const { pen, canvas } = this;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (pen === null || width < 120 || height < 60) return;
    const news = `${watch.era} ${watch.trajectories.version} ${seconds} ${width} ${height}`;
    if (this.sheet !== null && news === this.seen) return;
    this.seen = news;
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height, this.sheet] = [width, height, null];
    const theme = themeOf(canvas);
    const plot = plotOf(canvas.clientWidth, canvas.clientHeight, ratio, seconds, watch.street.length);
    if (this.sheet === null || this.sheet.plot.seconds !== seconds || this.sheet.plot.metres !== plot.metres) this.sheet = new Sheet(plot, ratio, theme);
    this.sheet.update(watch);
    this.compose(pen, this.sheet, theme, { watch, ratio });
  }

  private compose(pen: CanvasRenderingContext2D, sheet: Sheet, theme: Theme, { watch, ratio }: { watch: StreetWatch; ratio: number }): void {
    const { plot } = sheet;
    const [left, top] = [LEFT * ratio, TOP * ratio];
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.font = `${FONT * ratio}px ${theme.font}`;
    pen.lineWidth = ratio;
    pen.strokeStyle = theme.grid;
    pen.fillStyle = theme.quiet;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    for (const metres of marks(0, plot.metres, step(plot.metres, 7, [50, 100, 200, 250, 500]))) {
      const y = top + yOf(plot, metres);
      rule(pen, left, y, left + plot.width, y);
      pen.fillText(String(metres), left - 6 * ratio, y);
    }
    pen.fillText("m", left - 6 * ratio, top + 2 * ratio);
    this.times(pen, sheet, { left, top, ratio });
    sheet.show(pen, left, top, watch);
    this.names(pen, plot, watch, { left, top, ratio });
  }

  private times(pen: CanvasRenderingContext2D, { plot, end }: Sheet, { left, top, ratio }: { left: number; top: number; ratio: number }): void {
    if (Number.isNaN(end)) return;
    pen.textAlign = "center";
    const every = step(plot.seconds, Math.max(2, plot.width / (64 * ratio)), [30, 60, 120, 300]);
    for (const time of marks(end - plot.seconds, end, every)) {
      const x = left + xOf(plot, end, time);
      rule(pen, x, top, x, top + plot.height);
      if (x > left + 14 * ratio) pen.fillText(clockTime(time, every < 60), x, top + plot.height + (BOTTOM * ratio) / 2);
    }
  }

  private names(pen: CanvasRenderingContext2D, plot: Plot, watch: StreetWatch, { left, top, ratio }: { left: number; top: number; ratio: number }): void {
    const x = left + plot.width + 6 * ratio;
    const room = this.canvas.width - x;
    if (room < 40 * ratio) return;
    pen.textAlign = "left";
    const labels = watch.street.crossings.map(({ distance, name }) => ({ name, y: top + yOf(plot, distance) }));
    for (const { name, y } of roomy(labels, (FONT + 2) * ratio)) pen.fillText(fitting(pen, name, room - 2 * ratio), x, Math.max(y, top + 4 * ratio));
  }
}

/** The part of the canvas that is the sheet, in device pixels. */
function plotOf(width: number, height: number, ratio: number, seconds: number, metres: number): Plot {
  const right = width >= ROOM_FOR_NAMES ? NAMES : 8;
  return {
    width: Math.round((width - LEFT - right) * ratio),
    height: Math.round((height - TOP - BOTTOM) * ratio),
    seconds,
    metres: Math.max(metres, 20),
  };
}

function rule(pen: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  const half = pen.lineWidth / 2;
  pen.beginPath();
  pen.moveTo(Math.round(x0) + half, Math.round(y0) + half);
  pen.lineTo(Math.round(x1) + half, Math.round(y1) + half);
  pen.stroke();
}

function fitting(pen: CanvasRenderingContext2D, text: string, room: number): string {
  if (pen.measureText(text).width <= room) return text;
  let n = text.length - 1;
  while (n > 1 && pen.measureText(`${text.slice(0, n)}…`).width > room) n--;
  return `${text.slice(0, n)}…`;
}

/** The design tokens, as a canvas needs them. */
function themeOf(element: HTMLElement): Theme {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim() || "#888";
  return {
    speeds: [0, 1, 2, 3, 4].map((k) => token(`--speed-${k}`)),
    red: token("--light-red"),
    yellow: token("--light-yellow"),
    green: token("--light-green"),
    ink: token("--ink"),
    quiet: token("--ink-quiet"),
    grid: token("--line"),
    font: style.fontFamily || "sans-serif",
  };
}
