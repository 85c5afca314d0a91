/** What a figure wears and carries: choices that pack into three words, and outfits by role, weather and chance. */
import { HAIR, HATS, type HairName, type HatName } from "./hair";
import { part, withFace, type Look } from "./instance";
import { SHAPES } from "./levels";
import { proportionsOf, type Person } from "./proportions";

/** Colours of cloth and leather, sRGB. */
export const CLOTH = [
  0xf1ede4, 0xd9d2c3, 0xb9ad97, 0x8d8273, 0x5d564d, 0x33312f, 0x1d1e22, 0x22304a, 0x35507c, 0x6f8fb4, 0xa9c0d2, 0x2f5d55, 0x5f7f5a, 0x98a773, 0x7b2f2b, 0xb5472a,
  0xd9825b, 0xe2b04a, 0xf0d7a1, 0xc56d7c, 0xe3b7b2, 0x6b4a6e, 0x94765b, 0x6b4b33, 0x40301f, 0x3d6f8e, 0x16324f, 0xf07a1a, 0xdfe83a, 0xcfd3d6, 0x7c858c, 0x4a5157,
] as const;
export const SKINS = [0xf0d5c2, 0xe8c6ab, 0xe0b898, 0xd4a685, 0xc4946f, 0xab7c5c, 0x8e6449, 0x704e3a, 0x573d2f, 0xebcdb6] as const;
export const HAIR_COLOURS = [0x14110f, 0x241a14, 0x3a281b, 0x55391f, 0x7a5230, 0xa87c45, 0x8a3d22, 0x6f6a65, 0xa9a49d, 0xdedad2] as const;

export const TOPS = ["tee", "shirt", "jacket", "coat", "sweater", "dress", "uniform", "high-vis", "suit", "puffer"] as const;
export const BOTTOMS = ["trousers", "shorts", "skirt", "leggings"] as const;
export const BAGS = ["none", "backpack", "shoulder bag"] as const;
export const PROPS = ["none", "phone", "case", "umbrella"] as const;
export const MOUNTS = ["none", "bicycle", "wheelchair"] as const;
export type TopName = (typeof TOPS)[number];
export type BottomName = (typeof BOTTOMS)[number];
export type BagName = (typeof BAGS)[number];
export type PropName = (typeof PROPS)[number];
export type MountName = (typeof MOUNTS)[number];

/** Colours are indices of the tables above. */
export interface Outfit {
  readonly skin: number;
  readonly hair: HairName;
  readonly hairColour: number;
  readonly hat?: HatName;
  readonly hatColour?: number;
  readonly beard?: number; // 0 none .. 3 full
  readonly glasses?: boolean;
  readonly top: TopName;
  readonly topColour: number;
  /** A shirt under a jacket, a tie, stripes. */
  readonly accent?: number;
  readonly bottom: BottomName;
  readonly bottomColour: number;
  readonly shoes: number;
  readonly bag?: BagName;
  readonly bagColour?: number;
  readonly prop?: PropName;
  readonly mount?: MountName;
}

const SMALLEST = 0.7; // of a shape's own height
const SPAN = 0.6;

/** A person's nearest shape, and the height beside the shape's own. */
export function shapeOf(person: Person): { shape: number; scale: number } {
  const wanted = proportionsOf(person);
  const build = person.build ?? 0;
  let best = 0;
  let least = Infinity;
  SHAPES.forEach((shape, i) => {
    const p = proportionsOf(shape);
    const off = Math.abs(shape.sex - person.sex) * 1.2 + 3 * Math.abs(p.childlike - wanted.childlike) + 6 * Math.abs(p.stoop - wanted.stoop) + 0.5 * Math.abs((shape.build ?? 0) - build) + 1.5 * Math.abs(Math.log(p.stature / wanted.stature));
    if (off < least) [best, least] = [i, off];
  });
  return { shape: best, scale: Math.min(Math.max(wanted.stature / proportionsOf(SHAPES[best]).stature, SMALLEST), SMALLEST + SPAN) };
}

