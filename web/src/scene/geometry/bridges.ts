/** What carries a street above the ground: deck, parapets, pillars. */
import type { Network } from "../../world/model";
import { spineOf, type Spine } from "./ribbon";
import { beside, Paving, plain, type StreetMesh } from "./streetmesh";

const LIFTED = 0.5; // m; below, an embankment without a deck
const PILLARS_FROM = 3.5; // m of height
const PILLAR_GAP = 32; // m
const CLEARANCE = 4.5; // m between a pillar and a lane that passes below

export interface Deck {
  readonly thickness: number;
  readonly parapet: number;
}

/** Where pillars must not stand: points on the lanes at ground level, in cells. */
export class LanesBelow {
  private readonly cells = new Map<number, number[]>();

  constructor(network: Network) {
    for (let lane = 0; lane < network.lanes.count; lane++) {
      const spine = spineOf(network.lanes.line, lane);
      if (!spine || spine.points[2] > 2) continue;
      for (let i = 0; i + 1 < spine.count; i++) this.addSegment(spine, i);
    }
  }

  private addSegment(spine: Spine, i: number): void {
    const p = spine.points;
    const steps = Math.max(1, Math.ceil((spine.station[i + 1] - spine.station[i]) / 4));
    for (let k = 0; k < steps; k++) {
      const share = k / steps;
      const x = p[3 * i] + share * (p[3 * i + 3] - p[3 * i]);
      const y = p[3 * i + 1] + share * (p[3 * i + 4] - p[3 * i + 1]);
      const key = cellOf(x, y);
      const cell = this.cells.get(key);
      if (cell) cell.push(x, y);
      else this.cells.set(key, [x, y]);
    }
  }

  blocks(x: number, y: number): boolean {
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        const cell = this.cells.get(cellOf(x + dx * 8, y + dy * 8));
        if (!cell) continue;
        for (let i = 0; i < cell.length; i += 2) {
          if (Math.hypot(cell[i] - x, cell[i + 1] - y) < CLEARANCE) return true;
        }
      }
    }
    return false;
  }
}

const cellOf = (x: number, y: number): number => Math.floor(x / 8) * 65536 + Math.floor(y / 8);

export function addBridge(mesh: StreetMesh, network: Network, edge: number, below: LanesBelow): void {
  const first = network.edges.firstLane[edge];
  const last = first + network.edges.laneCount[edge] - 1;
  if (last < first) return;
  const right = spineOf(network.lanes.line, first);
  const left = spineOf(network.lanes.line, last);
  if (!right || !left || !isLifted(right)) return;
  const margin = 0.5;
  const rightHalf = network.lanes.width[first] / 2 + margin;
  const leftHalf = network.lanes.width[last] / 2 + margin;
  const deck = { thickness: 1.3, parapet: 0.9 };
  if (first === last) addDeck(mesh, right, -rightHalf, leftHalf, deck);
  else {
    addDeck(mesh, right, -rightHalf, rightHalf, deck, "right");
    addDeck(mesh, left, -leftHalf, leftHalf, deck, "left");
    for (let lane = first + 1; lane < last; lane++) addUnderside(mesh, network, lane, deck.thickness);
  }
  const width = (last - first) * network.lanes.width[first];
  addPillars(mesh, right, width / 2, deck.thickness, below);
}

const isLifted = (spine: Spine): boolean => spine.points.some((value, i) => i % 3 === 2 && value > LIFTED);

function addUnderside(mesh: StreetMesh, network: Network, lane: number, thickness: number): void {
  const spine = spineOf(network.lanes.line, lane);
  const half = network.lanes.width[lane] / 2 + 0.1;
  if (spine) under(mesh, spine, -half, half, thickness);
}

/** Edge beams, parapets and underside between `right` and `left` (m to the left of the spine), where it is lifted. */
export function addDeck(mesh: StreetMesh, spine: Spine, right: number, left: number, deck: Deck, only?: "left" | "right"): void {
  const lifted = (i: number): boolean => spine.points[3 * i + 2] > LIFTED || spine.points[3 * i + 5] > LIFTED;
  mesh.begin(plain(Paving.CONCRETE));
  const edges: [number, 1 | -1][] = [];
  if (only !== "left") edges.push([right, -1]);
  if (only !== "right") edges.push([left, 1]);
  for (const [across, side] of edges) {
    mesh.wall(spine, across, -deck.thickness, deck.parapet, side, lifted);
    mesh.wall(spine, across - side * 0.22, -0.05, deck.parapet, side === 1 ? -1 : 1, lifted);
    coping(mesh, spine, across, across - side * 0.22, deck.parapet, lifted);
  }
  under(mesh, spine, right, left, deck.thickness);
}

function coping(mesh: StreetMesh, spine: Spine, a: number, b: number, height: number, keep: (i: number) => boolean): void {
  const right = Math.min(a, b);
  const left = Math.max(a, b);
  level(mesh, spine, right, left, height, keep, false);
}

function under(mesh: StreetMesh, spine: Spine, right: number, left: number, thickness: number): void {
  mesh.begin(plain(Paving.CONCRETE));
  mesh.face(0, 0, -1);
  level(mesh, spine, right, left, -thickness, (i) => spine.points[3 * i + 2] > LIFTED || spine.points[3 * i + 5] > LIFTED, true);
  mesh.face(0, 0, 1);
}

function level(mesh: StreetMesh, spine: Spine, right: number, left: number, lift: number, keep: (i: number) => boolean, down: boolean): void {
  for (let i = 0; i + 1 < spine.count; i++) {
    if (!keep(i)) continue;
    const corner = (row: number, across: number): number => {
      const [x, y, z] = beside(spine, row, across);
      return mesh.vertex(x, y, z + lift, spine.station[row], across);
    };
    const [a, b, c, d] = [corner(i, right), corner(i + 1, right), corner(i + 1, left), corner(i, left)];
    if (down) mesh.quad(d, c, b, a);
    else mesh.quad(a, b, c, d);
  }
}

function addPillars(mesh: StreetMesh, spine: Spine, offset: number, thickness: number, below: LanesBelow): void {
  mesh.begin(plain(Paving.CONCRETE));
  let next = PILLAR_GAP / 2;
  for (let i = 0; i + 1 < spine.count; i++) {
    while (next < spine.station[i + 1]) {
      const share = (next - spine.station[i]) / (spine.station[i + 1] - spine.station[i]);
      const a = beside(spine, i, offset);
      const b = beside(spine, i + 1, offset);
      const at = a.map((value, axis) => value + share * (b[axis] - value));
      if (at[2] > PILLARS_FROM && !below.blocks(at[0], at[1])) mesh.pillar(at[0], at[1], -0.2, at[2] - thickness, 0.75);
      next += PILLAR_GAP;
    }
  }
}
