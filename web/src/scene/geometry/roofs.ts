/** Roofs: flat with a parapet and what stands on it, gabled, hipped, pyramidal, domed, sloping, round. */
import { Roof, Use } from "../../protocol/words.generated";
import type { BuildingMesh, Look } from "./buildingmesh";
import { Part } from "./buildingmesh";
import { chance } from "./chance";
import { roofColour, type Rgb } from "./palette";
import { contains, edgeDistance, middleOf, orientedBox, ringArea, triangulate, type Box, type Shape } from "./polygon";

export const PARAPET = 0.7; // m
const EAVES = 0.35; // m beyond the walls
const BOXLIKE = 0.8; // share of its box that an outline fills to carry a gable

export interface RoofForm {
  readonly shape: Shape;
  readonly kind: number;
  /** m above the walls */
  readonly rise: number;
  readonly wall: Rgb;
}

/** How a roof is built: gables and hips need an outline that is nearly a rectangle, and what cannot be built is flat. */
export interface RoofPlan {
  readonly way: "flat" | "dome" | "tent" | "pitched";
  readonly area: number;
  readonly box: Box;
  /** The walls end in a parapet above the roof. */
  readonly parapet: boolean;
}

export function planRoof({ shape, kind, rise }: RoofForm, use: number): RoofPlan {
  const area = Math.abs(ringArea(shape.points, 0, shape.rings[1]));
  const box = orientedBox(shape.points, 0, shape.rings[1]);
  const whole = shape.rings.length === 2;
  const boxlike = whole && area > BOXLIKE * 4 * box.along * box.across;
  const way = rise <= 0.3 || kind === Roof.FLAT ? "flat" : kind === Roof.DOME ? "dome" : kind === Roof.PYRAMIDAL && whole ? "tent" : boxlike ? "pitched" : "flat";
  return { way, area, box, parapet: way === "flat" && area > 60 && use !== Use.OUTBUILDING };
}

export function addRoof(mesh: BuildingMesh, look: Look, form: RoofForm, plan: RoofPlan): void {
  if (plan.way === "dome") addDome(mesh, look, form);
  else if (plan.way === "tent") addTent(mesh, look, form);
  else if (plan.way === "pitched") addPitched(mesh, look, form, plan.box);
  else addFlat(mesh, look, form, plan);
}

function addFlat(mesh: BuildingMesh, look: Look, form: RoofForm, { area, box, parapet }: RoofPlan): void {
  const { points } = form.shape;
  mesh.part(Part.FLAT_ROOF, roofColour(look.key, look.use, false));
  mesh.face(0, 0, 1);
  const vertices: number[] = [];
  for (let i = 0; i < points.length; i += 2) vertices.push(mesh.vertex(points[i], points[i + 1], look.top));
  const corners = triangulate(form.shape);
  for (let i = 0; i < corners.length; i += 3) mesh.triangle(vertices[corners[i]], vertices[corners[i + 1]], vertices[corners[i + 2]]);
  if (parapet) addParapet(mesh, look, form);
  if (area > 90) addPlant(mesh, look, form, area, box);
}

/** The inside of the rim along the outline; its outside is the wall, which goes on above the roof. */
function addParapet(mesh: BuildingMesh, look: Look, form: RoofForm): void {
  const { points, rings } = form.shape;
  mesh.part(Part.TRIM, form.wall, true);
  for (let ring = 0; ring + 1 < rings.length; ring++) {
    for (let i = rings[ring], end = rings[ring + 1], j = end - 1; i < end; j = i++) {
      const a = [points[2 * j], points[2 * j + 1]];
      const b = [points[2 * i], points[2 * i + 1]];
      mesh.upright(b, a, look.top, look.top + PARAPET);
    }
  }
}

/** Lift housings, cooling units and tanks, where there is room for them. */
function addPlant(mesh: BuildingMesh, look: Look, form: RoofForm, area: number, box: Box): void {
  const tall = look.top > 45;
  const wanted = Math.min(2 + Math.floor(area / 350), 9);
  mesh.part(Part.PLANT, form.wall, true);
  for (let k = 0; k < wanted; k++) {
    const u = (chance(look.id, 20 + 3 * k) * 2 - 1) * 0.8 * box.along;
    const v = (chance(look.id, 21 + 3 * k) * 2 - 1) * 0.8 * box.across;
    const x = box.x + u * box.ux - v * box.uy;
    const y = box.y + u * box.uy + v * box.ux;
    if (!contains(form.shape, x, y)) continue;
    const room = edgeDistance(form.shape, x, y) - 0.8;
    if (room < 1) continue;
    const core = k === 0 && look.floors > 3;
    const size = Math.min(room * 0.7, core ? (tall ? 6 : 3) : 1 + 1.6 * chance(look.id, 22 + 3 * k));
    const height = core ? (tall ? 4.5 : 3) : 0.9 + 1.2 * chance(look.id, 50 + k);
    mesh.box(x, y, look.top, look.top + height, size, size * (0.55 + 0.4 * chance(look.id, 60 + k)), box.ux, box.uy);
  }
}

