/**
 * A channel is one subject of the live socket: which messages and frames it takes, what it says whenever the line
 * comes, and what it knows. World composes channels and knows what none of them means; no list of types stands here.
 */
import { fits, type Manifest, type Message, type Shape, type Welcome } from "../protocol/messages";
import { FrameError, openFrame, type Frame } from "../protocol/frames";
import type { CityServer } from "./manifest";
import type { Ground, Network } from "./model";
import type { Paths } from "./path";

/** The line as a channel sees it. */
export interface Line {
  /** Sends now; false where the line is down, and then the message is lost. */
  send(message: Message): boolean;
  /** ms, as performance.now() */
  now(): number;
}

/** What does not move, loaded once. */
export interface StaticCity {
  readonly manifest: Manifest;
  readonly network: Network;
  readonly ground: Ground;
  readonly paths: Paths;
  readonly server: CityServer;
}

/** Takes the messages of one type that have the fields of `shape`; others of that type are not for this client. */
export interface MessageTaker {
  readonly shape: Shape;
  take(message: Message): void;
}
/** Takes the frames of one kind. `at`: when it came, ms. */
export type FrameTaker = (frame: Frame, at: number) => void;

export interface Channel {
  readonly name: string;
  /** By type of message; several channels may hear the same. */
  readonly messages?: Readonly<Record<string, MessageTaker>>;
  /** By kind of frame; each belongs to one channel. */
  readonly frames?: Readonly<Record<number, FrameTaker>>;
  /** The line that it speaks on, before anything comes. */
  join?(line: Line): void;
  /** The manifest is here, what else does not move not yet. */
  found?(manifest: Manifest): void;
  /** What does not move is here. No frame is taken before. */
  opened?(city: StaticCity): void;
  /** The line is there, or there again. */
  welcome?(message: Welcome): void;
  /** What is said after each welcome: what the visitor wants from now on. */
  wishes?(): readonly Message[];
  /** The line is gone, for now or for good. */
  lost?(): void;
  stop?(): void;
}

/** A taker of messages of the form M; `shape` says by which fields they are known. */
export function takes<M extends object>(shape: { readonly [K in keyof M]?: Shape[string] }, take: (message: M) => void): MessageTaker {
  return { shape: shape as Shape, take: (message) => take(message as unknown as M) };
}

/** Some channels on one line. */
export class Channels {
  private readonly messages = new Map<string, MessageTaker[]>();
  private readonly frames = new Map<number, FrameTaker>();

  /** Throws where two channels claim the same kind of frame. */
  constructor(private readonly all: readonly Channel[]) {
    for (const channel of all) {
      for (const [type, taker] of Object.entries(channel.messages ?? {})) this.messages.set(type, [...(this.messages.get(type) ?? []), taker]);
      for (const [kind, taker] of Object.entries(channel.frames ?? {})) {
        if (this.frames.has(Number(kind))) throw new Error(`the channel "${channel.name}" takes frames of kind ${kind}, and so does another`);
        this.frames.set(Number(kind), taker);
      }
    }
  }

  join(line: Line): void {
    for (const channel of this.all) channel.join?.(line);
  }
  found(manifest: Manifest): void {
    for (const channel of this.all) channel.found?.(manifest);
  }
  opened(city: StaticCity): void {
    for (const channel of this.all) channel.opened?.(city);
  }
  welcome(message: Welcome): void {
    for (const channel of this.all) channel.welcome?.(message);
  }
  wishes(): Message[] {
    return this.all.flatMap((channel) => channel.wishes?.() ?? []);
  }
  lost(): void {
    for (const channel of this.all) channel.lost?.();
  }
  stop(): void {
    for (const channel of this.all) channel.stop?.();
  }

  /** A message that nobody takes is of a newer server, and of no concern. */
  hear(message: Message): void {
    for (const taker of this.messages.get(message.type) ?? []) if (fits(message, taker.shape)) taker.take(message);
  }

  /** Throws FrameError where the frame is cut short or of a kind that no channel takes. */
  see(buffer: ArrayBuffer, at: number): void {
    const frame = openFrame(buffer);
    const take = this.frames.get(frame.kind);
    if (take === undefined) throw new FrameError(`a frame has the kind ${frame.kind}, which this page does not know`);
    take(frame, at);
  }
}
