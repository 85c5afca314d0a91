/** Sidewalks with their kerbs, paths and cycle paths; and railway tracks. */
import type { Ground, Network } from "../../world/model";
import { Street } from "../../protocol/words.generated";
import { addDeck } from "./bridges";
import { spineOf } from "./ribbon";
import { LaneFlag, Paving, plain, type StreetMesh } from "./streetmesh";

export const KERB = 0.14; // m
const RAISED = 0.8; // m; higher is a footbridge
const BALLAST = 1.7; // m, half the width of a track's bed

export function addWalk(mesh: StreetMesh, network: Network, walk: number): void {
  const { walks } = network;
  const spine = spineOf(walks.line, walk);
  if (!spine || spine.points[2] < -0.5) return;
  const half = walks.width[walk] / 2;
  const beside = walks.edge[walk] >= 0;
  const kind = walks.kind[walk];
  const high = spine.points.some((value, i) => i % 3 === 2 && value > RAISED);
  const paving = kind === Street.CYCLEWAY ? Paving.CYCLEWAY : beside || kind === Street.PEDESTRIAN || high ? Paving.SIDEWALK : Paving.PATH;
  const lift = beside ? KERB : kind === Street.CYCLEWAY ? 0.02 : 0;
  mesh.begin(plain(paving, beside ? LaneFlag.LIT : 0));
  mesh.strip(spine, -half, half, lift, half);
  if (lift >= KERB) {
    mesh.begin(plain(Paving.KERB));
    mesh.kerb(spine, half, -0.1, lift);
    mesh.kerb(spine, -half, -0.1, lift);
  }
  if (high) addDeck(mesh, spine, -half, half, { thickness: 0.5, parapet: 1.1 });
}

export function addRail(mesh: StreetMesh, rails: Ground["rails"], rail: number): void {
  if (rails.tunnel[rail] !== 0) return;
  const spine = spineOf(rails.line, rail);
  if (!spine || spine.points[2] < -0.5) return;
  mesh.begin(plain(Paving.RAIL));
  mesh.strip(spine, -BALLAST, BALLAST, 0.12, BALLAST);
  addDeck(mesh, spine, -BALLAST - 0.6, BALLAST + 0.6, { thickness: 1.4, parapet: 1.0 });
}