/** The words of a look: bits from low to high as they are read in paint.ts and bodyshader.ts. */
export function lookOf(person: Person, outfit: Outfit): Look {
  const at = <T extends string>(list: readonly T[], name: T | undefined): number => Math.max(list.indexOf(name ?? list[0]), 0);
  const { shape, scale } = shapeOf(person);
  const a = outfit.skin | (outfit.hairColour << 4) | (at(HAIR, outfit.hair) << 8) | (at(HATS, outfit.hat) << 12) | ((outfit.hatColour ?? 0) << 15) | ((outfit.beard ?? 0) << 20) | ((outfit.glasses ? 1 : 0) << 22) | (at(TOPS, outfit.top) << 23) | (at(BOTTOMS, outfit.bottom) << 27);
  const b = outfit.topColour | ((outfit.accent ?? 0) << 5) | (outfit.bottomColour << 10) | (outfit.shoes << 15) | (at(BAGS, outfit.bag) << 20) | ((outfit.bagColour ?? 5) << 23) | (at(PROPS, outfit.prop) << 28) | (at(MOUNTS, outfit.mount) << 30);
  const c = shape | (part((scale - SMALLEST) / SPAN, 255) << 5);
  return [a >>> 0, b >>> 0, withFace(c >>> 0, {})];
}

/** The stature a look is drawn with, m. */
export function statureOf(look: Look): number {
  return proportionsOf(SHAPES[look[2] & 31]).stature * scaleOf(look);
}

export function scaleOf(look: Look): number {
  return SMALLEST + (((look[2] >>> 5) & 255) / 255) * SPAN;
}

export type Role = "anyone" | "office" | "police" | "builder" | "pupil" | "cyclist";
export interface Weather {
  /** Degrees Celsius. */
  readonly warmth: number;
  readonly rain?: boolean;
}

/** A person and an outfit drawn from a number: the same number, role and weather always dress the same. */
export function dressed(seed: number, role: Role = "anyone", weather: Weather = { warmth: 18 }): { person: Person; outfit: Outfit } {
  let draws = 0;
  const chance = (): number => hash(seed, draws++);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)];
  const sex = chance() < 0.5 ? 0 : 1;
  const age = role === "pupil" ? 7 + 8 * chance() : role === "anyone" ? ageFrom(chance()) : 22 + 40 * chance();
  const usual = proportionsOf({ sex, age }).stature;
  const person: Person = { sex, age, height: usual * (1 + 0.036 * (chance() + chance() + chance() - 1.5) * 2), build: Math.min(Math.max((chance() + chance() - 1) * 1.1 + (age - 35) / 120, -1), 1) };
  const skin = Math.floor((0.7 * chance() + 0.3 * chance()) * SKINS.length);
  const grey = age > 45 && chance() < (age - 40) / 40;
  const hairColour = grey ? 7 + Math.floor(chance() * 3) : chance() < 0.72 ? Math.floor(chance() * 3) : Math.floor(chance() * 7);
  const hair: HairName = sex === 1 ? (age > 40 && chance() < 0.3 ? "thinning" : pick(["crop", "parted", "parted", "crop", "curls"] as const)) : pick(["bob", "long", "long", "bun", "tail", "bob", "curls", "parted", "scarf"] as const);
  const base = { skin, hair, hairColour, glasses: age > 12 && chance() < 0.22, beard: sex === 1 && age > 22 && chance() < 0.35 ? 1 + Math.floor(chance() * 3) : 0, shoes: pick([6, 5, 24, 23, 0, 4, 14, 30] as const), hatColour: pick([7, 14, 22, 11, 1, 21, 16, 6] as const) };
  const clothes = clothesFor(role, weather, sex, age, pick, chance);
  const bag: BagName = chance() < 0.24 ? "backpack" : sex === 0 && chance() < 0.4 ? "shoulder bag" : "none";
  const prop: PropName = weather.rain && age > 10 && chance() < 0.8 ? "umbrella" : role === "office" && chance() < 0.35 ? "case" : age > 12 && chance() < 0.14 ? "phone" : "none";
  return { person, outfit: { ...base, bag: role === "pupil" ? "backpack" : bag, bagColour: pick([6, 5, 23, 14, 7, 17, 25, 12] as const), prop, ...clothes } };
}

type Clothes = Pick<Outfit, "top" | "topColour" | "accent" | "bottom" | "bottomColour"> & Partial<Outfit>;

