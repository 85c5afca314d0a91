import { describe, expect, it } from "vitest";

import { litShare } from "../../src/scene/buildings";
import { Footprints } from "../../src/scene/footprints";
import { buildAreas } from "../../src/scene/geometry/areas";
import { Part } from "../../src/scene/geometry/buildingmesh";
import { buildBuildings } from "../../src/scene/geometry/buildings";
import { chance } from "../../src/scene/geometry/chance";
import type { MeshData } from "../../src/scene/geometry/mesh";
import { wallColour } from "../../src/scene/geometry/palette";
import { contains, edgeDistance, orientedBox, ringArea, shapeOf, triangulate } from "../../src/scene/geometry/polygon";
import { Use } from "../../src/protocol/words.generated";
import { polygons, tile } from "./city";

const partOf = (mesh: MeshData, i: number): number => mesh.attributes.look.array[4 * i + 3] % 16;
const idOf = (mesh: MeshData, i: number): number => mesh.attributes.building.array[i];

/** Signed volume under the triangles of one building (divergence theorem); walls and roof, without a floor. */
function area(mesh: MeshData, wanted: (i: number) => boolean): number {
  const p = mesh.attributes.position.array;
  let sum = 0;
  for (let t = 0; t < mesh.detailFrom; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => mesh.index[t + k]);
    if (!wanted(a)) continue;
    const u = [0, 1, 2].map((k) => p[3 * b + k] - p[3 * a + k]);
    const v = [0, 1, 2].map((k) => p[3 * c + k] - p[3 * a + k]);
    sum += Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]) / 2;
  }
  return sum;
}

describe("polygons", () => {
  const ring = shapeOf(polygons([[[[0, 0], [30, 0], [30, 30], [0, 30]], [[10, 10], [10, 20], [20, 20], [20, 10]]]]), 0);

  it("are triangulated around their holes, facing up", () => {
    const corners = triangulate(ring);
    expect(corners.length / 3).toBe(8);
    let sum = 0;
    for (let i = 0; i < corners.length; i += 3) {
      const three = Float32Array.from(corners.slice(i, i + 3).flatMap((k) => [ring.points[2 * k], ring.points[2 * k + 1]]));
      expect(ringArea(three, 0, 3)).toBeGreaterThan(0);
      sum += ringArea(three, 0, 3);
    }
    expect(sum).toBeCloseTo(800);
  });

  it("know what is inside and how far the edge is", () => {
    expect(contains(ring, 5, 5)).toBe(true);
    expect(contains(ring, 15, 15)).toBe(false);
    expect(edgeDistance(ring, 5, 15)).toBeCloseTo(5);
  });

  it("have a box along their longer side", () => {
    const box = orientedBox(Float32Array.from([0, 0, 8, 8, 4, 12, -4, 4]), 0, 4);
    expect(box.along).toBeCloseTo(Math.hypot(8, 8) / 2, 4);
    expect(box.across).toBeCloseTo(Math.hypot(4, 4) / 2, 4);
    expect(Math.abs(box.ux)).toBeCloseTo(Math.SQRT1_2, 4);
  });
});

