import { describe, expect, it } from "vitest";

import { buildClosures } from "../../src/scene/geometry/closures";
import { placeFurniture, pointAt } from "../../src/scene/geometry/furniture";
import type { MeshData } from "../../src/scene/geometry/mesh";
import { spineOf } from "../../src/scene/geometry/ribbon";
import { buildStreets } from "../../src/scene/geometry/streets";
import { Line, Paving, StreetMesh, plain } from "../../src/scene/geometry/streetmesh";
import { headLight, Light, lightOf } from "../../src/world/lights";
import { Surface } from "../../src/scene/surface";
import { network, polylines, STREET_Y } from "./city";

const rowsOf = (mesh: MeshData, paving: number): number[] => {
  const code = mesh.attributes.code.array;
  return Array.from({ length: code.length / 4 }, (_, i) => i).filter((i) => code[4 * i] === paving);
};
const x = (mesh: MeshData, i: number): number => mesh.attributes.position.array[3 * i];
const y = (mesh: MeshData, i: number): number => mesh.attributes.position.array[3 * i + 1] - STREET_Y;
const z = (mesh: MeshData, i: number): number => mesh.attributes.position.array[3 * i + 2];

describe("a ribbon", () => {
  it("is as wide as it should be, round a corner too", () => {
    const spine = spineOf(polylines([[[0, 0, 0], [10, 0, 0], [10, 0, 0], [10, 10, 0]]]), 0)!;
    expect(spine.count).toBe(3);
    expect(spine.length).toBeCloseTo(20);
    const mesh = new StreetMesh();
    mesh.begin(plain(Paving.LANE));
    mesh.strip(spine, -2, 2, 0, 2);
    const { position } = mesh.mesh().attributes;
    const corner = Array.from(position.array.slice(6, 12)).map((value) => +value.toFixed(4) + 0);
    expect(corner).toEqual([12, -2, 0, 8, 2, 0]);
  });

  it("is none where a line has no length", () => {
    expect(spineOf(polylines([[[1, 1, 0], [1, 1, 0]]]), 0)).toBeNull();
  });

  it("knows the point and heading at a station", () => {
    const spine = spineOf(polylines([[[0, 0, 0], [10, 0, 2]]]), 0)!;
    expect(pointAt(spine, 5, 1)).toEqual([5, 1, 1, 0]);
  });
});

