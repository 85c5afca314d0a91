import { describe, expect, test } from "vitest";
import { VehicleRows } from "../protocol/frames";
import { bentNetwork } from "./bent";
import { Paths } from "./path";
import { RowIndex } from "./rows";
import { Vehicles } from "./vehicles";

interface Seen {
  id: number;
  path: number;
  position: number;
  speed?: number;
  kind?: number;
}
function rowsOf(...seen: Seen[]): VehicleRows {
  const rows = new VehicleRows();
  rows.reserve(seen.length);
  seen.forEach((v, i) => {
    rows.id[i] = v.id;
    rows.path[i] = v.path;
    rows.position[i] = v.position;
    rows.speed[i] = v.speed ?? 10;
    rows.kind[i] = v.kind ?? 0;
  });
  rows.count = seen.length;
  return rows;
}
const paths = new Paths(bentNetwork());
const CONNECTION = paths.lanes;
const TURN = Math.hypot(10, 10);
const BUS = 3;

function poses(vehicles: Vehicles, row = 0): { from: number[]; to: number[] } {
  return { from: [...vehicles.pose0.slice(4 * row, 4 * row + 4)], to: [...vehicles.pose1.slice(4 * row, 4 * row + 4)] };
}
function drawn(vehicles: Vehicles, time: number, row = 0): number[] {
  const out = [0, 0, 0, 0];
  vehicles.poseAt(row, time, out);
  return out;
}

