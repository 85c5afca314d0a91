/** What the geometry worker can be asked for. */
import type { Ground, Network, Tile } from "../world/model";
import { buildAreas, type AreaMeshes } from "./geometry/areas";
import { placeFurniture, placeStops, type Furniture } from "./geometry/furniture";
import { buildBuildings, type BuildingMeshes } from "./geometry/buildings";
import { buffersOf, type MeshData } from "./geometry/mesh";
import { buildRails, buildStreets } from "./geometry/streets";

export interface Jobs {
  areas: { input: Ground["areas"]; output: AreaMeshes };
  streets: { input: Network; output: readonly MeshData[] };
  rails: { input: Ground["rails"]; output: readonly MeshData[] };
  buildings: { input: Tile; output: BuildingMeshes };
  furniture: { input: Network; output: Furniture };
  stops: { input: { stops: Ground["stops"]; network: Network }; output: Float32Array };
}
export type JobName = keyof Jobs;

export const jobs: { readonly [K in JobName]: (input: Jobs[K]["input"]) => Jobs[K]["output"] } = {
  areas: buildAreas,
  streets: buildStreets,
  rails: buildRails,
  buildings: buildBuildings,
  furniture: placeFurniture,
  stops: ({ stops, network }) => placeStops(stops, network),
};

/** All buffers in a job's answer: meshes, arrays, and lists or records of them. */
export function buffersIn(output: Jobs[JobName]["output"]): ArrayBuffer[] {
  if (ArrayBuffer.isView(output)) return [output.buffer as ArrayBuffer];
  const parts = Array.isArray(output) ? (output as MeshData[]) : (Object.values(output) as (MeshData | Float32Array)[]);
  const arrays = parts.filter((part) => ArrayBuffer.isView(part)).map((part) => part.buffer as ArrayBuffer);
  return [...arrays, ...buffersOf(parts.filter((part): part is MeshData => !ArrayBuffer.isView(part)))];
}
