/** A tiny city for the scene's tests: a street of two lanes each way that meets another at a signalled junction. */
import type { Network, Polygons, Polylines, Tile } from "../../src/world/model";

export function polylines(rows: number[][][]): Polylines {
  const start = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => (start[i + 1] = start[i] + row.length));
  return { count: rows.length, start, points: Float32Array.from(rows.flat(2)) };
}

/** Each polygon is a list of rings of x, y points. */
export function polygons(rows: number[][][][]): Polygons {
  const polygonStart = [0];
  const ringStart = [0];
  for (const rings of rows) {
    for (const ring of rings) ringStart.push(ringStart[ringStart.length - 1] + ring.length);
    polygonStart.push(ringStart.length - 1);
  }
  return { count: rows.length, polygonStart: Uint32Array.from(polygonStart), ringStart: Uint32Array.from(ringStart), points: Float32Array.from(rows.flat(3)) };
}

/** North of which the street runs, so that all of it is in one neighbourhood. */
export const STREET_Y = 100;

/** Two edges of two lanes each: one at ground level into a signal, one onto a bridge 6 m high. */
export function network(): Network {
  const made = networkAlongZero();
  const { lanes, connections, crossings, walks, junctions } = made;
  for (const { points } of [lanes.line, connections.line, crossings.line, walks.line]) for (let i = 1; i < points.length; i += 3) points[i] += STREET_Y;
  for (let i = 1; i < junctions.area.points.length; i += 2) junctions.area.points[i] += STREET_Y;
  junctions.y.fill(STREET_Y);
  return made;
}

function networkAlongZero(): Network {
  const lanes = polylines([
    [[0, -1.6, 0], [100, -1.6, 0]], [[0, 1.6, 0], [100, 1.6, 0]],
    [[120, -1.6, 0], [160, -1.6, 6], [260, -1.6, 6]], [[120, 1.6, 0], [160, 1.6, 6], [260, 1.6, 6]],
  ]);
  const two = { count: 2, x: new Float32Array([110, 270]), y: new Float32Array(2), level: new Float32Array([0, 6]) };
  return {
    names: ["Test Street"],
    edges: {
      count: 2, name: new Uint32Array(2), kind: new Uint8Array([4, 4]), speed: new Float32Array([16, 16]), layer: new Int8Array([0, 1]), flags: new Uint8Array([0, 1]),
      from: new Int32Array([-1, 0]), to: new Int32Array([0, 1]), firstLane: new Int32Array([0, 2]), laneCount: new Uint8Array([2, 2]), twin: new Int32Array([-1, -1]),
      provenance: new Uint8Array([0, 2]), lanesProvenance: new Uint8Array(2),
    },
    lanes: { count: 4, edge: new Int32Array([0, 0, 1, 1]), modes: new Uint16Array(4).fill(239), turns: new Uint16Array([1, 3, 0, 0]), width: new Float32Array(4).fill(3.2), line: lanes },
    connections: {
      count: 2, from: new Int32Array([0, 1]), to: new Int32Array([2, 3]), junction: new Int32Array(2), turn: new Uint16Array([1, 1]), signal: new Int32Array([0, 1]),
      line: polylines([[[100, -1.6, 0], [120, -1.6, 0]], [[100, 1.6, 0], [120, 1.6, 0]]]),
    },
    junctions: { ...two, control: new Uint8Array([5, 7]), program: new Int32Array([0, -1]), area: polygons([[[[100, -6], [120, -6], [120, 6], [100, 6]]], []]) },
    signals: {
      count: 1, junction: new Int32Array([0]), linkStart: new Uint32Array([0, 2]), linkConnection: new Int32Array([0, 1]), phaseStart: new Uint32Array([0, 2]),
      phaseDuration: new Float32Array([30, 30]), lightStart: new Uint32Array([0, 2, 4]), light: new Uint8Array([3, 3, 0, 1]),
    },
    crossings: { count: 1, width: new Float32Array([4]), signalled: new Uint8Array([1]), line: polylines([[[97, -4, 0], [97, 4, 0]]]) },
    walks: { count: 1, kind: new Uint8Array([18]), width: new Float32Array([2.5]), edge: new Int32Array([0]), line: polylines([[[0, -6, 0], [100, -6, 0]]]) },
  };
}

const square = (x: number, y: number, side: number): number[][] => [[x, y], [x + side, y], [x + side, y + side], [x, y + side]];

/** A flat block of 10 m, a gabled house of 6 m, and a block with a courtyard. */
export function tile(): Tile {
  return {
    x: 0, y: 0,
    buildings: {
      count: 3, id: new Uint32Array([7, 8, 9]), height: new Float32Array([10, 6, 20]), base: new Float32Array(3), floors: new Uint8Array([3, 2, 6]), roof: new Uint8Array([0, 1, 0]),
      roofHeight: new Float32Array([0, 3, 0]), use: new Uint8Array([1, 1, 2]), colour: new Uint32Array([0, 0xaa3311, 0]), provenance: new Uint8Array([0, 1, 2]),
      footprint: polygons([[square(0, 0, 20)], [[[30, 0], [42, 0], [42, 8], [30, 8]]], [square(60, 0, 30), square(70, 10, 10).reverse()]]),
      meshStart: new Uint32Array(4), mesh: new Float32Array(0),
    },
    trees: { count: 1, x: new Float32Array([5]), y: new Float32Array([50]), height: new Float32Array([8]), crown: new Float32Array([2.5]) },
  };
}