describe("buildings", () => {
  const { buildings: mesh, contact } = buildBuildings(tile());

  it("have the area of their walls and roofs", () => {
    const wall = (id: number): number => area(mesh, (i) => idOf(mesh, i) === id && partOf(mesh, i) === Part.WALL);
    expect(wall(7)).toBeCloseTo(80 * 11, 0);
    expect(wall(9)).toBeCloseTo((120 + 40) * 21, 0);
    expect(area(mesh, (i) => idOf(mesh, i) === 7 && partOf(mesh, i) === Part.FLAT_ROOF)).toBeCloseTo(400, 1);
    expect(area(mesh, (i) => idOf(mesh, i) === 9 && partOf(mesh, i) === Part.FLAT_ROOF)).toBeCloseTo(800, 1);
  });

  it("have walls that face outside, of a courtyard too", () => {
    const { position, normal } = mesh.attributes;
    for (let i = 0; i < position.array.length / 3; i++) {
      if (idOf(mesh, i) !== 9 || partOf(mesh, i) !== Part.WALL) continue;
      const px = position.array[3 * i] + (0.2 * normal.array[4 * i]) / 127;
      const inner = px > 69 && px < 81 && position.array[3 * i + 1] > 9 && position.array[3 * i + 1] < 21;
      if (Math.abs(normal.array[4 * i]) < 100) continue;
      const towardsMiddle = Math.abs(px - 75) < Math.abs(position.array[3 * i] - 75);
      expect(towardsMiddle).toBe(inner);
    }
  });

  it("have a ridge above a gabled house, and nothing above the others but trim and plant", () => {
    const { position } = mesh.attributes;
    const top = (id: number, detail: boolean): number =>
      Math.max(...Array.from(detail ? mesh.index.slice(mesh.detailFrom) : mesh.index.slice(0, mesh.detailFrom)).filter((i) => idOf(mesh, i) === id).map((i) => position.array[3 * i + 2]));
    expect(top(8, false)).toBeCloseTo(9);
    expect(top(7, false)).toBeCloseTo(10.7); // with its parapet
    expect(top(9, true)).toBeGreaterThan(20);
  });

  it("darken the ground around them", () => {
    expect(contact.attributes.position.array.length / 2).toBe(2 * 12);
    expect(contact.attributes.shade.array).toContain(255);
    expect(contact.attributes.shade.array).toContain(0);
  });

  it("look the same each time, and as painted where a colour is known", () => {
    expect(buildBuildings(tile())).toEqual({ buildings: mesh, contact });
    expect(wallColour(12, Use.OFFICE, 0)).toEqual(wallColour(12, Use.OFFICE, 0));
    expect(wallColour(12, Use.OFFICE, 0xaa3311)).toEqual([0xaa, 0x33, 0x11]);
    const many = new Set(Array.from({ length: 50 }, (_, id) => wallColour(id, Use.RESIDENTIAL, 0).join()));
    expect(many.size).toBeGreaterThan(20);
  });

  it("stand in the way of walkers", () => {
    const footprints = new Footprints(tile());
    expect(footprints.at(5, 5)).toEqual({ id: 7, top: 10 });
    expect(footprints.at(75, 15)).toBeNull();
    expect(footprints.at(25, 5)).toBeNull();
  });
});

describe("windows", () => {
  it("burn at home in the evening and at work by day", () => {
    expect(litShare(Use.RESIDENTIAL, 20)).toBeGreaterThan(litShare(Use.RESIDENTIAL, 3) * 5);
    expect(litShare(Use.OFFICE, 10)).toBeGreaterThan(litShare(Use.OFFICE, 22));
    expect(litShare(Use.OUTBUILDING, 20)).toBe(0);
  });
});

describe("chance", () => {
  it("is even, and the same for the same id", () => {
    expect(chance(5, 1)).toBe(chance(5, 1));
    const mean = Array.from({ length: 4000 }, (_, id) => chance(id, 3)).reduce((a, b) => a + b) / 4000;
    expect(mean).toBeCloseTo(0.5, 1);
  });
});

describe("areas", () => {
  it("come topmost first, water apart", () => {
    const polygon = polygons([[[[0, 0], [10, 0], [10, 10]]], [[[0, 0], [4, 0], [4, 4], [0, 4]]], [[[1, 1], [2, 1], [2, 2]]]]);
    const areas = { kind: new Uint8Array([1, 20, 41]), provenance: new Uint8Array(3), name: ["", "", ""], id: new Uint32Array([0, 0, 0]), layer: new Uint8Array([0, 1, 2]), polygon };
    const { land, water } = buildAreas(areas);
    expect(land.index.length / 3).toBe(3);
    expect(water.index.length / 3).toBe(1);
    const rows = Array.from(land.index).map((i) => land.attributes.area.array[3 * i + 1]);
    expect(rows).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0]);
  });
});
