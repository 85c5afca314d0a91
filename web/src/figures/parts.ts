/** All surfaces of all figures as plain arrays: made once when the client is built, read back when a figure is first seen. */
import { HAIR, HATS, hairPoints, hatPoints } from "./hair";
import { buildLevels, fitted, SHAPES, TAILOR, type BodyLevel } from "./levels";
import { proportionsOf } from "./proportions";
import { normalsOf, ringMesh, type RingMesh } from "./rings";
import { BONE, skeletonOf } from "./skeleton";
import { SKIRTS, skirtPoints, skirtWeights } from "./skirts";

/** What a surface is, and what its rows are: bodies a shape, hair and hats a style, skirts a shape and a cut. */
export const PARTS = ["body", "hair", "hat", "skirt"] as const;
export type PartName = (typeof PARTS)[number];

export interface Part {
  readonly index: Uint16Array;
  /** Four a vertex; the shares are 255ths that sum to 255. */
  readonly bones: Uint8Array;
  readonly shares: Uint8Array;
  /** How open to the sky, 0 .. 255. */
  readonly open: Uint8Array;
  /** The tailor's body, tenths of a millimetre. */
  readonly cut: Int16Array;
  readonly rows: number;
  /** Places (tenths of a millimetre) and normals (octahedral, two a vertex) of each row. */
  readonly points: Int16Array;
  readonly normals: Int8Array;
}

/** Of one level of detail, by the order of PARTS. */
export type Level = readonly Part[];
export const TENTH = 1e-4; // m

const RINGS: readonly (readonly (readonly [rings: number, segments: number])[])[] = [
  [[14, 20], [11, 18], [10, 20]],
  [[7, 10], [6, 8], [6, 10]],
  [[3, 5], [2, 3], [3, 6]],
];

export function buildParts(): Level[] {
  return buildLevels().map((body, k) => {
    const [hair, hat, skirt] = RINGS[k].map(([rings, segments]) => ringMesh(rings, segments));
    return [bodyPart(body), headPart(hair, hairPoints(hair)), headPart(hat, hatPoints(hat)), skirtPart(skirt)];
  });
}

function bodyPart(level: BodyLevel): Part {
  const rows = SHAPES.map((person) => fitted(level, skeletonOf(proportionsOf(person))));
  return {
    index: level.index, bones: level.weights.bones, shares: level.weights.shares, open: level.open, cut: tenths(level.cut), rows: rows.length,
    points: joined(rows.map((row) => tenths(row.points))), normals: octahedral(rows.map((row) => row.normals)),
  };
}

function headPart(mesh: RingMesh, rows: readonly Float32Array[]): Part {
  const n = mesh.vertices;
  const [bones, shares] = [new Uint8Array(4 * n), new Uint8Array(4 * n)];
  for (let i = 0; i < n; i++) [bones[4 * i], shares[4 * i]] = [BONE.head, 255];
  return {
    index: mesh.index, bones, shares, open: new Uint8Array(n).fill(255), cut: tenths(rows[0]), rows: rows.length,
    points: joined(rows.map(tenths)), normals: octahedral(rows.map((row) => normalsOf(row, mesh.index))),
  };
}

function skirtPart(mesh: RingMesh): Part {
  const skeletons = SHAPES.map((person) => skeletonOf(proportionsOf(person)));
  const tailor = skeletonOf(proportionsOf(TAILOR));
  const own = skirtPoints(mesh, tailor)[1];
  const rows = skeletons.flatMap((skeleton) => skirtPoints(mesh, skeleton));
  const { bones, shares } = skirtWeights(own, tailor);
  return {
    index: mesh.index, bones, shares, open: new Uint8Array(mesh.vertices).fill(255), cut: tenths(own), rows: rows.length,
    points: joined(rows.map(tenths)), normals: octahedral(rows.map((row) => levelled(normalsOf(row, mesh.index), mesh))),
  };
}

/** Normals that lie level where a skirt comes out of the body, so that light passes over the seam. */
function levelled(normals: Float32Array, mesh: RingMesh): Float32Array {
  const flat = Math.ceil(mesh.rings * 0.35);
  for (let v = 1; v < 1 + flat * mesh.segments; v++) {
    const share = 1 - (v - 1) / (flat * mesh.segments);
    const [x, y, z] = [normals[3 * v], normals[3 * v + 1], normals[3 * v + 2] * (1 - share)];
    const long = Math.hypot(x, y, z) || 1;
    normals.set([x / long, y / long, z / long], 3 * v);
  }
  return normals;
}

