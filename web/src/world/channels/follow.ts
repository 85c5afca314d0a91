/** The vehicle that is followed, wherever it goes, until it arrives. */
import { signal, type Signal } from "@preact/signals-core";
import type { Message } from "../../protocol/messages";
import { takes, type Channel, type Line } from "../channel";

/** Its fields are those of a vehicle in the HTTP API (2.5). */
export interface Followed {
  readonly vehicle: number;
  readonly gone?: boolean;
  readonly [field: string]: unknown;
}

export class FollowChannel implements Channel {
  readonly name = "follow";
  readonly vehicle: Signal<number | null> = signal<number | null>(null);
  readonly fields: Signal<Followed | null> = signal<Followed | null>(null);
  /** The last one that arrived while it was followed; an object of its own each time. */
  readonly arrived: Signal<{ readonly vehicle: number } | null> = signal<{ readonly vehicle: number } | null>(null);
  private line: Line | null = null;

  readonly messages = { followed: takes<Followed>({ vehicle: "number" }, (message) => this.moved(message)) };

  join(line: Line): void {
    this.line = line;
  }
  wishes(): readonly Message[] {
    return this.vehicle.value === null ? [] : [{ type: "follow", vehicle: this.vehicle.value }];
  }

  follow(vehicle: number | null): void {
    if (vehicle === this.vehicle.value) return;
    this.vehicle.value = vehicle;
    this.fields.value = null;
    this.line?.send({ type: "follow", vehicle });
  }

  private moved(message: Followed): void {
    if (message.vehicle !== this.vehicle.value) return;
    if (!message.gone) {
      this.fields.value = message;
      return;
    }
    this.follow(null);
    this.arrived.value = { vehicle: message.vehicle };
  }
}
