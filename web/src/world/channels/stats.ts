/** The numbers of the whole city, once a second, and those of the last minutes. */
import { signal, type Signal } from "@preact/signals-core";
import { takes, type Channel } from "../channel";
import { TrafficLog, type Stats } from "../trafficlog";
import type { ClockChannel } from "./clock";

interface StatsMessage {
  readonly time: number;
  readonly vehicles: number;
  readonly waiting: number;
  readonly arrived: number;
  readonly halted?: number;
  readonly speed_mean: number;
  readonly updates_per_s: number;
  readonly speed_reached?: number;
}

export class StatsChannel implements Channel {
  readonly name = "stats";
  readonly now: Signal<Stats | null> = signal<Stats | null>(null);
  /** Grown with every message. */
  readonly log = new TrafficLog();

  readonly messages = {
    stats: takes<StatsMessage>(
      { time: "number", vehicles: "number", waiting: "number", arrived: "number", speed_mean: "number", updates_per_s: "number" },
      (message) => {
        const stats = { ...statsOf(message), speedReached: message.speed_reached ?? this.clock.state.value.speed };
        this.now.value = stats;
        this.log.add(stats);
      },
    ),
  };

  constructor(private readonly clock: ClockChannel) {}
}

function statsOf({ time, vehicles, waiting, arrived, halted = 0, speed_mean, updates_per_s }: StatsMessage): Omit<Stats, "speedReached"> {
  return { time, vehicles, waiting, arrived, halted, speedMean: speed_mean, updatesPerSecond: updates_per_s };
}
