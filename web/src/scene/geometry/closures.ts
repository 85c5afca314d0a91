/** What lies and stands on closed lanes: hatching along each, and a barrier at either end. */
import type { Network } from "../../world/model";
import { pointAt } from "./furniture";
import type { MeshData } from "./mesh";
import { spineOf, type Spine } from "./ribbon";
import { BURIED, LaneFlag, Paving, StreetMesh, plain } from "./streetmesh";

const LIFT = 0.02; // m above the asphalt
const MARKED = 0.2; // m at each side of a lane that stay free: there its lines are painted
const FROM_END = 1.5; // m from the lane's end to its barrier
const SHORTEST = 6; // m of lane that has two barriers; a shorter one has one
const BOARD = { low: 0.6, high: 1.0, half: 0.03, margin: 0.25 } as const; // m; as wide as the lane but for the margins
const POST = 0.05; // m, half of its width

/** One mesh in the columns of streets; rows that are no lanes, or lie in a tunnel, are left out. */
export function buildClosures(network: Network, closed: Iterable<number>): MeshData {
  const mesh = new StreetMesh();
  for (const lane of closed) {
    if (lane >= network.lanes.count) continue;
    const spine = spineOf(network.lanes.line, lane);
    if (spine !== null && !isBuried(spine)) addClosure(mesh, spine, lane, network.lanes.width[lane] / 2);
  }
  return mesh.mesh();
}

function isBuried({ points }: Spine): boolean {
  for (let i = 2; i < points.length; i += 3) if (points[i] > BURIED) return false;
  return true;
}

/** The edge is not told, so that no layer's colours hide the hatching. */
function addClosure(mesh: StreetMesh, spine: Spine, lane: number, half: number): void {
  mesh.begin(plain(Paving.CLOSED, LaneFlag.LIT), -1, lane);
  mesh.strip(spine, MARKED - half, half - MARKED, LIFT, half);
  mesh.begin(plain(Paving.BOARD), -1, lane);
  const stations = spine.length < SHORTEST ? [spine.length / 2] : [FROM_END, spine.length - FROM_END];
  for (const station of stations) addBarrier(mesh, spine, station, half - BOARD.margin);
}

/** A board across the lane on two posts. */
function addBarrier(mesh: StreetMesh, spine: Spine, station: number, reach: number): void {
  const [x, y, z, heading] = pointAt(spine, station, 0);
  const ahead = [Math.cos(heading), Math.sin(heading)];
  const at = (across: number, along: number): [number, number] => [x - across * ahead[1] + along * ahead[0], y + across * ahead[0] + along * ahead[1]];
  const corner = (across: number, along: number, height: number): number => mesh.vertex(...at(across, along), z + height, across, height);
  for (const side of [-1, 1]) {
    mesh.face(side * ahead[0], side * ahead[1], 0);
    const [from, to] = [side * reach, -side * reach];
    const along = side * BOARD.half;
    mesh.quad(corner(to, along, BOARD.low), corner(from, along, BOARD.low), corner(from, along, BOARD.high), corner(to, along, BOARD.high));
  }
  mesh.face(0, 0, 1);
  const { half, high } = BOARD;
  mesh.quad(corner(reach, -half, high), corner(-reach, -half, high), corner(-reach, half, high), corner(reach, half, high));
  for (const across of [-reach + 0.2, reach - 0.2]) mesh.pillar(...at(across, 0), z, z + BOARD.low, POST);
}
