/** The clock that all visitors share: its state, who changed it, and the smooth time that is drawn. */
import { signal, type Signal } from "@preact/signals-core";
import type { Manifest, Welcome } from "../../protocol/messages";
import { takes, type Channel, type Line } from "../channel";
import { CityClock } from "../clock";
import type { VisitorsChannel } from "./visitors";

export interface ClockState {
  readonly time: number;
  readonly speed: number;
  readonly paused: boolean;
}
interface ClockMessage extends ClockState {
  readonly by?: string | null;
}
/** A wish for the clock; `jump` is seconds after midnight. */
export interface TimeWish {
  readonly paused?: boolean;
  readonly speed?: number;
  readonly jump?: number;
}
/** Somebody has set the clock, or has asked for a jump. */
export type ClockNews =
  | { readonly kind: "clock"; readonly by: string; readonly mine: boolean; readonly clock: ClockState }
  | { readonly kind: "jump"; readonly by: string; readonly mine: boolean; readonly to: number };

export class ClockChannel implements Channel {
  readonly name = "clock";
  readonly state: Signal<ClockState> = signal<ClockState>({ time: 0, speed: 1, paused: false });
  /** The city time that is being prepared, while a jump takes its while. */
  readonly jumping: Signal<number | null> = signal<number | null>(null);
  readonly news: Signal<ClockNews | null> = signal<ClockNews | null>(null);
  private smooth = new CityClock();
  private line: Line | null = null;

  readonly messages = {
    clock: takes<ClockMessage>({ time: "number", speed: "number", paused: "boolean" }, (message) => this.changed(message)),
    jumping: takes<{ to: number; by?: string }>({ to: "number" }, ({ to, by = "" }) => {
      this.jumping.value = to;
      this.news.value = { kind: "jump", by, mine: this.visitors.isMe(by), to };
    }),
    error: takes<{ code: string }>({ code: "string" }, ({ code }) => {
      if (code === "jump" || code === "simulation") this.jumping.value = null;
    }),
  };

  constructor(private readonly visitors: VisitorsChannel) {}

  join(line: Line): void {
    this.line = line;
  }
  found(manifest: Manifest): void {
    this.smooth = new CityClock(manifest.step);
  }
  welcome(message: Welcome): void {
    this.jumping.value = null;
    this.set(message);
  }

  /** False where the line is down. */
  wish(wish: TimeWish): boolean {
    return this.line?.send({ type: "time", ...wish }) ?? false;
  }

  /** City time to draw, seconds after midnight of day 0; `now` as performance.now(). */
  time(now: number): number {
    return this.smooth.time(now);
  }

  /** A state of the city has come. Tells whether time jumped to it. */
  observe(time: number, at: number): boolean {
    const jumped = this.smooth.observe(time, at);
    if (jumped) this.jumping.value = null;
    return jumped;
  }

  private changed(message: ClockMessage): void {
    this.set(message);
    const by = message.by ?? "";
    if (by !== "") this.news.value = { kind: "clock", by, mine: this.visitors.isMe(by), clock: this.state.value };
    else this.jumping.value = null; // nobody changed it: the city has landed at another time
  }

  private set({ time, speed, paused }: ClockState): void {
    this.smooth.set(speed, paused, this.line?.now() ?? 0);
    this.state.value = { time, speed, paused };
  }
}
