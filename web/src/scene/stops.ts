/** Bus shelters, and the signs of underground stations. */
import { Group } from "three";

import { LowPoly } from "./lowpoly";
import { propMesh } from "./props";
import { Nearby, Scatter } from "./scatter";
import { Transit } from "../protocol/words.generated";

const REACH = 900; // m

/** Open to the street, which is on its left (y). */
const shelter = (): LowPoly => {
  const model = new LowPoly().box(0, [0, -0.2, 2.55], [2.4, 0.85, 0.06]).box(1, [0, -0.95, 1.35], [2.2, 0.03, 0.9]).box(2, [0, -0.6, 0.45], [1.2, 0.2, 0.04]);
  for (const x of [-2.1, 2.1]) model.post(2, [x, -0.9, 0], 2.5, 0.05, 4).post(2, [x, 0.4, 0], 2.5, 0.05, 4);
  return model.post(2, [3.4, 0.4, 0], 2.9, 0.05, 5).box(3, [3.4, 0.4, 2.6], [0.05, 0.32, 0.34]);
};
const totem = (): LowPoly => new LowPoly().box(4, [0, 0, 2], [0.5, 0.14, 2]).box(5, [0, 0, 3.1], [0.38, 0.16, 0.38]).box(0, [0, -2.5, 2.9], [2.6, 1.7, 0.12]).box(1, [-2.4, -2.5, 1.4], [0.05, 1.6, 1.4]).box(1, [2.4, -2.5, 1.4], [0.05, 1.6, 1.4]).box(1, [0, -4.1, 1.4], [2.4, 0.05, 1.4]);

const PLACE = /* glsl */ `
place = row0.xyz + vec3(turned(position.xy, row0.w), position.z);
facing = vec3(turned(normal.xy, row0.w), normal.z);
tone = part < 0.5 ? vec3(0.62, 0.6, 0.56) : part < 1.5 ? vec3(0.24, 0.32, 0.34) : part < 2.5 ? vec3(0.2, 0.2, 0.2) : part < 3.5 ? vec3(0.08, 0.22, 0.5) : part < 4.5 ? vec3(0.5, 0.06, 0.05) : vec3(0.85);
shine = (part > 0.5 && part < 1.5 ? vec3(0.9, 0.85, 0.72) * 0.35 : part > 2.5 ? tone * 0.8 : vec3(0.0)) * uNight;`;

export class Stops {
  readonly group = new Group();
  private readonly drawn: { readonly scatter: Scatter; readonly near: Nearby }[];

  constructor() {
    this.drawn = [shelter(), totem()].map((model, kind) => {
      const scatter = new Scatter(8);
      const near = new Nearby(scatter, model.instanced(), 600);
      this.group.add(propMesh({ name: `stop ${kind}`, geometry: near.geometry, place: PLACE, shadows: true }));
      return { scatter, near };
    });
  }

  /** For picking. */
  get geometries(): Nearby["geometry"][] {
    return this.drawn.map(({ near }) => near.geometry);
  }

  /** Rows of `placeStops`. */
  set(rows: Float32Array): void {
    for (const metro of [false, true]) {
      const own: number[] = [];
      for (let k = 0; k < rows.length; k += 8) {
        const underground = rows[k + 4] === Transit.METRO || rows[k + 4] === Transit.RAIL;
        if (underground === metro) own.push(...rows.subarray(k, k + 8));
      }
      this.drawn[Number(metro)].scatter.add(Float32Array.from(own));
    }
  }

  update(x: number, y: number): void {
    for (const { near } of this.drawn) near.update(x, y, 0, REACH);
  }
}
