/** A street as one drives along it: the edges before and after one that carry on straight or under its name. */
import { MOST_PATHS, Turn } from "../protocol/words.generated";
import type { Network } from "./model";
import type { Paths } from "./path";

const LONGEST = 1600; // m; it grows no further than that

/** The line at the end of an edge behind which one waits for a light. `links` are the rows of the lights of those who go on. */
export interface StopLine {
  readonly distance: number; // m
  readonly program: number;
  readonly links: readonly number[];
}
/** Where another street meets this one. */
export interface Crossing {
  readonly distance: number; // m
  readonly name: string;
}

export interface Street {
  readonly name: string;
  /** The edge that was asked for, and all of them in the order in which they are driven. */
  readonly edge: number;
  readonly edges: readonly number[];
  readonly length: number; // m
  readonly limit: number; // m/s, of its fastest edge
  /** Lanes, and the connections that lead on along it; ascending. */
  readonly paths: readonly number[];
  readonly stopLines: readonly StopLine[];
  readonly crossings: readonly Crossing[];
  /** An edge of the other direction, -1 in a one-way street. */
  readonly twin: number;
  /** Metres from its beginning of a point on one of its paths; NaN on others. */
  distance(path: number, position: number): number;
}

interface Step {
  readonly edge: number;
  readonly connections: readonly number[];
}
interface Place {
  readonly from: number; // m
  readonly scale: number; // lanes of an edge differ a little in length
}

export class Streets {
  /** Connections that leave each edge, and where one goes on by them. */
  private readonly leaving: number[][];
  private readonly arriving: number[][];
  private readonly linkOf = new Map<number, readonly [program: number, link: number]>();

  constructor(
    private readonly network: Network,
    private readonly paths: Paths,
  ) {
    const { edges, connections, lanes, signals } = network;
    this.leaving = Array.from({ length: edges.count }, () => []);
    this.arriving = Array.from({ length: edges.count }, () => []);
    for (let c = 0; c < connections.count; c++) {
      this.leaving[lanes.edge[connections.from[c]]].push(c);
      this.arriving[lanes.edge[connections.to[c]]].push(c);
    }
    for (let program = 0; program < signals.count; program++) {
      for (let k = signals.linkStart[program]; k < signals.linkStart[program + 1]; k++) {
        this.linkOf.set(signals.linkConnection[k], [program, k - signals.linkStart[program]]);
      }
    }
  }

  /** The street around an edge, in the edge's direction: grown by an edge at either end in turn. */
  along(edge: number): Street {
    const chain: Step[] = [{ edge, connections: [] }];
    const seen = new Set([edge]);
    let length = this.length(edge);
    const fits = (step: Step | null): step is Step => step !== null && !seen.has(step.edge) && length + this.length(step.edge) <= LONGEST;
    for (let growing = true; growing; ) {
      growing = false;
      const next = this.after(chain[chain.length - 1].edge);
      if (fits(next)) {
        chain.push(next);
        seen.add(next.edge);
        length += this.length(next.edge);
        growing = true;
      }
      const before = this.before(chain[0].edge);
      if (fits(before)) {
        chain[0] = { edge: chain[0].edge, connections: before.connections };
        chain.unshift({ edge: before.edge, connections: [] });
        seen.add(before.edge);
        length += this.length(before.edge);
        growing = true;
      }
    }
    return this.laidOut(edge, chain);
  }

