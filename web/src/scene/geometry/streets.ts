/** All that is paved, in square neighbourhoods that are drawn or left out as one. */
import type { Ground, Network, Polylines } from "../../world/model";
import { addBridge, LanesBelow } from "./bridges";
import { addConnection, addCrossing, addJunction, addLane } from "./lanes";
import type { MeshData } from "./mesh";
import { StreetMesh } from "./streetmesh";
import { addRail, addWalk } from "./walks";

const NEIGHBOURHOOD = 1200; // m

/** Street meshes; within each, junctions come before lanes and lanes before crossings, for the painter's order. */
export function buildStreets(network: Network): MeshData[] {
  const map = new Neighbourhoods();
  const { edges, lanes, connections, junctions, crossings, walks } = network;
  const below = new LanesBelow(network);
  for (let j = 0; j < junctions.count; j++) addJunction(map.at(junctions.x[j], junctions.y[j]), network, j);
  for (let c = 0; c < connections.count; c++) addConnection(map.of(connections.line, c), network, c);
  for (let lane = 0; lane < lanes.count; lane++) addLane(map.of(lanes.line, lane), network, lane);
  for (let c = 0; c < crossings.count; c++) addCrossing(map.of(crossings.line, c), network, c);
  for (let w = 0; w < walks.count; w++) addWalk(map.of(walks.line, w), network, w);
  for (let e = 0; e < edges.count; e++) addBridge(map.of(lanes.line, Math.max(edges.firstLane[e], 0)), network, e, below);
  return map.meshes();
}

export function buildRails(rails: Ground["rails"]): MeshData[] {
  const map = new Neighbourhoods();
  for (let rail = 0; rail < rails.line.count; rail++) addRail(map.of(rails.line, rail), rails, rail);
  return map.meshes();
}

class Neighbourhoods {
  private readonly cells = new Map<string, StreetMesh>();

  at(x: number, y: number): StreetMesh {
    const key = `${Math.floor(x / NEIGHBOURHOOD)} ${Math.floor(y / NEIGHBOURHOOD)}`;
    const found = this.cells.get(key) ?? new StreetMesh();
    this.cells.set(key, found);
    return found;
  }

  /** By the first point of a line. */
  of(lines: Polylines, row: number): StreetMesh {
    const first = 3 * lines.start[row];
    return this.at(lines.points[first] ?? 0, lines.points[first + 1] ?? 0);
  }

  meshes(): MeshData[] {
    return [...this.cells.values()].map((cell) => cell.mesh()).filter((mesh) => mesh.index.length > 0);
  }
}