/** How many rows each part has. */
export const ROW_COUNTS: readonly number[] = [SHAPES.length, HAIR.length - 1, HATS.length - 1, SHAPES.length * (SKIRTS.length - 1)];

function tenths(points: ArrayLike<number>): Int16Array {
  return Int16Array.from(points as Float32Array, (x) => Math.round(x / TENTH));
}

function joined(rows: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(rows.reduce((sum, row) => sum + row.length, 0));
  rows.reduce((at, row) => (all.set(row, at), at + row.length), 0);
  return all;
}

/** Unit vectors on the octahedron, unfolded (Meyer et al. 2010). */
function octahedral(rows: readonly Float32Array[]): Int8Array {
  return Int8Array.from(rows.flatMap((row) => {
    const out: number[] = [];
    for (let i = 0; i < row.length; i += 3) {
      const sum = Math.abs(row[i]) + Math.abs(row[i + 1]) + Math.abs(row[i + 2]);
      const [x, y] = [row[i] / sum, row[i + 1] / sum];
      const folded = row[i + 2] >= 0 ? [x, y] : [(1 - Math.abs(y)) * (x < 0 ? -1 : 1), (1 - Math.abs(x)) * (y < 0 ? -1 : 1)];
      out.push(Math.round(127 * folded[0]), Math.round(127 * folded[1]));
    }
    return out;
  }));
}

// The file: a word with the version, then for each level and part the counts of vertices, indices and rows, and the
// arrays in the order below, each padded to four bytes. Little endian, as every machine that has a browser.
const MAGIC = 0x46474301; // "FGC", version 1

export function encodeParts(levels: readonly Level[]): Uint8Array {
  const chunks: Uint8Array[] = [bytes(Uint32Array.of(MAGIC, levels.length, PARTS.length))];
  for (const part of levels.flat()) {
    chunks.push(bytes(Uint32Array.of(part.open.length, part.index.length, part.rows)));
    for (const array of [part.index, part.bones, part.shares, part.open, part.cut, part.points, part.normals]) chunks.push(bytes(array));
  }
  const padded = chunks.map((chunk) => 4 * Math.ceil(chunk.length / 4));
  const file = new Uint8Array(padded.reduce((sum, n) => sum + n, 0));
  chunks.reduce((at, chunk, i) => (file.set(chunk, at), at + padded[i]), 0);
  return file;
}

function bytes(array: Uint32Array | Uint16Array | Uint8Array | Int16Array | Int8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Reads what `encodeParts` wrote. Throws an Error where it is something else or cut short. */
export function decodeParts(file: ArrayBuffer): Level[] {
  let at = 12;
  const head = file.byteLength >= at ? new Uint32Array(file, 0, 3) : Uint32Array.of(0, 0, 0);
  if (head[0] !== MAGIC || head[2] !== PARTS.length) throw new Error("The file of figures is not one of this version; build the client again.");
  const take = <A>(kind: new (buffer: ArrayBuffer, at: number, length: number) => A, width: number, length: number): A => {
    const start = at;
    at += 4 * Math.ceil((width * length) / 4);
    if (at > file.byteLength) throw new Error("The file of figures is cut short; load the page again.");
    return new kind(file, start, length);
  };
  return Array.from({ length: head[1] }, () =>
    PARTS.map(() => {
      const [n, corners, rows] = take(Uint32Array<ArrayBuffer>, 4, 3);
      return {
        index: take(Uint16Array<ArrayBuffer>, 2, corners), bones: take(Uint8Array<ArrayBuffer>, 1, 4 * n), shares: take(Uint8Array<ArrayBuffer>, 1, 4 * n), open: take(Uint8Array<ArrayBuffer>, 1, n),
        cut: take(Int16Array<ArrayBuffer>, 2, 3 * n), rows, points: take(Int16Array<ArrayBuffer>, 2, 3 * n * rows), normals: take(Int8Array<ArrayBuffer>, 1, 2 * n * rows),
      };
    }),
  );
}
