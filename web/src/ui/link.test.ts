import { describe, expect, test } from "vitest";
import type { View } from "../world/model";
import { readLink, writeLink, type SharedState } from "./link";
import { facingNorth, target, zoomed } from "./view";

const view: View = { x: -1234.5, y: 88.2, z: 310, yaw: 0.7854, pitch: 0.6, distance: 512.3, mode: "orbit" };
const everything: SharedState = {
  view,
  time: 28814.5,
  layer: "speed",
  selection: { kind: "building", id: 4711 },
  followed: 12,
};
const nothing: SharedState = { view: null, time: null, layer: "none", selection: null, followed: null };

describe("a shared link", () => {
  test("holds the view, the second, the layer and what is chosen", () => {
    expect(readLink(`#${writeLink(everything)}`)).toEqual(everything);
  });
  test("survives programs that escape it", () => {
    expect(readLink(`#${encodeURIComponent(writeLink(everything)).replaceAll("%26", "&").replaceAll("%3D", "=")}`)).toEqual(everything);
    expect(readLink("#%E0%A4%A")).toEqual(nothing);
  });
  test("holds no more than is set", () => {
    expect(writeLink(nothing)).toBe("");
    expect(readLink("")).toEqual(nothing);
    expect(writeLink({ ...nothing, time: 0, followed: 0 })).toBe("t=0.0&f=0");
    expect(readLink("#t=0.0&f=0")).toEqual({ ...nothing, time: 0, followed: 0 });
  });
  test.each([
    "v=1,2,3", "v=1,2,3,4,5,6,drive", "v=a,2,3,4,5,6,orbit", "v=,,,,,,orbit", "v=Infinity,2,3,4,5,6,orbit", "t=-5", "t=soon",
    "l=<script>", "s=dragon:1", "s=building:", "s=building:x", "f=", "&&&", "%00", "v",
  ])("takes %s for nothing", (hash) => {
    expect(readLink(`#${hash}`)).toEqual(nothing);
  }); // prettier-ignore
});

describe("views", () => {
  test("zooming keeps the point looked at", () => {
    const near = zoomed(view, 0.5);
    expect(near.distance).toBeCloseTo(view.distance / 2);
    target(near).forEach((v, i) => expect(v).toBeCloseTo(target(view)[i], 6));
  });
  test("zooming goes forward for who walks, and stays on the ground", () => {
    const walker: View = { ...view, z: 1.7, pitch: 0.2, mode: "walk", yaw: Math.PI / 2 };
    const on = zoomed(walker, 0.9);
    expect(on.z).toBe(1.7);
    expect(on.x).toBeGreaterThan(walker.x);
    expect(on.y).toBeCloseTo(walker.y);
  });
  test("facing north keeps the point looked at", () => {
    const north = facingNorth(view);
    expect(north.yaw).toBe(0);
    target(north).forEach((v, i) => expect(v).toBeCloseTo(target(view)[i], 6));
  });
});
