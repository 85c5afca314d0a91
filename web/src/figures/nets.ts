/** Half a closed surface from a field that is the same left and right: naive surface nets (Gibson 1998). */
import type { Field } from "./field";

/** The half with y >= 0. Vertices with y = 0 lie on the seam, and nothing else is open. */
export interface HalfMesh {
  readonly points: Float64Array; // xyz
  readonly faces: Int32Array; // three corners, counter-clockwise from outside
}

export interface Box {
  readonly low: readonly [number, number, number]; // its y is not used: the box begins at the plane of symmetry
  readonly high: readonly [number, number, number];
}

const BLOCK = 8; // cells of a block that is passed over as a whole when it is far from the surface
const CORNERS = [0, 1, 2, 3, 4, 5, 6, 7].map((c) => [c & 1, (c >> 1) & 1, c >> 2] as const);

export function halfSurface(field: Field, box: Box, step: number): HalfMesh {
  const n = [Math.ceil((box.high[0] - box.low[0]) / step) + 1, Math.ceil(box.high[1] / step) + 2, Math.ceil((box.high[2] - box.low[2]) / step) + 1];
  const values = sampled(field, box, step, n);
  while (filledDiagonals(values, n) > 0) {
    // the first two layers are each other's images
    for (let k = 0; k < n[2]; k++) for (let i = 0; i < n[0]; i++) values[k * n[1] * n[0] + i] = values[(k * n[1] + 1) * n[0] + i];
  }
  const index = (i: number, j: number, k: number): number => (k * n[1] + j) * n[0] + i;
  const points: number[] = [];
  const vertexOf = new Int32Array(values.length).fill(-1);
  for (let k = 0; k + 1 < n[2]; k++)
    for (let j = 0; j + 1 < n[1]; j++)
      for (let i = 0; i + 1 < n[0]; i++) {
        const at = middleOfCrossings(values, index, i, j, k);
        if (at === null) continue;
        vertexOf[index(i, j, k)] = points.length / 3;
        points.push(box.low[0] + step * at[0], j === 0 ? 0 : step * (at[1] - 0.5), box.low[2] + step * at[2]);
      }
  return { points: Float64Array.from(points), faces: facesOf(values, vertexOf, n, index) };
}

function sampled(field: Field, box: Box, step: number, n: readonly number[]): Float32Array {
  const values = new Float32Array(n[0] * n[1] * n[2]);
  const reach = step * BLOCK * 0.5;
  for (let k0 = 0; k0 < n[2]; k0 += BLOCK)
    for (let j0 = 0; j0 < n[1]; j0 += BLOCK)
      for (let i0 = 0; i0 < n[0]; i0 += BLOCK) {
        const middle = field(box.low[0] + step * i0 + reach, step * (j0 - 0.5) + reach, box.low[2] + step * k0 + reach);
        const far = Math.abs(middle) > 2.6 * reach;
        for (let k = k0; k < Math.min(k0 + BLOCK, n[2]); k++)
          for (let j = j0; j < Math.min(j0 + BLOCK, n[1]); j++)
            for (let i = i0; i < Math.min(i0 + BLOCK, n[0]); i++)
              values[(k * n[1] + j) * n[0] + i] = far ? middle : field(box.low[0] + step * i, step * (j - 0.5), box.low[2] + step * k);
      }
  return values;
}

/**
 * Where only two opposite corners of a square of samples lie inside, four sheets of the surface would meet in one edge:
 * takes the nearer of the others in as well. Returns how many were.
 */
function filledDiagonals(values: Float32Array, n: readonly number[]): number {
  const steps = [1, n[0], n[0] * n[1]];
  let filled = 0;
  for (const [u, v] of [[0, 1], [0, 2], [1, 2]]) {
    const [du, dv] = [steps[u], steps[v]];
    for (let at = 0; at + du + dv < values.length; at++) {
      const inside = values[at] < 0;
      if (inside !== values[at + du + dv] < 0 || inside === values[at + du] < 0 || inside === values[at + dv] < 0) continue;
      const [a, b] = inside ? [at + du, at + dv] : [at, at + du + dv];
      values[values[a] < values[b] ? a : b] = -1e-5;
      filled++;
    }
  }
  return filled;
}

/** The mean of the points where the edges of a cell cross the surface, in cells; null where none does. */
function middleOfCrossings(values: Float32Array, index: (i: number, j: number, k: number) => number, i: number, j: number, k: number): [number, number, number] | null {
  const d = CORNERS.map(([a, b, c]) => values[index(i + a, j + b, k + c)]);
  const sum: [number, number, number] = [0, 0, 0];
  let crossings = 0;
  for (let c = 0; c < 8; c++)
    for (let axis = 0; axis < 3; axis++) {
      const other = c | (1 << axis);
      if (other === c || d[c] < 0 === d[other] < 0) continue;
      const share = d[c] / (d[c] - d[other]);
      for (let q = 0; q < 3; q++) sum[q] += CORNERS[c][q] + (q === axis ? share : 0);
      crossings++;
    }
  return crossings === 0 ? null : [i + sum[0] / crossings, j + sum[1] / crossings, k + sum[2] / crossings];
}

/** A quadrilateral round each edge of the lattice that crosses the surface, as two triangles. */
function facesOf(values: Float32Array, vertexOf: Int32Array, n: readonly number[], index: (i: number, j: number, k: number) => number): Int32Array {
  const faces: number[] = [];
  const quad = (a: number, b: number, c: number, d: number, inward: boolean): void => {
    if (inward) faces.push(a, b, c, a, c, d);
    else faces.push(a, c, b, a, d, c);
  };
  for (let k = 1; k + 1 < n[2]; k++)
    for (let j = 0; j + 1 < n[1]; j++)
      for (let i = 1; i + 1 < n[0]; i++) {
        const here = values[index(i, j, k)] < 0;
        const cell = (di: number, dj: number, dk: number): number => vertexOf[index(i - di, j - dj, k - dk)];
        if (j > 0 && here !== values[index(i + 1, j, k)] < 0) quad(cell(0, 1, 1), cell(0, 0, 1), cell(0, 0, 0), cell(0, 1, 0), here);
        if (here !== values[index(i, j + 1, k)] < 0) quad(cell(1, 0, 1), cell(1, 0, 0), cell(0, 0, 0), cell(0, 0, 1), here);
        if (j > 0 && here !== values[index(i, j, k + 1)] < 0) quad(cell(1, 1, 0), cell(0, 1, 0), cell(0, 0, 0), cell(1, 0, 0), here);
      }
  return Int32Array.from(faces);
}
