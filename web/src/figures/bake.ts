/** Poses as numbers for the graphics card: for each shape, row and frame the matrices of all bones. */
import { DataUtils } from "three";

import { Posture } from "./kinematics";
import { SHAPES } from "./levels";
import { pacesOf, ROWS, take } from "./poses";
import { proportionsOf } from "./proportions";
import { BONES, skeletonOf, type Skeleton } from "./skeleton";

/** Frames of a cycle; the texture has the first one again at the end, so that a sampler may blend any two. */
export const FRAMES = 32;
/** Columns of one row's cycle. */
export const COLUMNS = FRAMES + 1;

/**
 * Matrices of bones (3 rows of 4) as an image: across, rows of poses with their frames; down, shapes with their bones'
 * matrix rows. Float32, RGBA.
 */
export interface Baked {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export function bake(skeletons: readonly Skeleton[]): Baked {
  const width = COLUMNS * ROWS.length;
  const lines = 3 * BONES.length;
  const height = lines * skeletons.length;
  const data = new Float32Array(4 * width * height);
  const one = new Float32Array(12 * BONES.length);
  skeletons.forEach((skeleton, shape) => {
    const posture = new Posture(skeleton);
    const paces = pacesOf(skeleton);
    for (let row = 0; row < ROWS.length; row++)
      for (let frame = 0; frame < COLUMNS; frame++) {
        take(posture, row, (frame % FRAMES) / FRAMES, paces);
        posture.matrices(one);
        for (let line = 0; line < lines; line++) data.set(one.subarray(4 * line, 4 * line + 4), 4 * ((shape * lines + line) * width + row * COLUMNS + frame));
      }
  });
  return { width, height, data };
}

/** The same of all shapes in half floats: every WebGL 2 filters them, and a millimetre is near enough. */
export interface Halves {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
}

export function bakedHalves(): Halves {
  const { width, height, data } = bake(SHAPES.map((person) => skeletonOf(proportionsOf(person))));
  return { width, height, data: Uint16Array.from(data, (x) => DataUtils.toHalfFloat(x)) };
}
