/**
 * How long and how thick a body is, from sex, age, height and build. Everything in metres.
 *
 * Lengths are shares of the stature after Drillis and Contini (1966), as printed in Winter, *Biomechanics and Motor
 * Control of Human Movement*, fig. 4.1; breadths and girths after the means of Gordon et al. (1989), *ANSUR*, tables of
 * chest, waist, buttock, thigh, calf, ankle, biceps, wrist, neck and head. Children: stature after the WHO growth
 * reference (2007), heights in heads after Stratz (1909), share of the legs by sitting height (Fredriks et al. 2005).
 */

export interface Person {
  /** 0 a woman, 1 a man; in between what lies in between. */
  readonly sex: number;
  /** Years, 3 to 100. */
  readonly age: number;
  /** Stature, m, 0.8 to 2.2; without it, what is usual at this age. */
  readonly height?: number;
  /** -1 thin, 0 average, 1 heavy. */
  readonly build?: number;
}

export interface Proportions {
  readonly stature: number;
  /** Height of the joints above the ground. */
  readonly ankle: number;
  readonly knee: number;
  readonly hip: number;
  readonly waist: number;
  readonly chest: number;
  readonly shoulder: number;
  readonly neck: number;
  /** Height of the head from chin to crown, and how big it is beside an adult's of 0.225 m. */
  readonly head: number;
  /** Half the distance between left and right joints. */
  readonly hipHalf: number;
  readonly shoulderHalf: number;
  readonly upperArm: number;
  readonly forearm: number;
  readonly hand: number;
  readonly foot: number;
  /** Factors of girth beside an average adult of the same stature. */
  readonly limbGirth: number;
  readonly waistGirth: number;
  /** 0 a woman's or child's, 1 a man's shoulders, neck and jaw. */
  readonly masculine: number;
  /** 0 a man's or child's, 1 a woman's hips and chest. */
  readonly feminine: number;
  /** 0 an adult, 1 a small child. */
  readonly childlike: number;
  /** How far the upper back is bent forward, rad. */
  readonly stoop: number;
}

/** Usual stature, m, by age in years: women and men (WHO 2007 to 19; ANSUR means; 1 cm a decade lost past 50). */
const STATURE: readonly (readonly [age: number, woman: number, man: number])[] = [
  [3, 0.95, 0.96], [6, 1.15, 1.16], [9, 1.33, 1.33], [12, 1.51, 1.49], [14, 1.59, 1.63], [16, 1.62, 1.72],
  [19, 1.63, 1.76], [50, 1.63, 1.76], [80, 1.58, 1.71], [100, 1.55, 1.68],
];
/** Stature in heads, by age. */
const HEADS: readonly (readonly [age: number, heads: number])[] = [[3, 5.1], [6, 5.7], [9, 6.2], [12, 6.65], [15, 7.05], [19, 7.35], [100, 7.3]];
const TALLEST = 2.2;
const SMALLEST = 0.8;

/** The record for a person; what lies outside the ranges is brought to their ends, and what is no number is usual. */
export function proportionsOf(person: Person): Proportions {
  const sex = within(person.sex, 0, 1, 0.5);
  const age = within(person.age, 3, 100, 30);
  const build = within(person.build ?? 0, -1, 1, 0);
  const usual = along(STATURE, age, 1) * (1 - sex) + along(STATURE, age, 2) * sex;
  const h = within(person.height ?? usual, SMALLEST, TALLEST, usual);
  const childlike = 1 - smooth(6, 17, age);
  const grown = smooth(10, 17, age);
  const old = smooth(55, 85, age);
  const masculine = sex * grown;
  const feminine = (1 - sex) * grown;
  const legs = 1 - 0.06 * childlike; // of an adult's share
  const hip = 0.522 * legs * h;
  const top = h * (1 - 1 / along(HEADS, age, 1)); // chin
  const shoulder = hip + (top - hip) * (0.822 - 0.014 * masculine);
  return {
    stature: h,
    ankle: 0.045 * h,
    knee: 0.54 * hip,
    hip,
    waist: hip + (shoulder - hip) * 0.32,
    chest: hip + (shoulder - hip) * 0.62,
    shoulder,
    neck: shoulder + (top - shoulder) * 0.42,
    head: h - top,
    hipHalf: (0.049 + 0.003 * feminine) * h,
    shoulderHalf: (0.0945 + 0.0095 * masculine - 0.0055 * feminine - 0.004 * old) * h,
    upperArm: 0.178 * h,
    forearm: 0.146 * h,
    hand: 0.104 * h,
    foot: (0.15 + 0.004 * masculine) * h,
    limbGirth: (1 + 0.16 * build + 0.06 * Math.max(build, 0)) * (1 - 0.06 * old) * (1 + 0.05 * childlike) * (0.965 + 0.07 * masculine),
    waistGirth: (1 + 0.13 * build + 0.17 * Math.max(build, 0)) * (1 + 0.07 * old + 0.03 * childlike),
    masculine,
    feminine,
    childlike,
    stoop: 0.3 * old,
  };
}

/** Piecewise linear in a table sorted by its first column. */
export function along(table: readonly (readonly number[])[], at: number, column: number): number {
  let i = 0;
  while (i + 2 < table.length && table[i + 1][0] <= at) i++;
  const [a, b] = [table[i], table[i + 1]];
  const share = Math.min(Math.max((at - a[0]) / (b[0] - a[0]), 0), 1);
  return a[column] + share * (b[column] - a[column]);
}

/** 0 before `from`, 1 after `to` (which may lie below it), smooth between. */
export function smooth(from: number, to: number, at: number): number {
  const t = Math.min(Math.max((at - from) / (to - from), 0), 1);
  return t * t * (3 - 2 * t);
}

function within(value: number, least: number, most: number, usual: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(value, least), most) : usual;
}