  /** Places everything along the chain: a step's connections lead to its edge. */
  private laidOut(edge: number, chain: readonly Step[]): Street {
    const { edges, names } = this.network;
    const places = new Map<number, Place>();
    const stopLines: StopLine[] = [];
    const crossings: Crossing[] = [];
    let at = 0;
    chain.forEach((step, k) => {
      if (k > 0) at = this.cross(step, at, places);
      const length = this.length(step.edge);
      for (const lane of this.lanesOf(step.edge)) places.set(lane, { from: at, scale: length / Math.max(this.paths.length(lane), 0.1) });
      at += length;
      const line = this.stopLine(step.edge, chain[k + 1]?.connections ?? [], at);
      if (line !== null) stopLines.push(line);
      const name = this.crossed(step.edge, chain[k + 1]?.edge ?? -1);
      if (name !== "") crossings.push({ distance: at, name });
    });
    return {
      name: names[edges.name[edge]],
      edge,
      edges: chain.map((step) => step.edge),
      length: at,
      limit: Math.max(...chain.map((step) => edges.speed[step.edge])),
      paths: [...places.keys()].sort((a, b) => a - b).slice(0, MOST_PATHS),
      stopLines,
      crossings,
      twin: edges.twin[edge],
      distance: (path, position) => {
        const place = places.get(path);
        return place === undefined ? Number.NaN : place.from + position * place.scale;
      },
    };
  }

  private cross(step: Step, at: number, places: Map<number, Place>): number {
    const own = step.connections.map((c) => this.network.lanes.count + c);
    const gap = own.reduce((sum, path) => sum + this.paths.length(path), 0) / Math.max(own.length, 1);
    for (const path of own) places.set(path, { from: at, scale: gap / Math.max(this.paths.length(path), 0.1) });
    return at + gap;
  }

  /** The edge on which most drivers go on: under the same name where there is one, else straight. */
  private after(edge: number): Step | null {
    return this.best(edge, this.leaving[edge], (c) => this.network.lanes.edge[this.network.connections.to[c]]);
  }

  /** The edge that goes on as this one; of several, that of the same name. */
  private before(edge: number): Step | null {
    const { connections, lanes } = this.network;
    const goesOn = (c: number): boolean => this.after(lanes.edge[connections.from[c]])?.edge === edge;
    return this.best(edge, this.arriving[edge].filter(goesOn), (c) => lanes.edge[connections.from[c]]);
  }

  private best(edge: number, candidates: readonly number[], other: (connection: number) => number): Step | null {
    const { edges, connections } = this.network;
    const groups = new Map<number, number[]>();
    for (const c of candidates) {
      if ((connections.turn[c] & Turn.U_TURN) !== 0 || other(c) === edges.twin[edge]) continue;
      groups.set(other(c), [...(groups.get(other(c)) ?? []), c]);
    }
    let best: Step | null = null;
    let worth = 0;
    for (const [to, own] of groups) {
      const named = edges.name[to] === edges.name[edge] && this.network.names[edges.name[edge]] !== "";
      const straight = own.filter((c) => (connections.turn[c] & Turn.THROUGH) !== 0).length;
      const value = (named ? 1000 : 0) + 10 * straight + (named ? own.length : 0);
      if (value > worth) [best, worth] = [{ edge: to, connections: own }, value];
    }
    return best;
  }

  /** Where the street ends, the lights of all who leave it. */
  private stopLine(edge: number, onward: readonly number[], distance: number): StopLine | null {
    const links = (onward.length > 0 ? onward : this.leaving[edge]).map((c) => this.linkOf.get(c)).filter((link) => link !== undefined);
    if (links.length === 0) return null;
    return { distance, program: links[0][0], links: links.map(([, link]) => link) };
  }

  /** The name of another street at the end of an edge, "" without. */
  private crossed(edge: number, next: number): string {
    const { edges, lanes, connections, names } = this.network;
    const own = new Set([edges.name[edge], next < 0 ? -1 : edges.name[next]]);
    for (const c of this.leaving[edge]) {
      const name = edges.name[lanes.edge[connections.to[c]]];
      if (!own.has(name) && names[name] !== "") return names[name];
    }
    return "";
  }

  private lanesOf(edge: number): number[] {
    const { firstLane, laneCount } = this.network.edges;
    return Array.from({ length: laneCount[edge] }, (_, k) => firstLane[edge] + k);
  }

  private length(edge: number): number {
    const lanes = this.lanesOf(edge);
    return lanes.reduce((sum, lane) => sum + this.paths.length(lane), 0) / Math.max(lanes.length, 1);
  }
}
