/** One street whose vehicles are watched, wherever one looks. */
import { signal, type Signal } from "@preact/signals-core";
import { FrameKind, VehicleRows, readWatched, type Frame } from "../../protocol/frames";
import type { Message } from "../../protocol/messages";
import type { Channel, Line, StaticCity } from "../channel";
import { Streets } from "../street";
import { StreetWatch } from "../streetwatch";
import type { SignalsChannel } from "./signals";

export class WatchChannel implements Channel {
  readonly name = "watch";
  readonly street: Signal<StreetWatch | null> = signal<StreetWatch | null>(null);
  private city: (StaticCity & { readonly streets: Streets }) | null = null;
  private readonly rows = new VehicleRows();
  private line: Line | null = null;

  readonly frames = {
    [FrameKind.WATCHED]: (frame: Frame) => {
      readWatched(frame, this.rows);
      this.street.value?.see({ time: frame.time, vehicles: this.rows }, this.signals.phases);
    },
  };

  constructor(private readonly signals: SignalsChannel) {}

  join(line: Line): void {
    this.line = line;
  }
  opened(city: StaticCity): void {
    this.city = { ...city, streets: new Streets(city.network, city.paths) };
  }
  wishes(): readonly Message[] {
    return this.street.value === null ? [] : [{ type: "watch", paths: this.street.value.street.paths }];
  }
  stop(): void {
    this.street.value?.stop();
  }

  /** Watches the street that an edge is part of, or none. */
  watch(edge: number | null): void {
    this.street.value?.stop();
    if (edge === null || this.city === null) {
      if (this.street.value !== null) this.line?.send({ type: "watch", paths: [] });
      this.street.value = null;
      return;
    }
    const { streets, network, server } = this.city;
    const watch = new StreetWatch(streets.along(edge), network, server);
    this.street.value = watch;
    this.line?.send({ type: "watch", paths: watch.street.paths });
  }
}
