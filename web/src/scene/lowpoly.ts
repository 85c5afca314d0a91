/** Small solid models made of a few dozen triangles. x is forward, y left, z up; `part` says what a triangle is made of. */
import type { BufferGeometry} from "three";
import { BufferAttribute, IcosahedronGeometry, InstancedBufferGeometry } from "three";

type Point = readonly [number, number, number];

export class LowPoly {
  private readonly position: number[] = [];
  private readonly normal: number[] = [];
  private readonly part: number[] = [];

  facet(part: number, a: Point, b: Point, c: Point): this {
    const u = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    const v = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const length = Math.hypot(n[0], n[1], n[2]) || 1;
    for (const p of [a, b, c]) {
      this.position.push(...p);
      this.normal.push(n[0] / length, n[1] / length, n[2] / length);
      this.part.push(part);
    }
    return this;
  }

  quad(part: number, a: Point, b: Point, c: Point, d: Point): this {
    return this.facet(part, a, b, c).facet(part, a, c, d);
  }

  /** A box by its middle and half sizes. */
  box(part: number, [x, y, z]: Point, [l, w, h]: Point): this {
    return this.loft(part, [[x - l, y, w, z - h, z + h], [x + l, y, w, z - h, z + h]]);
  }

  /** A body through upright rectangles: [x, y, half width, bottom, top] from the rear to the front. */
  loft(part: number, sections: readonly (readonly [number, number, number, number, number])[]): this {
    const ring = ([x, y, w, low, high]: (typeof sections)[number]): Point[] => [[x, y - w, low], [x, y + w, low], [x, y + w, high], [x, y - w, high]];
    const rings = sections.map(ring);
    for (let i = 0; i + 1 < rings.length; i++) {
      for (let k = 0; k < 4; k++) this.quad(part, rings[i][k], rings[i][(k + 1) % 4], rings[i + 1][(k + 1) % 4], rings[i + 1][k]);
    }
    const [a, b, c, d] = rings[0];
    this.quad(part, a, d, c, b);
    const last = rings[rings.length - 1];
    return this.quad(part, last[0], last[1], last[2], last[3]);
  }

  /** A frustum between two level rectangles: [x0, x1, half width, z]. */
  hood(part: number, low: readonly [number, number, number, number], high: readonly [number, number, number, number], top = part): this {
    const ring = ([x0, x1, w, z]: typeof low): Point[] => [[x0, -w, z], [x1, -w, z], [x1, w, z], [x0, w, z]];
    const [a, b] = [ring(low), ring(high)];
    for (let k = 0; k < 4; k++) this.quad(part, a[k], a[(k + 1) % 4], b[(k + 1) % 4], b[k]);
    return this.quad(top, b[0], b[1], b[2], b[3]);
  }

  /** A wheel: axis across. */
  wheel(part: number, [x, y, z]: Point, radius: number, half: number, sides = 8): this {
    const at = (k: number, side: number): Point => {
      const angle = (2 * Math.PI * k) / sides;
      return [x + radius * Math.cos(angle), y + side * half, z + radius * Math.sin(angle)];
    };
    for (let k = 0; k < sides; k++) {
      this.quad(part, at(k, -1), at(k, 1), at(k + 1, 1), at(k + 1, -1));
      this.facet(part, [x, y + half, z], at(k + 1, 1), at(k, 1));
      this.facet(part, [x, y - half, z], at(k, -1), at(k + 1, -1));
    }
    return this;
  }

  /** A disc that faces back (towards -x). */
  lens(part: number, x: number, z: number, radius: number, sides = 8): this {
    const at = (k: number): Point => [x, radius * Math.sin((2 * Math.PI * k) / sides), z + radius * Math.cos((2 * Math.PI * k) / sides)];
    for (let k = 0; k < sides; k++) this.facet(part, [x, 0, z], at(k), at(k + 1));
    return this;
  }

  /** An upright post. */
  post(part: number, [x, y, low]: Point, high: number, radius: number, sides = 5, tip = radius): this {
    const at = (k: number, z: number, r: number): Point => [x + r * Math.cos((2 * Math.PI * k) / sides), y + r * Math.sin((2 * Math.PI * k) / sides), z];
    for (let k = 0; k < sides; k++) this.quad(part, at(k, low, radius), at(k + 1, low, radius), at(k + 1, high, tip), at(k, high, tip));
    return this;
  }

  /** A lump with smooth normals around its middle, a little uneven. */
  blob(part: number, [x, y, z]: Point, [rx, ry, rz]: Point, detail: number, uneven = 0.16): this {
    const sphere = new IcosahedronGeometry(1, detail).getAttribute("position");
    for (let i = 0; i < sphere.count; i++) {
      const n = [sphere.getX(i), sphere.getY(i), sphere.getZ(i)];
      const bump = 1 + uneven * Math.sin(n[0] * 7.1 + n[1] * 5.3 + n[2] * 9.7 + x * 3);
      this.position.push(x + n[0] * rx * bump, y + n[1] * ry * bump, z + n[2] * rz * bump);
      this.normal.push(n[0], n[1], n[2]);
      this.part.push(part);
    }
    return this;
  }

  /** To be drawn many times; instance attributes are added by whoever draws it. */
  instanced(): InstancedBufferGeometry {
    const geometry = new InstancedBufferGeometry();
    this.fill(geometry);
    geometry.instanceCount = 0;
    return geometry;
  }

  private fill(geometry: BufferGeometry): void {
    geometry.setAttribute("position", new BufferAttribute(new Float32Array(this.position), 3));
    geometry.setAttribute("normal", new BufferAttribute(new Float32Array(this.normal), 3));
    geometry.setAttribute("part", new BufferAttribute(new Float32Array(this.part), 1));
  }
}
