/** A figure in 32 bytes: eight words that the shaders read as two integer vectors. */

/** Words a figure. */
export const WORDS = 8;

/** Where a figure is and what it does; indices as in the tables of poses.ts, outfit.ts and levels.ts. */
export interface Moment {
  x: number;
  y: number;
  z: number;
  /** rad from east, anticlockwise */
  heading: number;
  /** Cycles, any number: its fraction counts. */
  phase: number;
  /** Rows of the bone texture, and the share of the second. */
  row: number;
  toRow: number;
  share: number;
  /** Bits: 1 a phone, 2 a case, 4 an umbrella in the hand. */
  holds: number;
}

/** How a figure looks: three words, see outfit.ts; the last has the face in it. */
export type Look = readonly [number, number, number];

/** A face: the mouth 0 shut .. 1 open; brows -1 down .. 1 up; lids 0 shut .. 1 open; gaze -1 .. 1 to its left, and up. */
export interface Face {
  readonly mouth?: number;
  /** How wide the mouth is, 0 round .. 1 wide: with `mouth` the coarse shapes of speech. */
  readonly wide?: number;
  readonly brows?: number;
  readonly lids?: number;
  readonly left?: number;
  readonly up?: number;
}

const FULL = 2 * Math.PI;

/** Bits of the last word that are the face's. */
const FACE_BITS = 0xffffe000;

export function writeMoment(floats: Float32Array, words: Uint32Array, at: number, m: Readonly<Moment>): void {
  const k = WORDS * at;
  floats[k] = m.x;
  floats[k + 1] = m.y;
  floats[k + 2] = m.z;
  words[k + 3] = (turns(m.heading / FULL) | (turns(m.phase) << 16)) >>> 0;
  words[k + 4] = ((m.row & 255) | ((m.toRow & 255) << 8) | (part(m.share, 255) << 16) | ((m.holds & 255) << 24)) >>> 0;
}

export function writeLook(words: Uint32Array, at: number, look: Look): void {
  words.set(look, WORDS * at + 5);
}

/** The last word of a look with another face. */
export function withFace(word: number, face: Face): number {
  const { mouth = 0, wide = 0.5, brows = 0, lids = 1, left = 0, up = 0 } = face;
  const bits = part(mouth, 7) | (part(wide, 3) << 3) | (part(0.5 + brows / 2, 3) << 5) | (part(lids, 3) << 7) | (part(0.5 + left / 2, 15) << 9) | (part(0.5 + up / 2, 7) << 13);
  return ((word & ~FACE_BITS) | (bits << 13)) >>> 0;
}

/** The fraction of a number of turns in 65,536ths. */
function turns(value: number): number {
  return Number.isFinite(value) ? Math.floor((value - Math.floor(value)) * 65536) & 65535 : 0;
}

/** A share 0 .. 1 as a whole number up to `most`. */
export function part(share: number, most: number): number {
  return Number.isFinite(share) ? Math.round(Math.min(Math.max(share, 0), 1) * most) : 0;
}