describe("the table of vehicles", () => {
  test("holds the middle of a vehicle, whose front bumper is at the position", () => {
    const vehicles = new Vehicles(paths);
    vehicles.update(rowsOf({ id: 7, path: 0, position: 50 }), 100, 100, true);
    const { from, to } = poses(vehicles);
    expect(to[0]).toBeCloseTo(50 - 2.3, 4);
    expect(to.slice(1)).toEqual([0, 0, 0]);
    expect(from).toEqual(to); // just seen
  });

  test("moves from one state to the next", () => {
    const vehicles = new Vehicles(paths);
    vehicles.update(rowsOf({ id: 7, path: 0, position: 50 }), 100, 100, true);
    vehicles.update(rowsOf({ id: 9, path: 2, position: 20 }, { id: 7, path: 0, position: 55 }), 100.5, 100, false);
    expect(vehicles.time1).toBe(100.5);
    expect(vehicles.row(7)).toBe(1);
    expect(drawn(vehicles, 100, 1)[0]).toBeCloseTo(47.7, 3);
    expect(drawn(vehicles, 100.25, 1)[0]).toBeCloseTo(50.2, 3);
    expect(drawn(vehicles, 100.5, 1)[0]).toBeCloseTo(52.7, 3);
    expect(drawn(vehicles, 107, 1)[0]).toBeCloseTo(52.7, 3); // and waits there
  });

  test("goes on without a jump from where it is drawn when the next state comes early", () => {
    const vehicles = new Vehicles(paths);
    vehicles.update(rowsOf({ id: 7, path: 0, position: 50 }), 100, 100, true);
    vehicles.update(rowsOf({ id: 7, path: 0, position: 55 }), 100.5, 100, false);
    const before = drawn(vehicles, 100.3);
    vehicles.update(rowsOf({ id: 7, path: 0, position: 60 }), 101, 100.3, false);
    expect(drawn(vehicles, 100.3)[0]).toBeCloseTo(before[0], 4);
    expect(drawn(vehicles, 101)[0]).toBeCloseTo(57.7, 3);
  });

  test("bends with its path: the rear of a bus is still on the lane before the turn", () => {
    const vehicles = new Vehicles(paths);
    vehicles.update(rowsOf({ id: 1, path: 0, position: 98, kind: BUS }), 0, 0, true);
    vehicles.update(rowsOf({ id: 1, path: CONNECTION, position: TURN / 2, kind: BUS }), 0.5, 0, false);
    const rear = 100 - (12 - TURN / 2);
    const [x, y, , heading] = poses(vehicles).to;
    expect(x).toBeCloseTo((105 + rear) / 2, 3);
    expect(y).toBeCloseTo(2.5, 3);
    expect(heading).toBeCloseTo(Math.atan2(5, 105 - rear), 4);
  });

  test("remembers by which connection it came into its lane", () => {
    const vehicles = new Vehicles(paths);
    vehicles.update(rowsOf({ id: 1, path: CONNECTION, position: 5 }), 0, 0, true);
    for (const [time, position] of [[0.5, 1], [1, 2]] as const) {
      vehicles.update(rowsOf({ id: 1, path: 1, position }), time, time - 0.5, false);
      const behind = TURN - (4.6 - position);
      expect(poses(vehicles).to[0]).toBeCloseTo((110 + 100 + behind * Math.SQRT1_2) / 2, 3);
    }
  });

  test("turns the short way", () => {
    const vehicles = new Vehicles(paths);
    vehicles.update(rowsOf({ id: 1, path: 0, position: 50 }), 0, 0, true);
    vehicles.pose1[3] = vehicles.pose0[3] = Math.PI * 1.9; // as after some turns
    vehicles.update(rowsOf({ id: 1, path: 0, position: 51 }), 0.5, 0, false);
    const { from, to } = poses(vehicles);
    expect(Math.abs(to[3] - from[3])).toBeLessThan(Math.PI);
    expect(Math.cos(to[3])).toBeCloseTo(1, 5);
  });

  test("snaps where time or the vehicle has jumped", () => {
    const vehicles = new Vehicles(paths);
    vehicles.update(rowsOf({ id: 1, path: 0, position: 5 }, { id: 2, path: 0, position: 5 }), 0, 0, true);
    vehicles.update(rowsOf({ id: 1, path: 0, position: 95 }, { id: 2, path: 0, position: 10 }), 0.5, 0, false);
    expect(poses(vehicles, 0).from).toEqual(poses(vehicles, 0).to);
    expect(poses(vehicles, 1).from).not.toEqual(poses(vehicles, 1).to);
    vehicles.update(rowsOf({ id: 2, path: 0, position: 12 }), 0.2, 0.2, true);
    expect(poses(vehicles).from).toEqual(poses(vehicles).to);
    expect(vehicles.count).toBe(1);
    expect(vehicles.row(1)).toBe(-1);
    expect(vehicles.time1).toBeGreaterThan(vehicles.time0);
  });

  test("slides over when it changes lanes, in about two and a half seconds", () => {
    const vehicles = new Vehicles(paths);
    const sides: number[] = [];
    vehicles.update(rowsOf({ id: 1, path: 0, position: 10 }), 0, 0, true);
    for (let i = 1; i <= 7; i++) {
      vehicles.update(rowsOf({ id: 1, path: 3, position: 10 + 5 * i }), 0.5 * i, 0.5 * (i - 1), false);
      sides.push(poses(vehicles).to[1]);
    }
    sides.reduce((last, side) => {
      expect(side - last).toBeLessThanOrEqual(0.6 + 1e-4);
      expect(side).toBeGreaterThanOrEqual(last);
      return side;
    }, 0);
    expect(sides[2]).toBeCloseTo(1.8, 3);
    expect(sides[6]).toBe(3);
  });

  test("shows who brakes", () => {
    const vehicles = new Vehicles(paths);
    vehicles.update(rowsOf({ id: 1, path: 0, position: 10 }, { id: 2, path: 0, position: 50 }), 0, 0, true);
    vehicles.update(rowsOf({ id: 1, path: 0, position: 14, speed: 9 }, { id: 2, path: 0, position: 55 }), 0.5, 0, false);
    expect([...vehicles.braking.slice(0, 2)]).toEqual([1, 0]);
  });

  test("a path beyond the network does not break it", () => {
    const vehicles = new Vehicles(paths);
    vehicles.update(rowsOf({ id: 1, path: 4_000_000, position: 10 }), 0, 0, true);
    expect(Number.isFinite(vehicles.pose1[0])).toBe(true);
  });
});

test("rows are found by id among many, and forgotten", () => {
  const index = new RowIndex();
  const ids = Array.from({ length: 5000 }, (_, i) => (i * 2654435761) >>> 0);
  index.clear(ids.length);
  ids.forEach((id, row) => index.set(id, row));
  expect(ids.every((id, row) => index.get(id) === row)).toBe(true);
  expect(index.get(123)).toBe(-1);
  index.clear(3);
  expect(index.get(ids[0])).toBe(-1);
});
