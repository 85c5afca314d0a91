/** Lanes, junction areas and crossings: what carries traffic. */
import type { Network } from "../../world/model";
import { Control, EdgeFlag, Mode, Street } from "../../protocol/words.generated";
import { ringArea, shapeOf, triangulate } from "./polygon";
import { spineOf } from "./ribbon";
import { BURIED, LaneFlag, Line, Paving, plain, type Code, type StreetMesh } from "./streetmesh";

const SHOULDER = 0.35; // m of asphalt outside the outermost lines
const SLAB = 1.3; // m
const LEVEL = 0.4; // m; a junction this near to the ground is flat
const SEAM = 0.03; // m by which neighbours overlap, so that no gap shows

export function addLane(mesh: StreetMesh, network: Network, lane: number): void {
  const edge = network.lanes.edge[lane];
  const spine = spineOf(network.lanes.line, lane);
  if (!spine || isBuried(spine.points)) return;
  const half = network.lanes.width[lane] / 2;
  const [right, left] = sides(network, lane);
  mesh.begin(laneCode(network, lane), edge, lane);
  const outer = (line: number): number => half + (line === Line.DASHED ? SEAM : SHOULDER);
  mesh.strip(spine, -outer(right), outer(left), 0, half);
}

function isBuried(points: Float32Array): boolean {
  for (let i = 2; i < points.length; i += 3) if (points[i] > BURIED) return false;
  return true;
}

/** The lines painted right and left of a lane. */
function sides(network: Network, lane: number): [number, number] {
  const { edges, lanes } = network;
  const edge = lanes.edge[lane];
  const index = lane - edges.firstLane[edge];
  const kind = edges.kind[edge];
  const important = kind <= Street.TERTIARY_LINK || kind === Street.BUSWAY;
  const many = edges.laneCount[edge] > 1;
  const kerb = important ? Line.SOLID : Line.NONE;
  const middle = edges.twin[edge] < 0 ? kerb : important && many ? Line.YELLOW : kind <= Street.UNCLASSIFIED ? Line.YELLOW_DASHED : Line.NONE;
  const right = index > 0 ? Line.DASHED : kerb;
  const left = index + 1 < edges.laneCount[edge] ? Line.DASHED : middle;
  return [right, left];
}

function laneCode(network: Network, lane: number): Code {
  const { edges, lanes, junctions } = network;
  const edge = lanes.edge[lane];
  const [right, left] = sides(network, lane);
  const control = edges.to[edge] >= 0 ? junctions.control[edges.to[edge]] : Control.BORDER;
  const modes = lanes.modes[lane];
  let flags = 0;
  if ((modes & Mode.BUS) !== 0 && (modes & Mode.CAR) === 0) flags |= LaneFlag.BUS;
  if ((modes & Mode.BICYCLE) !== 0 && (modes & (Mode.CAR | Mode.BUS)) === 0) flags |= LaneFlag.CYCLE;
  if (control === Control.SIGNAL) flags |= LaneFlag.SIGNAL | LaneFlag.STOP;
  if (control === Control.ALL_WAY_STOP) flags |= LaneFlag.STOP;
  if (edges.kind[edge] <= Street.SERVICE) flags |= LaneFlag.LIT;
  flags |= provenanceFlag(edges.lanesProvenance[edge]);
  const marked = edges.laneCount[edge] > 1 && (control === Control.SIGNAL || edges.kind[edge] <= Street.TERTIARY_LINK);
  const turning = control !== Control.CONTINUATION && (edges.flags[edge] & EdgeFlag.ROUNDABOUT) === 0;
  return { paving: Paving.LANE, left, right, turns: marked && turning ? lanes.turns[lane] : 0, flags };
}

const provenanceFlag = (provenance: number): number => [0, LaneFlag.MODELLED, LaneFlag.INVENTED][provenance] ?? 0;

/** The paths through a junction are paved where it has no area, or slopes: then it has no holes. */
export function addConnection(mesh: StreetMesh, network: Network, connection: number): void {
  const { connections, lanes, junctions } = network;
  const at = connections.junction[connection];
  const level = junctions.level[at] ?? 0;
  const hasArea = junctions.area.polygonStart[at + 1] > junctions.area.polygonStart[at];
  if (hasArea && Math.abs(level) < LEVEL) return;
  const spine = spineOf(connections.line, connection);
  if (!spine || isBuried(spine.points)) return;
  const from = connections.from[connection];
  const half = (from >= 0 ? lanes.width[from] : 3) / 2;
  mesh.begin(plain(Paving.JUNCTION, LaneFlag.LIT), -2 - at);
  mesh.strip(spine, -half - SHOULDER, half + SHOULDER, 0, half);
}

export function addJunction(mesh: StreetMesh, network: Network, junction: number): void {
  const { area, level } = network.junctions;
  const shape = shapeOf(area, junction);
  if (shape.points.length < 6 || level[junction] < BURIED) return;
  mesh.begin(plain(Paving.JUNCTION, LaneFlag.LIT), -2 - junction);
  const first: number[] = [];
  for (let i = 0; i < shape.points.length; i += 2) {
    first.push(mesh.vertex(shape.points[i], shape.points[i + 1], level[junction]));
  }
  const corners = triangulate(shape);
  for (let i = 0; i < corners.length; i += 3) {
    mesh.triangle(first[corners[i]], first[corners[i + 1]], first[corners[i + 2]]);
  }
  if (level[junction] > LEVEL) addSlab(mesh, shape.points, shape.rings[1] ?? 0, level[junction]);
}

/** The sides of a raised junction. */
function addSlab(mesh: StreetMesh, points: Float32Array, count: number, level: number): void {
  mesh.begin(plain(Paving.CONCRETE));
  const inner = ringArea(points, 0, count) > 0 ? 1 : -1;
  for (let i = 0, j = count - 1; i < count; j = i++) {
    const [ax, ay, bx, by] = [points[2 * j], points[2 * j + 1], points[2 * i], points[2 * i + 1]];
    const length = Math.hypot(bx - ax, by - ay);
    if (length < 0.05) continue;
    mesh.face((inner * (by - ay)) / length, (inner * (ax - bx)) / length, 0);
    const corner = (x: number, y: number, z: number, along: number): number => mesh.vertex(x, y, z, along, z);
    const low = level - SLAB;
    const four = [corner(ax, ay, low, 0), corner(bx, by, low, length), corner(bx, by, level, length), corner(ax, ay, level, 0)];
    if (inner < 0) four.reverse();
    mesh.quad(four[0], four[1], four[2], four[3]);
  }
  mesh.face(0, 0, 1);
}

export function addCrossing(mesh: StreetMesh, network: Network, crossing: number): void {
  const spine = spineOf(network.crossings.line, crossing);
  if (!spine || isBuried(spine.points)) return;
  const half = network.crossings.width[crossing] / 2;
  mesh.begin(plain(Paving.CROSSING, LaneFlag.LIT));
  mesh.strip(spine, -half, half, 0, half);
}
