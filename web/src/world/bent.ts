/** A small network for tests: a street that bends, with a connection between two lanes.
 *
 *   lane 0: (0,0) -> (100,0)   connection 0 (left): (100,0) -> (110,10)   lane 1: (110,10) -> (110,50) -> (140,90), rising
 *   lane 2: (110,-50) -> (110,0), with connection 1 (through) to lane 1; lane 3 lies 3 m left of lane 0, on the same edge.
 */
import type { Network, Polylines } from "./model";

export function polylines(lines: readonly (readonly (readonly [number, number, number])[])[]): Polylines {
  const start = new Uint32Array(lines.length + 1);
  lines.forEach((line, i) => (start[i + 1] = start[i] + line.length));
  return { count: lines.length, start, points: Float32Array.from(lines.flat(2)) };
}

export function bentNetwork(): Network {
  const lanes = polylines([
    [
      [0, 0, 0],
      [100, 0, 0],
    ],
    [
      [110, 10, 0],
      [110, 50, 0],
      [140, 90, 5],
    ],
    [
      [110, -50, 0],
      [110, 0, 0],
    ],
    [
      [0, 3, 0],
      [100, 3, 0],
    ],
  ]);
  const connections = polylines([
    [
      [100, 0, 0],
      [110, 10, 0],
    ],
    [
      [110, 0, 0],
      [110, 10, 0],
    ],
  ]);
  return {
    lanes: { count: 4, edge: Int32Array.of(0, 1, 2, 0), line: lanes },
    connections: {
      count: 2,
      from: Int32Array.of(0, 2),
      to: Int32Array.of(1, 1),
      turn: Uint16Array.of(2, 1),
      line: connections,
    },
  } as unknown as Network;
}