describe("streets", () => {
  const [mesh] = buildStreets(network());

  it("cover the lanes' width with a margin outside the outermost lines only", () => {
    const lanes = rowsOf(mesh, Paving.LANE).filter((i) => x(mesh, i) <= 100);
    const across = lanes.map((i) => y(mesh, i));
    expect(Math.min(...across)).toBeCloseTo(-3.2 - 0.35, 3);
    expect(Math.max(...across)).toBeCloseTo(3.2 + 0.35, 3);
  });

  it("are painted with a dashed line between lanes and solid ones outside", () => {
    const { code } = mesh.attributes;
    const [first] = rowsOf(mesh, Paving.LANE);
    expect(code.array[4 * first + 1] & 15).toBe(Line.DASHED);
    expect(code.array[4 * first + 1] >> 4).toBe(Line.SOLID);
  });

  it("have decks, parapets and pillars where they are lifted, and none on the ground", () => {
    const concrete = rowsOf(mesh, Paving.CONCRETE);
    expect(concrete.length).toBeGreaterThan(0);
    expect(Math.min(...concrete.map((i) => x(mesh, i)))).toBeGreaterThanOrEqual(119);
    expect(Math.max(...concrete.map((i) => z(mesh, i)))).toBeCloseTo(6.9, 1);
    expect(Math.min(...concrete.map((i) => z(mesh, i)))).toBeLessThan(0);
  });

  it("have kerbs as high as a kerb", () => {
    const walk = rowsOf(mesh, Paving.SIDEWALK);
    expect(new Set(walk.map((i) => +z(mesh, i).toFixed(2)))).toEqual(new Set([0.14]));
  });

  it("draw crossings after lanes and lanes after junctions", () => {
    const { code } = mesh.attributes;
    const order = Array.from(mesh.index).map((i) => code.array[4 * i]).filter((paving) => paving <= Paving.CROSSING);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it("leave tunnels out", () => {
    const deep = network();
    deep.lanes.line.points.forEach((_, i) => {
      if (i % 3 === 2) deep.lanes.line.points[i] = -5;
    });
    expect(buildStreets(deep).flatMap((one) => rowsOf(one, Paving.LANE))).toEqual([]);
  });
});

describe("furniture", () => {
  const furniture = placeFurniture(network());

  it("hangs a signal head over each lane and one mast for each edge", () => {
    expect(furniture.heads.length / 8).toBe(2);
    expect(furniture.masts.length / 8).toBe(1);
    expect(furniture.heads[1] - STREET_Y).toBeCloseTo(-1.6);
    expect(furniture.masts[1] - STREET_Y).toBeLessThan(-3.2);
  });

  it("puts lamps beside the kerb lane", () => {
    expect(furniture.lamps.length / 8).toBe(7);
    expect(furniture.lamps[1] - STREET_Y).toBeCloseTo(-1.6 - 1.6 - 1.1, 4);
  });

  it("shows each link the light of the present phase", () => {
    const { signals } = network();
    expect(lightOf(signals, 0, 0, 1)).toBe(3);
    expect(lightOf(signals, 0, 1, 0)).toBe(0);
    expect(lightOf(signals, 0, 1, 1)).toBe(1);
    expect(lightOf(signals, 0, 9, 0)).toBe(4);
  });

  it("shows a lane's green arrow beside its red light, and only there", () => {
    const town = network();
    town.connections.from.fill(town.connections.from[0]);
    town.signals.light.set([Light.RED, Light.GREEN_ARROW, Light.GREEN_PROTECTED, Light.GREEN_ARROW]);
    const heads = placeFurniture(town).heads;
    const [link, arrow] = [heads[5], heads[7]];
    expect(heads.length / 8).toBe(1);
    expect(arrow).toBe(1);
    expect(headLight(town.signals, 0, 0, 0, arrow)).toBe(Light.GREEN_ARROW);
    expect(headLight(town.signals, 0, 1, 0, arrow)).toBe(Light.GREEN_PROTECTED);
    expect(headLight(town.signals, 0, 0, 0, -1)).toBe(Light.RED);
    expect([0, 1]).toContain(link);
    expect(furniture.heads[7]).toBe(-1);
  });
});

describe("the surface", () => {
  const surface = new Surface(network());

  it("carries whoever is on the bridge, and lets others pass below", () => {
    expect(surface.at(200, STREET_Y, 6)).toBeCloseTo(6);
    expect(surface.at(200, STREET_Y, 0)).toBe(0);
    expect(Math.abs(surface.at(140, STREET_Y, 2.5) - 3)).toBeLessThan(0.7);
  });
});

describe("closed lanes", () => {
  const mesh = buildClosures(network(), [1, 2, 99]);
  const hatched = rowsOf(mesh, Paving.CLOSED);
  const boards = rowsOf(mesh, Paving.BOARD);
  const laneOf = (i: number): number => mesh.attributes.owner.array[2 * i + 1];

  it("are hatched between their lines, over their whole length, bridges too, and no others are", () => {
    expect(new Set(hatched.map(laneOf))).toEqual(new Set([1, 2]));
    const flat = hatched.filter((i) => laneOf(i) === 1);
    expect(flat.map((i) => x(mesh, i)).sort((a, b) => a - b)).toEqual([0, 0, 100, 100]);
    expect([Math.min(...flat.map((i) => y(mesh, i))), Math.max(...flat.map((i) => y(mesh, i)))].map((v) => +v.toFixed(3))).toEqual([0.2, 3]);
    expect(Math.max(...hatched.map((i) => z(mesh, i)))).toBeCloseTo(6.02);
  });

  it("have a barrier at either end, within the lane and upright on it", () => {
    const flat = boards.filter((i) => laneOf(i) === 1);
    for (const end of [1.5, 98.5]) expect(flat.some((i) => Math.abs(x(mesh, i) - end) < 0.1)).toBe(true);
    expect(flat.every((i) => Math.min(Math.abs(x(mesh, i) - 1.5), Math.abs(x(mesh, i) - 98.5)) < 0.1)).toBe(true);
    expect(flat.every((i) => y(mesh, i) > 0.2 && y(mesh, i) < 3)).toBe(true);
    expect([Math.min(...flat.map((i) => z(mesh, i))), Math.max(...flat.map((i) => z(mesh, i)))]).toEqual([0, 1]);
  });

  it("face outward: every triangle's corners go round its normal", () => {
    const { position, normal } = mesh.attributes;
    const at = (i: number): number[] => Array.from(position.array.slice(3 * i, 3 * i + 3));
    for (let k = 0; k < mesh.index.length; k += 3) {
      const [a, b, c] = [0, 1, 2].map((j) => at(mesh.index[k + j]));
      const [u, v] = [b, c].map((p) => p.map((value, axis) => value - a[axis]));
      const cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
      const n = normal.array.slice(4 * mesh.index[k], 4 * mesh.index[k] + 3);
      expect(cross[0] * n[0] + cross[1] * n[1] + cross[2] * n[2]).toBeGreaterThan(0);
    }
  });

  it("are none where none are closed", () => {
    expect(buildClosures(network(), []).index.length).toBe(0);
  });
});
