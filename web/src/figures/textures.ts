/** The two textures that all figures share: where vertices lie in each shape, and the bones of each pose. */
import { ClampToEdgeWrapping, DataTexture, FloatType, HalfFloatType, LinearFilter, NearestFilter, RGBAFormat } from "three";

import type { Halves } from "./bake";
import { SHAPES } from "./levels";
import { TENTH, type Level } from "./parts";
import { proportionsOf } from "./proportions";
import { BONES, skeletonOf } from "./skeleton";

const WIDTH = 1024; // as in bodyshader.ts

export interface ShapeTexture {
  readonly texture: DataTexture;
  /** First texel of each level's parts. */
  readonly bases: readonly (readonly number[])[];
  /** First texel of the joints: BONES a shape, xyz at rest. */
  readonly joints: number;
}

export function shapeTexture(levels: readonly Level[]): ShapeTexture {
  let texels = 0;
  const bases = levels.map((level) => level.map((part) => {
    const base = texels;
    texels += part.rows * part.open.length;
    return base;
  }));
  const joints = texels;
  texels += SHAPES.length * BONES.length;
  const height = Math.ceil(texels / WIDTH);
  const data = new Float32Array(4 * WIDTH * height);
  levels.forEach((level, l) => level.forEach((part, k) => {
    for (let i = 0, at = 4 * bases[l][k]; i < part.rows * part.open.length; i++, at += 4) {
      for (let c = 0; c < 3; c++) data[at + c] = part.points[3 * i + c] * TENTH;
      data[at + 3] = part.normals[2 * i] + 127 + 256 * (part.normals[2 * i + 1] + 127);
    }
  }));
  SHAPES.forEach((person, s) => skeletonOf(proportionsOf(person)).joints.forEach((p, b) => data.set(p, 4 * (joints + s * BONES.length + b))));
  const texture = new DataTexture(data, WIDTH, height, RGBAFormat, FloatType);
  texture.minFilter = texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return { texture, bases, joints };
}

export function boneTexture({ width, height, data }: Halves): DataTexture {
  const texture = new DataTexture(data as Uint16Array<ArrayBuffer>, width, height, RGBAFormat, HalfFloatType);
  texture.minFilter = texture.magFilter = LinearFilter;
  texture.wrapS = texture.wrapT = ClampToEdgeWrapping;
  texture.needsUpdate = true;
  return texture;
}

