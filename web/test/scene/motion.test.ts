import { describe, expect, it } from "vitest";

import type { View } from "../../src/world/model";
import { Following, idByLowBits } from "../../src/scene/following";
import { along, SOURCE, tintEdges } from "../../src/scene/layers";
import { between, eyeOf, inMode, meet, rayThrough, rigOf, viewOf, type Rig } from "../../src/scene/rig";
import { Scatter } from "../../src/scene/scatter";
import { motion, poseBetween } from "../../src/scene/vehicleshader";
import { network } from "./city";

describe("a vehicle between two poses", () => {
  const pose0 = [0, 0, 0, 0];
  const round = [10, 10, 1, Math.PI / 2]; // a quarter circle of radius 10

  it("begins and ends in them", () => {
    expect(poseBetween(pose0, round, 0, 0, [])).toEqual([0, 0, 0, 0]);
    const end = poseBetween(pose0, round, 0, 1, []);
    expect(end.map((value) => +value.toFixed(6))).toEqual([10, 10, 1, +(Math.PI / 2).toFixed(6)]);
  });

  it("drives round the corner, not across it", () => {
    const [x, y, z, heading] = poseBetween(pose0, round, 0, 0.5, []);
    expect(x - y).toBeGreaterThan(2); // the chord is x = y, the quarter circle x - y = 4.1
    expect(z).toBe(0.5);
    expect(heading).toBeCloseTo(Math.PI / 4, 1);
  });

  it("turns by the shorter way where it stands, also across the angle where numbers jump", () => {
    const heading = poseBetween([0, 0, 0, 3.1], [0.05, 0, 0, -3.1], 0, 0.5, [])[3];
    expect(Math.abs(heading)).toBeCloseTo(Math.PI, 2);
  });

  it("is found in the table by id, and by the bits that fit into a picture", () => {
    const table = {
      count: 2, capacity: 2, time0: 0, time1: 1, id: new Uint32Array([3, 0x2000007]), kind: new Uint8Array(2), path: new Uint32Array(2), speed: new Float32Array(2),
      pose0: new Float32Array([0, 0, 0, 0, 5, 5, 0, 0]), pose1: new Float32Array([1, 0, 0, 0, 7, 5, 0, 0]), braking: new Uint8Array(2), version: 1,
    };
    motion.uShare.value = 0.5;
    expect(new Following().poseOf(0x2000007, table)?.[0]).toBeCloseTo(6);
    expect(new Following().poseOf(99, table)).toBeNull();
    expect(idByLowBits(7, table)).toBe(0x2000007);
  });
});

describe("the camera", () => {
  const view: View = { x: 10, y: 20, z: 300, yaw: 0.5, pitch: 0.6, distance: 400, mode: "orbit" };

  it("keeps a view through its rig", () => {
    const again = viewOf(rigOf(view));
    for (const key of ["x", "y", "z", "yaw", "pitch", "distance"] as const) expect(again[key]).toBeCloseTo(view[key], 6);
  });

  it("looks at the same place after a change of mode to fly and back", () => {
    const rig = rigOf({ ...view, z: Math.sin(0.6) * 400 });
    const back = inMode(inMode(rig, "fly"), "orbit");
    expect(back.x).toBeCloseTo(rig.x, 3);
    expect(back.y).toBeCloseTo(rig.y, 3);
  });

  it("stands at eye height when it walks", () => {
    expect(inMode(rigOf(view), "walk").z).toBeCloseTo(1.65);
  });

  it("meets the ground where it looks", () => {
    const rig = rigOf({ ...view, z: Math.sin(0.6) * 400 });
    const ray = rayThrough(rig, 0, 0, 0.4, 1.6);
    const point = meet(eyeOf(rig), ray, 0, 1e5)!;
    expect(point[0]).toBeCloseTo(rig.x, 3);
    expect(point[1]).toBeCloseTo(rig.y, 3);
    expect(meet(eyeOf(rig), [0, 0, 1], 0, 1e5)).toBeNull();
  });

  it("turns by the shorter way on a journey", () => {
    const from: Rig = { x: 0, y: 0, z: 0, yaw: 6.1, pitch: 0.5, distance: 100, mode: "orbit" };
    const middle = between(from, { ...from, yaw: 0.1 }, 0.5, 0);
    expect(Math.cos(middle.yaw - 6.2416)).toBeCloseTo(1, 3);
  });
});

describe("layers", () => {
  it("mix the colours of a scale", () => {
    expect(along([[0, 0, 0], [100, 200, 50]], 0.5)).toEqual([50, 100, 25]);
    expect(along([[0, 0, 0], [100, 200, 50]], 7)).toEqual([100, 200, 50]);
  });

  it("tint edges by speed, by source and by choice, and not at all without a layer", () => {
    const out = new Uint8Array(8);
    const flow = { speed: new Uint8Array([0, 255]), density: new Uint8Array(2), flow: new Uint8Array([0, 80]), queue: new Uint8Array([0, 255]) };
    tintEdges("speed", network(), flow, -1, out);
    expect(out[0]).toBeGreaterThan(out[1]); // standing is red
    expect(out[5]).toBeGreaterThan(out[4]); // free is green
    tintEdges("flow", network(), flow, -1, out);
    expect(Array.from(out.slice(0, 3))).toEqual([214, 226, 240]); // nobody
    expect(Array.from(out.slice(4, 7))).toEqual([70, 10, 80]); // 800 an hour
    tintEdges("queue", network(), flow, -1, out);
    expect(out[4]).toBeLessThan(out[0]); // a lane that is full is dark
    tintEdges("source", network(), null, -1, out);
    expect(Array.from(out.slice(0, 3))).toEqual([...SOURCE[0]]);
    expect(Array.from(out.slice(4, 7))).toEqual([...SOURCE[2]]);
    tintEdges("none", network(), flow, 1, out);
    expect(out[3]).toBe(0);
    expect(out[7]).toBeGreaterThan(0);
  });
});

describe("scattered things", () => {
  it("are found by place, and gone when taken away", () => {
    const scatter = new Scatter(8);
    const row = (x: number): number[] => [x, 0, 0, 0, 0, 0, 0, 0];
    const fell = scatter.add(Float32Array.from([...row(10), ...row(500), ...row(2000)]));
    scatter.add(Float32Array.from(row(20)));
    const found = (inner: number, outer: number): number[] => {
      const xs: number[] = [];
      scatter.around(0, 0, inner, outer, (rows, at) => xs.push(rows[at]) > 0);
      return xs.sort((a, b) => a - b);
    };
    expect(found(0, 600)).toEqual([10, 20, 500]);
    expect(found(15, 600)).toEqual([20, 500]);
    fell();
    expect(found(0, 3000)).toEqual([20]);
    expect(scatter.size).toBe(1);
  });
});
