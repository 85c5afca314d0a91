/** What the city is coloured by: speed, flow, density or queues of traffic, land use, or where its data come from. */
import type { Layer, Network } from "../world/model";

/** As the shaders know them (`uLayer`): 1 and 2 are of traffic. */
export const LAYER_CODE: Readonly<Record<Layer, number>> = { none: 0, speed: 1, flow: 2, density: 2, queue: 2, landuse: 3, source: 4 };

export type Rgb = readonly [number, number, number];

const SPEED: readonly Rgb[] = [[178, 24, 43], [239, 108, 51], [250, 198, 74], [152, 199, 92], [46, 150, 86]];
const FLOW: readonly Rgb[] = [[214, 226, 240], [136, 178, 222], [94, 112, 200], [108, 52, 150], [70, 10, 80]];
const QUEUE: readonly Rgb[] = [[206, 214, 205], [246, 205, 96], [236, 128, 48], [196, 40, 44], [104, 10, 52]];
/** Measured, modelled, invented. */
export const SOURCE: readonly Rgb[] = [[42, 132, 150], [214, 160, 62], [186, 84, 128]];
const SELECTED: Rgb = [255, 176, 60];
/** The ends of the scales; the legends of the page say them too (ui/layers.tsx). */
const DENSE = 90; // vehicles a lane-kilometre
const FULL_FLOW = 800; // vehicles an hour and lane: what a lane carries that has green for less than half of the time

/** A colour between the stops of a scale, at a share 0 .. 1. */
export function along(scale: readonly Rgb[], share: number): Rgb {
  const at = Math.min(Math.max(share, 0), 1) * (scale.length - 1);
  const i = Math.min(Math.floor(at), scale.length - 2);
  return [0, 1, 2].map((c) => Math.round(scale[i][c] + (scale[i + 1][c] - scale[i][c]) * (at - i))) as unknown as Rgb;
}

export interface EdgeState {
  readonly speed: Uint8Array;
  readonly density: Uint8Array;
  readonly flow: Uint8Array; // tens of vehicles an hour and lane
  readonly queue: Uint8Array;
}

/** Writes each edge's colour (r, g, b, how much of it) to `out`. */
export function tintEdges(layer: Layer, network: Network, flow: EdgeState | null, selected: number, out: Uint8Array): void {
  const { edges } = network;
  out.fill(0);
  for (let edge = 0; edge < edges.count; edge++) {
    const colour = edgeColour(layer, edge, network, flow);
    if (colour) out.set([colour[0], colour[1], colour[2], 215], 4 * edge);
  }
  if (selected >= 0 && selected < edges.count) out.set([...SELECTED, 150], 4 * selected);
}

function edgeColour(layer: Layer, edge: number, { edges }: Network, flow: EdgeState | null): Rgb | null {
  if (layer === "source") return SOURCE[edges.provenance[edge]] ?? SOURCE[2];
  if (!flow || edge >= flow.speed.length) return null;
  if (layer === "speed") return along(SPEED, flow.speed[edge] / 255);
  if (layer === "flow") return along(FLOW, (10 * flow.flow[edge]) / FULL_FLOW);
  if (layer === "density") return along(FLOW, flow.density[edge] / DENSE);
  if (layer === "queue") return along(QUEUE, flow.queue[edge] / 255);
  return null;
}
