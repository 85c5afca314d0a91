/** Land use, green and water as triangles, the topmost first: each pixel of the ground is painted once. */
import type { Ground } from "../../world/model";
import { AreaLayer } from "../../protocol/words.generated";
import { Column, meshOf, Triangles, type MeshData } from "./mesh";
import { shapeOf, triangulate } from "./polygon";

export interface AreaMeshes {
  readonly land: MeshData;
  readonly water: MeshData;
}

/** Columns: position (x, y), area (kind, row in `areas`, provenance). */
export function buildAreas(areas: Ground["areas"]): AreaMeshes {
  const land = new Painter();
  const water = new Painter();
  for (let row = areas.polygon.count - 1; row >= 0; row--) {
    const painter = areas.layer[row] === AreaLayer.WATER ? water : land;
    painter.add(areas, row);
  }
  return { land: land.mesh(), water: water.mesh() };
}

class Painter {
  private readonly position = new Column(Float32Array, 2);
  private readonly area = new Column(Float32Array, 3);
  private readonly triangles = new Triangles();

  add(areas: Ground["areas"], row: number): void {
    const shape = shapeOf(areas.polygon, row);
    const first = this.position.rows;
    const corners = triangulate(shape);
    for (let i = 0; i < shape.points.length; i += 2) {
      this.position.push(shape.points[i], shape.points[i + 1]);
      this.area.push(areas.kind[row], row, areas.provenance[row]);
    }
    for (let i = 0; i < corners.length; i += 3) {
      this.triangles.triangle(first + corners[i], first + corners[i + 1], first + corners[i + 2]);
    }
  }

  mesh(): MeshData {
    return meshOf({ position: this.position, area: this.area }, this.triangles.take());
  }
}
