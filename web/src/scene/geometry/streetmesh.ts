/** The columns of everything paved: one layout, so that a whole neighbourhood of streets is one draw. */
import { Column, meshOf, Triangles, type MeshData } from "./mesh";
import type { Spine } from "./ribbon";

/** What a street triangle is made of; the shader knows them by these numbers. */
export const Paving = { JUNCTION: 0, LANE: 1, CROSSING: 2, SIDEWALK: 3, PATH: 4, CYCLEWAY: 5, CONCRETE: 6, RAIL: 7, KERB: 8, CLOSED: 9, BOARD: 10 } as const;

/** The line painted at a lane's side. */
export const Line = { NONE: 0, DASHED: 1, SOLID: 2, YELLOW: 3, YELLOW_DASHED: 4 } as const;

/** Bits of a lane's fourth code. */
export const LaneFlag = { BUS: 1, CYCLE: 2, SIGNAL: 4, STOP: 8, LIT: 16, MODELLED: 32, INVENTED: 64 } as const;

/** m; what lies deeper is in a tunnel and not drawn. The ground hides nothing: it is painted first. */
export const BURIED = -1.2;

export interface Code {
  readonly paving: number;
  readonly left: number;
  readonly right: number;
  readonly turns: number;
  readonly flags: number;
}

export const plain = (paving: number, flags = 0): Code => ({ paving, left: 0, right: 0, turns: 0, flags });

/**
 * Columns: position; normal; lane (m along, m across to the left, length, half width); code (paving, lines left and
 * right, turns, flags); owner (edge, junction or -1; and the lane, or -1).
 */
export class StreetMesh {
  private readonly position = new Column(Float32Array, 3);
  private readonly normal = new Column(Int8Array, 4, true);
  private readonly lane = new Column(Float32Array, 4);
  private readonly code = new Column(Uint8Array, 4);
  private readonly owner = new Column(Float32Array, 2);
  private readonly triangles = new Triangles();
  private normalNow: readonly [number, number, number] = [0, 0, 1];
  private codeNow: Code = plain(Paving.JUNCTION);
  private ownerNow: readonly [number, number] = [-1, -1];

  /** What the following vertices belong to. */
  begin(code: Code, edge = -1, lane = -1): void {
    this.codeNow = code;
    this.ownerNow = [edge, lane];
    this.normalNow = [0, 0, 1];
  }

  face(x: number, y: number, z: number): void {
    this.normalNow = [x, y, z];
  }

  vertex(x: number, y: number, z: number, along = 0, across = 0, length = 0, half = 0): number {
    const { paving, left, right, turns, flags } = this.codeNow;
    this.position.push(x, y, z);
    this.normal.push(this.normalNow[0] * 127, this.normalNow[1] * 127, this.normalNow[2] * 127, 0);
    this.lane.push(along, across, length, half);
    this.code.push(paving, left | (right << 4), turns & 255, flags);
    this.owner.push(this.ownerNow[0], this.ownerNow[1]);
    return this.position.rows - 1;
  }

  quad(a: number, b: number, c: number, d: number): void {
    this.triangles.quad(a, b, c, d);
  }

  triangle(a: number, b: number, c: number): void {
    this.triangles.triangle(a, b, c);
  }

  /** A strip along a spine from `right` to `left` (m to the left of it), lifted by `lift`. */
  strip(spine: Spine, right: number, left: number, lift: number, half: number): void {
    for (let i = 0; i < spine.count; i++) {
      for (const across of [right, left]) {
        const [x, y, z] = beside(spine, i, across);
        this.vertex(x, y, z + lift, spine.station[i], across, spine.length, half);
      }
    }
    const first = this.position.rows - 2 * spine.count;
    for (let i = 0; i + 1 < spine.count; i++) {
      if (Math.max(spine.points[3 * i + 2], spine.points[3 * i + 5]) < BURIED) continue;
      const at = first + 2 * i;
      this.triangles.quad(at, at + 2, at + 3, at + 1);
    }
  }

  /** An upright band along a spine, facing left (side 1) or right (side -1) of it. */
  wall(spine: Spine, across: number, low: number, high: number, side: 1 | -1, keep?: (i: number) => boolean): void {
    for (let i = 0; i + 1 < spine.count; i++) {
      if (keep && !keep(i)) continue;
      const [ax, ay, az] = beside(spine, i, across);
      const [bx, by, bz] = beside(spine, i + 1, across);
      const length = Math.hypot(bx - ax, by - ay) || 1;
      this.face((-side * (by - ay)) / length, (side * (bx - ax)) / length, 0);
      const s = spine.station;
      const a = this.vertex(ax, ay, az + low, s[i], low, spine.length, 0);
      const b = this.vertex(bx, by, bz + low, s[i + 1], low, spine.length, 0);
      const c = this.vertex(bx, by, bz + high, s[i + 1], high, spine.length, 0);
      const d = this.vertex(ax, ay, az + high, s[i], high, spine.length, 0);
      if (side > 0) this.quad(b, a, d, c);
      else this.quad(a, b, c, d);
    }
    this.face(0, 0, 1);
  }

  /** An upright band on one side of a spine, shaded round its corners: two vertices a point. */
  kerb(spine: Spine, across: number, low: number, high: number): void {
    const side = Math.sign(across);
    const first = this.position.rows;
    for (let i = 0; i < spine.count; i++) {
      const [x, y, z] = beside(spine, i, across);
      this.face(side * spine.normals[2 * i] * 0.7, side * spine.normals[2 * i + 1] * 0.7, 0);
      this.vertex(x, y, z + low, spine.station[i], low, spine.length);
      this.vertex(x, y, z + high, spine.station[i], high, spine.length);
    }
    for (let i = 0; i + 1 < spine.count; i++) {
      const at = first + 2 * i;
      if (side > 0) this.triangles.quad(at + 2, at, at + 1, at + 3);
      else this.triangles.quad(at, at + 2, at + 3, at + 1);
    }
    this.face(0, 0, 1);
  }

  /** An upright box, `half` by `half` around (x, y). */
  pillar(x: number, y: number, low: number, high: number, half: number): void {
    const sides = [[1, 0], [0, 1], [-1, 0], [0, -1]];
    for (const [nx, ny] of sides) {
      this.face(nx, ny, 0);
      const cx = x + nx * half;
      const cy = y + ny * half;
      const a = this.vertex(cx + ny * half, cy - nx * half, low, 0, low);
      const b = this.vertex(cx - ny * half, cy + nx * half, low, 0, low);
      const c = this.vertex(cx - ny * half, cy + nx * half, high, 0, high);
      const d = this.vertex(cx + ny * half, cy - nx * half, high, 0, high);
      this.quad(a, b, c, d);
    }
    this.face(0, 0, 1);
  }

  mesh(): MeshData {
    const { position, normal, lane, code, owner } = this;
    return meshOf({ position, normal, lane, code, owner }, this.triangles.take());
  }
}

export function beside(spine: Spine, i: number, across: number): [number, number, number] {
  const { points, normals } = spine;
  return [points[3 * i] + across * normals[2 * i], points[3 * i + 1] + across * normals[2 * i + 1], points[3 * i + 2]];
}