/** Corners of the eaves, and the ridge between `inset` m from both ends: gabled (0), hipped, or a lean-to. */
function addPitched(mesh: BuildingMesh, look: Look, form: RoofForm, box: Box): void {
  const low = look.top - 0.05;
  const high = look.top + form.rise;
  const at = (u: number, v: number, z: number): number[] => [box.x + u * box.ux - v * box.uy, box.y + u * box.uy + v * box.ux, z];
  const l = box.along + EAVES;
  const w = box.across + EAVES;
  const [a, b, c, d] = [at(-l, -w, low), at(l, -w, low), at(l, w, low), at(-l, w, low)];
  mesh.part(Part.TILED_ROOF, roofColour(look.key, look.use, true));
  if (form.kind === Roof.SKILLION) {
    slope(mesh, a, b, at(l, w, high), at(-l, w, high));
    gable(mesh, form.wall, [b, c, at(l, w, high)], [d, a, at(-l, w, high)]);
    mesh.facet(c, d, at(-l, w, high));
    mesh.facet(c, at(-l, w, high), at(l, w, high));
    return;
  }
  if (form.kind === Roof.ROUND) return addVault(mesh, form, at, l, w, low);
  const inset = form.kind === Roof.GABLED ? 0 : Math.min(w, l * 0.95);
  const e = at(inset - l, 0, high);
  const f = at(l - inset, 0, high);
  slope(mesh, a, b, f, e);
  slope(mesh, c, d, e, f);
  if (inset > 0) {
    mesh.facet(b, c, f);
    mesh.facet(d, a, e);
  } else gable(mesh, form.wall, [b, c, f], [d, a, e]);
}

function slope(mesh: BuildingMesh, a: number[], b: number[], c: number[], d: number[]): void {
  mesh.facet(a, b, c);
  mesh.facet(a, c, d);
}

function gable(mesh: BuildingMesh, wall: Rgb, ...ends: number[][][]): void {
  mesh.part(Part.TRIM, wall);
  for (const [p, q, r] of ends) mesh.facet(p, q, r);
}

function addVault(mesh: BuildingMesh, form: RoofForm, at: (u: number, v: number, z: number) => number[], l: number, w: number, low: number): void {
  const steps = 8;
  const rib = (u: number, i: number): number[] => {
    const angle = (Math.PI * i) / steps;
    return at(u, -w * Math.cos(angle), low + form.rise * Math.sin(angle));
  };
  for (let i = 0; i < steps; i++) slope(mesh, rib(-l, i), rib(l, i), rib(l, i + 1), rib(-l, i + 1));
  mesh.part(Part.TRIM, form.wall);
  for (let i = 1; i + 1 <= steps; i++) {
    mesh.facet(rib(l, 0), rib(l, i), rib(l, i + 1));
    mesh.facet(rib(-l, 0), rib(-l, i + 1), rib(-l, i));
  }
}

function addTent(mesh: BuildingMesh, look: Look, form: RoofForm): void {
  const { points, rings } = form.shape;
  const [mx, my] = middleOf(points, 0, rings[1]);
  mesh.part(Part.TILED_ROOF, roofColour(look.key, look.use, true));
  for (let i = 0, end = rings[1], j = end - 1; i < end; j = i++) {
    mesh.facet([points[2 * j], points[2 * j + 1], look.top], [points[2 * i], points[2 * i + 1], look.top], [mx, my, look.top + form.rise]);
  }
}

/** The outline shrunk towards its middle in rings that rise like a sphere. */
function addDome(mesh: BuildingMesh, look: Look, form: RoofForm): void {
  const { points, rings } = form.shape;
  const [mx, my] = middleOf(points, 0, rings[1]);
  const steps = 6;
  const at = (i: number, ring: number): number[] => {
    const angle = (Math.PI / 2) * (ring / steps);
    const share = Math.cos(angle);
    return [mx + (points[2 * i] - mx) * share, my + (points[2 * i + 1] - my) * share, look.top + form.rise * Math.sin(angle)];
  };
  mesh.part(Part.TILED_ROOF, roofColour(look.key, look.use, true));
  for (let ring = 0; ring < steps; ring++) {
    for (let i = 0, end = rings[1], j = end - 1; i < end; j = i++) slope(mesh, at(j, ring), at(i, ring), at(i, ring + 1), at(j, ring + 1));
  }
}