function clothesFor(role: Role, weather: Weather, sex: number, age: number, pick: <T>(list: readonly T[]) => T, chance: () => number): Clothes {
  const trousers = pick([7, 7, 8, 5, 6, 3, 4, 31, 2, 26] as const);
  if (role === "police") return { top: "uniform", topColour: 26, accent: 9, bottom: "trousers", bottomColour: 6, hat: "cap", hatColour: 26, bag: "none", prop: "none" };
  if (role === "builder") return { top: "high-vis", topColour: chance() < 0.5 ? 27 : 28, accent: 7, bottom: "trousers", bottomColour: 31, hat: "hard hat", hatColour: pick([17, 0, 15] as const), shoes: 23, bag: "none", prop: "none" };
  if (role === "office") return { top: sex === 0 && chance() < 0.4 ? "jacket" : "suit", topColour: pick([7, 6, 5, 31, 4] as const), accent: pick([14, 25, 11, 21, 0] as const), bottom: sex === 0 && chance() < 0.5 ? "skirt" : "trousers", bottomColour: pick([7, 6, 5, 31] as const), shoes: 6 };
  if (role === "pupil") return { top: "sweater", topColour: 25, accent: 0, bottom: "trousers", bottomColour: 7, shoes: 0, hat: chance() < 0.2 ? "cap" : "none", hatColour: 17 };
  if (role === "cyclist") return { top: pick(["tee", "jacket"] as const), topColour: pick([15, 25, 17, 11] as const), accent: 0, bottom: chance() < 0.5 ? "leggings" : "trousers", bottomColour: 6, hat: "cycle helmet", hatColour: pick([0, 15, 25, 6] as const), mount: "bicycle", prop: "none" };
  if (weather.warmth < 8) {
    return { top: pick(["coat", "puffer", "coat", "puffer", "jacket"] as const), topColour: pick([22, 7, 5, 14, 2, 11, 30, 6, 16] as const), accent: pick([0, 14, 17] as const), bottom: "trousers", bottomColour: trousers, hat: chance() < 0.35 ? "beanie" : "none" };
  }
  if (weather.warmth > 24) {
    if (sex === 0 && chance() < 0.45) return { top: "dress", topColour: pick([15, 19, 9, 17, 12, 20, 0, 25] as const), accent: 0, bottom: "skirt", bottomColour: 0, hat: chance() < 0.2 ? "sun hat" : "none", hatColour: 18 };
    return { top: "tee", topColour: pick([0, 9, 16, 12, 17, 20, 1, 25] as const), accent: pick([0, 15, 7] as const), bottom: chance() < 0.5 ? "shorts" : "trousers", bottomColour: pick([2, 7, 8, 3, 13] as const), hat: chance() < 0.15 ? "cap" : "none" };
  }
  if (sex === 0 && chance() < 0.22) return { top: "dress", topColour: pick([14, 21, 11, 7, 19, 16] as const), accent: 0, bottom: "skirt", bottomColour: 0 };
  const top = pick(["shirt", "sweater", "jacket", "tee", "sweater", "jacket", "shirt", age > 30 ? "coat" : "sweater"] as const);
  return { top, topColour: pick([0, 1, 9, 10, 8, 7, 11, 12, 14, 15, 16, 17, 22, 30, 5, 19] as const), accent: pick([0, 1, 10, 15, 5] as const), bottom: sex === 0 && chance() < 0.22 ? "skirt" : sex === 0 && chance() < 0.2 ? "leggings" : "trousers", bottomColour: trousers, hat: chance() < 0.06 ? "cap" : "none" };
}

/** Roughly the ages of a town's people out of doors. */
function ageFrom(share: number): number {
  return share < 0.12 ? 5 + 90 * share : share < 0.84 ? 16 + (share - 0.12) * 61 : 60 + (share - 0.84) * 150;
}

/** 0 .. 1 from a seed and a counter (Wang's integer hash, twice). */
function hash(seed: number, draw: number): number {
  let h = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(draw + 1, 0x85ebca6b)) >>> 0;
  for (let i = 0; i < 2; i++) {
    h = Math.imul(h ^ (h >>> 16), 0x7feb352d) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 0x846ca68b) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
  }
  return h / 4294967296;
}
