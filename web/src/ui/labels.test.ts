import { expect, test } from "vitest";
import type { View } from "../world/model";
import { choose } from "./labels";
import type { Candidate } from "./names";

const view: View = { x: 0, y: -100, z: 100, yaw: 0, pitch: 0.78, distance: 141, mode: "orbit" };
const project = (x: number, y: number) => ({ x, y: -y, visible: x > -1000 });
const named = (text: string, x: number, y: number, importance = 0.5, reach = 1000): Candidate => ({
  text, x, y, z: 0, importance, reach, kind: "place", width: 60,
}); // prettier-ignore
const texts = (candidates: readonly Candidate[]): string[] => choose(candidates, { project }, view).map((one) => one.text);

test("the more important of two that overlap is shown", () => {
  expect(texts([named("kiosk", 0, 0, 0.2), named("station", 10, 5, 0.9), named("school", 200, 0)])).toEqual(["station", "school"]);
});
test("a name stands once, where it is nearest", () => {
  const chosen = choose([named("Ring Road", 400, 0), named("Ring Road", 20, 0)], { project }, view);
  expect(chosen.map((one) => one.x)).toEqual([20]);
});
test("what is out of reach or out of the picture is left out", () => {
  expect(texts([named("far", 0, 5000), named("beside", -1200, 0, 1, 9000), named("here", 0, 0)])).toEqual(["here"]);
});
test("never more than some fifty", () => {
  const many = Array.from({ length: 300 }, (_, i) => named(`n${i}`, (i % 20) * 100, Math.floor(i / 20) * 50, 0.5, 9000));
  expect(texts(many).length).toBeLessThanOrEqual(50);
});
