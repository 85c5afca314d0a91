/** The channels of the city itself: what every page on it hears. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Layer } from "../model";
import { ClockChannel } from "./clock";
import { FlowChannel } from "./flow";
import { FollowChannel } from "./follow";
import { OrdersChannel } from "./orders";
import { SignalsChannel } from "./signals";
import { StatsChannel } from "./stats";
import { VehiclesChannel } from "./vehicles";
import { VisitorsChannel } from "./visitors";
import { WatchChannel } from "./watch";

export type CityChannels = ReturnType<typeof cityChannels>;

/** `name`: that of the visitor, "" without one. Each is welcomed after those that it reads. */
export function cityChannels(name: string, layer: ReadonlySignal<Layer>) {
  const visitors = new VisitorsChannel(name);
  const clock = new ClockChannel(visitors);
  const signals = new SignalsChannel();
  return {
    visitors,
    clock,
    vehicles: new VehiclesChannel(clock),
    signals,
    flow: new FlowChannel(layer),
    follow: new FollowChannel(),
    watch: new WatchChannel(signals),
    stats: new StatsChannel(clock),
    orders: new OrdersChannel(),
  };
}
