/** The columns of a tile's buildings. */
import type { Rgb } from "./palette";
import { Column, meshOf, Triangles, type MeshData } from "./mesh";

/** What a triangle of a building is; the shader knows them by these numbers. */
export const Part = { WALL: 0, FLAT_ROOF: 1, TILED_ROOF: 2, TRIM: 3, PLANT: 4 } as const;

export interface Look {
  readonly id: number;
  /** What its colours are chosen by: the parts of one tower share it. */
  readonly key: number;
  readonly use: number;
  readonly floors: number;
  /** 0 .. 255, from the key */
  readonly seed: number;
  readonly provenance: number;
  /** m above ground */
  readonly base: number;
  readonly top: number;
}

/**
 * Columns: position; normal; wall (cm along the wall, its length in cm, bottom and top in dm); look (use, floors, seed,
 * part + 16 * provenance); paint (sRGB); building (id).
 */
export class BuildingMesh {
  private readonly position = new Column(Float32Array, 3);
  private readonly normal = new Column(Int8Array, 4, true);
  private readonly wall = new Column(Uint16Array, 4);
  private readonly look = new Column(Uint8Array, 4);
  private readonly paint = new Column(Uint8Array, 4, true);
  private readonly building = new Column(Float32Array, 1);
  private readonly main = new Triangles();
  private readonly detail = new Triangles();
  private target = this.main;
  private lookNow!: Look;
  private partNow: number = Part.WALL;
  private paintNow: Rgb = [255, 255, 255];
  private normalNow: readonly [number, number, number] = [0, 0, 1];

  begin(look: Look): void {
    this.lookNow = look;
  }

  /** What the following vertices are made of. Small things (`detail`) are left out from afar. */
  part(part: number, paint: Rgb, detail = false): void {
    this.partNow = part;
    this.paintNow = paint;
    this.target = detail ? this.detail : this.main;
  }

  face(x: number, y: number, z: number): void {
    const length = Math.hypot(x, y, z) || 1;
    this.normalNow = [(127 * x) / length, (127 * y) / length, (127 * z) / length];
  }

  vertex(x: number, y: number, z: number, along = 0, length = 0): number {
    const { id, use, floors, seed, provenance, base, top } = this.lookNow;
    this.position.push(x, y, z);
    this.normal.push(this.normalNow[0], this.normalNow[1], this.normalNow[2], 0);
    this.wall.push(Math.min(along * 100, 65535), Math.min(length * 100, 65535), base * 10, top * 10);
    this.look.push(use, Math.min(floors, 255), seed, this.partNow + 16 * provenance);
    this.paint.push(this.paintNow[0], this.paintNow[1], this.paintNow[2], 255);
    this.building.push(id);
    return this.position.rows - 1;
  }

  triangle(a: number, b: number, c: number): void {
    this.target.triangle(a, b, c);
  }

  quad(a: number, b: number, c: number, d: number): void {
    this.target.quad(a, b, c, d);
  }

  /** A triangle with its own normal. */
  facet(a: readonly number[], b: readonly number[], c: readonly number[]): void {
    const u = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    const v = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
    this.face(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
    this.triangle(this.vertex(a[0], a[1], a[2]), this.vertex(b[0], b[1], b[2]), this.vertex(c[0], c[1], c[2]));
  }

  /** An upright quad from a to b; outside is to the right of that direction. */
  upright(a: readonly number[], b: readonly number[], low: number, high: number): void {
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (length < 0.02) return;
    this.face(b[1] - a[1], a[0] - b[0], 0);
    const p = this.vertex(a[0], a[1], low, 0, length);
    const q = this.vertex(b[0], b[1], low, length, length);
    const r = this.vertex(b[0], b[1], high, length, length);
    const s = this.vertex(a[0], a[1], high, 0, length);
    this.quad(p, q, r, s);
  }

  /** A box with a top and four sides, turned by the unit vector (ux, uy). */
  box(x: number, y: number, low: number, high: number, along: number, across: number, ux: number, uy: number): void {
    const corner = (u: number, v: number): [number, number] => [x + u * along * ux - v * across * uy, y + u * along * uy + v * across * ux];
    const ring = [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
    for (let i = 0; i < 4; i++) this.upright(ring[i], ring[(i + 1) % 4], low, high);
    this.face(0, 0, 1);
    const [a, b, c, d] = ring.map(([px, py]) => this.vertex(px, py, high));
    this.quad(a, b, c, d);
  }

  mesh(): MeshData {
    const { position, normal, wall, look, paint, building } = this;
    return meshOf({ position, normal, wall, look, paint, building }, this.main.take(), this.detail.take());
  }
}
