/** The colours of the model: matt and warm, chosen by a building's use and id. sRGB, 0 .. 255. */
import { Use } from "../../protocol/words.generated";
import { chance, pick } from "./chance";

export type Rgb = readonly [number, number, number];

const hex = (value: number): Rgb => [(value >> 16) & 255, (value >> 8) & 255, value & 255];
const list = (...values: number[]): readonly Rgb[] => values.map(hex);

const HOUSING = list(0xe8ddcb, 0xdfcdb4, 0xd9bfa0, 0xe6d3bd, 0xcfae90, 0xe9e2d4, 0xd8c8b6, 0xc99f7f, 0xdcb99a, 0xe4d6c6, 0xb98d73);
const OFFICES = list(0xcfd3d3, 0xbfc7c9, 0xd9d6cf, 0xc5c0b8, 0xe2ded6, 0xaeb6ba, 0xcbb9a4);
const SHOPS = list(0xe4d2b8, 0xd6b895, 0xe8e0d2, 0xcda98a, 0xdcc7b0);
const WORKS = list(0xd5d6d1, 0xc4cace, 0xdad3c5, 0xb7c0c4, 0xcfc6b6, 0xa9b4ba);
const PUBLIC = list(0xe9dfcd, 0xddc9ad, 0xd3b391, 0xeae4d8, 0xc68f6e, 0xd8cdbd);
const SCHOOLS = list(0xe2b999, 0xd99f7c, 0xeadcc4, 0xe3cfae, 0xcf9a78);
const HOSPITALS = list(0xf0ece4, 0xe7e6e0, 0xe4dcd0);
const SACRED = list(0xd9a06f, 0xc8805c, 0xe6d6b8);

const BY_USE: Readonly<Record<number, readonly Rgb[]>> = {
  [Use.RESIDENTIAL]: HOUSING,
  [Use.OFFICE]: OFFICES,
  [Use.RETAIL]: SHOPS,
  [Use.MIXED]: SHOPS,
  [Use.HOTEL]: SHOPS,
  [Use.INDUSTRIAL]: WORKS,
  [Use.PARKING]: WORKS,
  [Use.TRANSPORT]: OFFICES,
  [Use.OUTBUILDING]: WORKS,
  [Use.SCHOOL]: SCHOOLS,
  [Use.HOSPITAL]: HOSPITALS,
  [Use.WORSHIP]: SACRED,
  [Use.CIVIC]: PUBLIC,
  [Use.CULTURE]: PUBLIC,
  [Use.SPORT]: PUBLIC,
};

const FLAT_ROOFS = list(0xc9c3b8, 0xbdb8ae, 0xd3cec4, 0xb2aca2, 0xc4b9aa, 0xa9a59d);
const WORKS_ROOFS = list(0xaeb9bf, 0x9fb0ba, 0xc6c8c4, 0x93a7b5, 0xb9b2a6);
const TILED_ROOFS = list(0x94604c, 0xa26c54, 0x83594a, 0x746e69, 0x7b5548, 0x666a6c, 0xa87a5e);

/** A wall's colour: the one given (0xRRGGBB), or one that fits the use; slightly lighter or darker from house to house. */
export function wallColour(id: number, use: number, given: number): Rgb {
  if (given !== 0) return hex(given);
  const base = pick(BY_USE[use] ?? HOUSING, id, 1);
  const shade = 0.93 + 0.1 * chance(id, 2);
  return [base[0] * shade, base[1] * shade, base[2] * shade].map((value) => Math.min(255, Math.round(value))) as unknown as Rgb;
}

export function roofColour(id: number, use: number, pitched: boolean): Rgb {
  if (use === Use.INDUSTRIAL) return pick(WORKS_ROOFS, id, 3);
  return pick(pitched ? TILED_ROOFS : FLAT_ROOFS, id, 3);
}
