/** A tile's buildings as one mesh, and the darkened ground at their feet as another. */
import type { Polygons, Tile } from "../../world/model";
import { Roof } from "../../protocol/words.generated";
import { BuildingMesh, Part, type Look } from "./buildingmesh";
import { chance } from "./chance";
import { Column, meshOf, Triangles, type MeshData } from "./mesh";
import { roofColour, wallColour, type Rgb } from "./palette";
import { orientedBox, ringArea, shapeOf, type Shape } from "./polygon";
import { addRoof, PARAPET, planRoof } from "./roofs";

const CONTACT = 3.2; // m of darkened ground around a building
const TOWER = 90; // m; above, and where a volume hangs, neighbours count as parts of one building
const TOWER_CELL = 70; // m
const ON_GROUND = 1; // m; a volume that begins above does not touch it

export interface BuildingMeshes {
  readonly buildings: MeshData;
  /** Columns: position (x, y), shade (1 at the wall, 0 outside). */
  readonly contact: MeshData;
}

export function buildBuildings(tile: Tile): BuildingMeshes {
  const mesh = new BuildingMesh();
  const contact = new Contact();
  const { buildings } = tile;
  for (let row = 0; row < buildings.count; row++) {
    const look = lookOf(tile, row);
    const wall = wallColour(look.key, look.use, buildings.colour[row]);
    const shape = outward(shapeOf(buildings.footprint, row));
    mesh.begin(look);
    if (buildings.meshStart[row + 1] > buildings.meshStart[row]) addModel(mesh, tile, row, wall, look);
    else if (shape.points.length >= 6) {
      const kind = buildings.roof[row] === Roof.MESH ? Roof.FLAT : buildings.roof[row];
      const form = { shape, kind, rise: buildings.roofHeight[row], wall };
      const plan = planRoof(form, look.use);
      mesh.part(Part.WALL, wall);
      addWalls(mesh, shape, look, plan.parapet ? PARAPET : 0);
      addRoof(mesh, look, form, plan);
    }
    if (look.base < ON_GROUND) contact.add(shape);
  }
  return { buildings: mesh.mesh(), contact: contact.mesh() };
}

function lookOf(tile: Tile, row: number): Look {
  const { buildings } = tile;
  const height = Math.max(buildings.height[row], 2.5);
  const base = Math.min(buildings.base[row], height - 0.5);
  const id = buildings.id[row];
  const floors = Math.max(1, buildings.floors[row] || Math.round((height - base) / 3.2));
  const key = base > ON_GROUND || height > TOWER ? towerKey(buildings.footprint, row) : id;
  const seed = Math.floor(chance(key, 7) * 256);
  return { id, key, use: buildings.use[row], floors, seed, provenance: buildings.provenance[row], base, top: height };
}

/** By the place alone, so that volumes stacked on each other look alike. */
function towerKey(footprints: Polygons, row: number): number {
  const { points, rings } = shapeOf(footprints, row);
  if (points.length < 6) return row;
  const box = orientedBox(points, 0, rings[1]);
  return Math.round(box.x / TOWER_CELL) * 4099 + Math.round(box.y / TOWER_CELL);
}

/** The same shape with its outline counter-clockwise and its holes clockwise: walls then face outside. */
function outward(shape: Shape): Shape {
  const points = shape.points.slice();
  for (let ring = 0; ring + 1 < shape.rings.length; ring++) {
    const [begin, end] = [shape.rings[ring], shape.rings[ring + 1]];
    const turnsLeft = ringArea(points, begin, end) > 0;
    if (turnsLeft === (ring === 0)) continue;
    for (let a = begin, b = end - 1; a < b; a++, b--) {
      [points[2 * a], points[2 * b]] = [points[2 * b], points[2 * a]];
      [points[2 * a + 1], points[2 * b + 1]] = [points[2 * b + 1], points[2 * a + 1]];
    }
  }
  return { points, rings: shape.rings };
}

function addWalls(mesh: BuildingMesh, shape: Shape, look: Look, parapet: number): void {
  const { points, rings } = shape;
  const foot = look.base < ON_GROUND ? look.base - 0.3 : look.base;
  for (let ring = 0; ring + 1 < rings.length; ring++) {
    for (let i = rings[ring], end = rings[ring + 1], j = end - 1; i < end; j = i++) {
      mesh.upright([points[2 * j], points[2 * j + 1]], [points[2 * i], points[2 * i + 1]], foot, look.top + parapet);
    }
  }
}

/** A surveyed shape: its own triangles; steep ones are walls, and windows follow the horizontal distance. */
function addModel(mesh: BuildingMesh, tile: Tile, row: number, wall: Rgb, { key, use }: Look): void {
  const { mesh: corners, meshStart } = tile.buildings;
  for (let t = meshStart[row]; t < meshStart[row + 1]; t++) {
    const p = [0, 1, 2].map((k) => [corners[9 * t + 3 * k], corners[9 * t + 3 * k + 1], corners[9 * t + 3 * k + 2]]);
    const u = p[1].map((value, axis) => value - p[0][axis]);
    const v = p[2].map((value, axis) => value - p[0][axis]);
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const length = Math.hypot(n[0], n[1], n[2]);
    if (length < 1e-6) continue;
    const up = n[2] / length;
    const steep = Math.abs(up) < 0.35;
    mesh.part(steep ? Part.WALL : up > 0.97 ? Part.FLAT_ROOF : Part.TILED_ROOF, steep ? wall : roofColour(key, use, up < 0.97));
    mesh.face(n[0], n[1], n[2]);
    const flat = Math.hypot(n[0], n[1]) || 1;
    const along = p.map(([x, y]) => (x * -n[1] + y * n[0]) / flat);
    const start = Math.floor(Math.min(...along) / 3) * 3;
    const vertices = p.map(([x, y, z], k) => mesh.vertex(x, y, z, along[k] - start, 0));
    mesh.triangle(vertices[0], vertices[1], vertices[2]);
  }
}

class Contact {
  private readonly position = new Column(Float32Array, 2);
  private readonly shade = new Column(Uint8Array, 1, true);
  private readonly triangles = new Triangles();

  add(shape: Shape): void {
    const { points } = shape;
    const end = shape.rings[1] ?? 0;
    const first = this.position.rows;
    for (let i = 0; i < end; i++) {
      const [nx, ny] = corner(points, (i + end - 1) % end, i, (i + 1) % end);
      this.position.push(points[2 * i], points[2 * i + 1]);
      this.shade.push(255);
      this.position.push(points[2 * i] + nx * CONTACT, points[2 * i + 1] + ny * CONTACT);
      this.shade.push(0);
    }
    for (let i = 0; i < end; i++) {
      const a = first + 2 * i;
      const b = first + 2 * ((i + 1) % end);
      this.triangles.quad(a, a + 1, b + 1, b);
    }
  }

  mesh(): MeshData {
    return meshOf({ position: this.position, shade: this.shade }, this.triangles.take());
  }
}

/** The outward mitre at point i of a counter-clockwise ring. */
function corner(p: Float32Array, before: number, i: number, after: number): [number, number] {
  const normal = (a: number, b: number): [number, number] => {
    const length = Math.hypot(p[2 * b] - p[2 * a], p[2 * b + 1] - p[2 * a + 1]) || 1;
    return [(p[2 * b + 1] - p[2 * a + 1]) / length, (p[2 * a] - p[2 * b]) / length];
  };
  const [ax, ay] = normal(before, i);
  const [bx, by] = normal(i, after);
  const scale = 1 / Math.max(0.6, 1 + ax * bx + ay * by);
  return [(ax + bx) * scale, (ay + by) * scale];
}
