/** What the edges carry now; asked for only while somebody shows it. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { FrameKind, readFlow, type FlowColumns, type Frame } from "../../protocol/frames";
import type { Message } from "../../protocol/messages";
import type { Channel, Line } from "../channel";
import { MOVING_LAYERS, type Layer } from "../model";

export class FlowChannel implements Channel {
  readonly name = "flow";
  /** Null before the first frame. */
  edges: FlowColumns | null = null;
  /** Grows with every frame. */
  version = 0;
  /** Somebody wants to know of the edges although no layer shows them. */
  readonly wanted: Signal<boolean> = signal(false);
  private readonly shown: ReadonlySignal<boolean>;
  private line: Line | null = null;

  readonly frames = {
    [FrameKind.FLOW]: (frame: Frame) => {
      this.edges = readFlow(frame);
      this.version++;
    },
  };

  constructor(layer: ReadonlySignal<Layer>) {
    this.shown = computed(() => this.wanted.value || MOVING_LAYERS.includes(layer.value));
    this.shown.subscribe((flow) => void this.line?.send({ type: "layers", flow }));
  }

  join(line: Line): void {
    this.line = line;
  }
  wishes(): readonly Message[] {
    return [{ type: "layers", flow: this.shown.value }];
  }
}
