/** Hair and hats, in the head's own frame (metres of an adult's head, see headfield.ts). */
import { headField } from "./headfield";
import { proportionsOf, smooth } from "./proportions";
import { ringPoints, type RingMesh } from "./rings";
import type { Vec3 } from "./skeleton";

export const HAIR = ["none", "crop", "parted", "bob", "long", "bun", "tail", "curls", "thinning", "scarf"] as const;
export type HairName = (typeof HAIR)[number];
export const HATS = ["none", "cap", "beanie", "hard hat", "cycle helmet", "sun hat"] as const;
export type HatName = (typeof HATS)[number];

const CENTRE: Vec3 = [-0.01, 0, 0.018];
/** From the middle of the head to the middle of the hair: up and back. */
const CROWN: Vec3 = [-0.5, 0, 0.866];
const AHEAD: Vec3 = [0.866, 0, 0.5];

interface Style {
  /** Angle of the hairline from the crown in front, at the side and in the nape, degrees. */
  readonly line: readonly [number, number, number];
  /** Thickness at the sides and on top, m. */
  readonly thick: readonly [number, number];
  /** How far it hangs below the hairline at the side and behind, m. */
  readonly hang?: readonly [number, number];
  /** A knot: its direction, its size and how wide it is. */
  readonly knot?: readonly [Vec3, number, number];
  readonly curly?: number;
  /** m that the parting side is higher. */
  readonly parted?: number;
}

const STYLES: Readonly<Record<Exclude<HairName, "none">, Style>> = {
  crop: { line: [86, 89, 112], thick: [0.006, 0.012] },
  parted: { line: [87, 90, 113], thick: [0.009, 0.022], parted: 0.008 },
  bob: { line: [88, 97, 112], thick: [0.013, 0.017], hang: [0.062, 0.03], parted: 0.003 },
  long: { line: [87, 98, 112], thick: [0.012, 0.016], hang: [0.13, 0.16] },
  bun: { line: [85, 90, 112], thick: [0.006, 0.011], knot: [[-0.62, 0, 0.78], 0.05, 0.4] },
  tail: { line: [85, 90, 112], thick: [0.006, 0.012], knot: [[-0.97, 0, 0.25], 0.07, 0.3] },
  curls: { line: [86, 95, 112], thick: [0.028, 0.04], curly: 0.009, hang: [0.012, 0.012] },
  thinning: { line: [52, 86, 112], thick: [0.005, 0.006] },
  scarf: { line: [89, 108, 122], thick: [0.012, 0.014], hang: [0.1, 0.1] },
};

/** Distance from the middle to the skin in a direction; the ears do not count. */
function skinFrom(direction: Vec3, field: (x: number, y: number, z: number) => number): number {
  let [low, high] = [0.03, 0.2];
  for (let i = 0; i < 18; i++) {
    const r = (low + high) / 2;
    const y = CENTRE[1] + direction[1] * r;
    const inside = Math.abs(y) < 0.079 && field(CENTRE[0] + direction[0] * r, y, CENTRE[2] + direction[2] * r) < 0;
    if (inside) low = r;
    else high = r;
  }
  return low;
}

/** The hairstyles' vertices on one mesh of rings; `none` has no rows. The last fifth of the rings lies under the skin. */
export function hairPoints(mesh: RingMesh): Float32Array[] {
  const field = headField(proportionsOf({ sex: 0.5, age: 30 }));
  return HAIR.slice(1).map((name) => {
    const style = STYLES[name as keyof typeof STYLES];
    const inner = 1 - 1.01 / (mesh.rings - 1); // the share at which the last ring but one lies
    return ringPoints(mesh, shaped(style, 0, 0, field), CENTRE, (share, angle) => {
      if (share > inner + 1e-6) return tucked(style, angle, field);
      return shaped(style, share / inner + 1e-9 + 0.06 * (1 - share), angle, field);
    });
  });
}

function lineAt(style: Style, angle: number): number {
  const [front, side, back] = style.line;
  const ahead = Math.cos(angle);
  const degrees = side + (ahead > 0 ? (front - side) * smooth(0.1, 0.95, ahead) : (back - side) * smooth(0, 0.8, -ahead));
  return (degrees * Math.PI) / 180;
}

function directionAt(tilt: number, angle: number): Vec3 {
  const [c, s] = [Math.cos(tilt), Math.sin(tilt)];
  return [CROWN[0] * c + AHEAD[0] * s * Math.cos(angle), s * Math.sin(angle), CROWN[2] * c + AHEAD[2] * s * Math.cos(angle)];
}

function shaped(style: Style, share: number, angle: number, field: (x: number, y: number, z: number) => number): Vec3 {
  const s = Math.min(share, 1);
  const d = directionAt(s * lineAt(style, angle), angle);
  const top = smooth(-0.1, 0.8, d[2]);
  const front = smooth(0.2, 0.8, Math.cos(angle));
  const edge = 1 - (style.hang ? 0.25 + 0.6 * front : 0.85) * smooth(0.6, 1, s);
  let thick = (style.thick[0] + (style.thick[1] - style.thick[0]) * top) * edge;
  if (style.parted) thick += style.parted * top * Math.tanh(40 * (d[1] + 0.02)) * smooth(-0.3, 0.6, d[0]) * edge;
  if (style.curly) thick += style.curly * Math.sin(23 * d[0] + 3) * Math.sin(21 * d[1] + 1) * Math.sin(25 * d[2]) * 2 * edge;
  if (style.knot) {
    const [to, size, wide] = style.knot;
    const off = Math.acos(Math.min(d[0] * to[0] + d[1] * to[1] + d[2] * to[2], 1)) / wide;
    thick += size * Math.sqrt(Math.max(1 - off * off, 0));
  }
  const hanging = style.hang ? smooth(0.62, 1, s) * smooth(0.45, -0.1, Math.cos(angle)) : 0;
  // what hangs keeps to the widest line of the head instead of closing in under it
  const e: Vec3 = hanging > 0 ? level(d, hanging) : d;
  const r = skinFrom(e, field) + thick;
  const drop = style.hang ? hanging * (style.hang[0] + (style.hang[1] - style.hang[0]) * smooth(0.2, 1, -Math.cos(angle))) : 0;
  return [CENTRE[0] + e[0] * r, e[1] * r, CENTRE[2] + e[2] * r - drop];
}

function level(d: Vec3, share: number): Vec3 {
  const z = d[2] + share * (Math.max(d[2], -0.28) - d[2]);
  const flat = Math.sqrt(Math.max(1 - z * z, 0)) / (Math.hypot(d[0], d[1]) || 1);
  return [d[0] * flat, d[1] * flat, z];
}

/** The edge's twin under the skin. */
function tucked(style: Style, angle: number, field: (x: number, y: number, z: number) => number): Vec3 {
  const p = shaped(style, 1, angle, field);
  return [0.84 * p[0] + 0.16 * CENTRE[0], 0.84 * p[1], p[2] + (style.hang ? 0.03 : 0.006)];
}

interface Hat {
  /** Height of its edge in front and behind, and of its top. */
  readonly low: readonly [number, number];
  readonly top: number;
  /** Beyond the skull, m. */
  readonly ease: number;
  /** Brim in front and elsewhere, m, and how far it droops. */
  readonly brim: readonly [number, number];
  readonly droop: number;
  /** 1 round, more: flatter on top. */
  readonly flat: number;
}

const HAT_SHAPES: Readonly<Record<Exclude<HatName, "none">, Hat>> = {
  cap: { low: [0.064, 0.032], top: 0.131, ease: 0.011, brim: [0.075, 0], droop: 0.014, flat: 1.25 },
  beanie: { low: [0.052, 0.0], top: 0.15, ease: 0.014, brim: [0, 0], droop: 0, flat: 1 },
  "hard hat": { low: [0.07, 0.045], top: 0.152, ease: 0.022, brim: [0.045, 0.012], droop: 0.008, flat: 1.2 },
  "cycle helmet": { low: [0.068, 0.03], top: 0.148, ease: 0.024, brim: [0.008, 0], droop: 0.004, flat: 1.2 },
  "sun hat": { low: [0.066, 0.05], top: 0.146, ease: 0.012, brim: [0.085, 0.085], droop: 0.03, flat: 1.5 },
};

/** The hats' vertices: a crown, its brim, and the inside. */
export function hatPoints(mesh: RingMesh): Float32Array[] {
  return HATS.slice(1).map((name) => {
    const hat = HAT_SHAPES[name as keyof typeof HAT_SHAPES];
    return ringPoints(mesh, [-0.012, 0, hat.top], [-0.012, 0, hat.top - 0.02], (share, angle) => hatAt(hat, share, angle));
  });
}

function hatAt(hat: Hat, share: number, angle: number): Vec3 {
  const ahead = Math.cos(angle);
  const low = hat.low[1] + (hat.low[0] - hat.low[1]) * (0.5 + 0.5 * ahead);
  const [long, wide] = [0.1 + hat.ease, 0.0785 + hat.ease];
  const front = smooth(0.45, 0.85, ahead);
  const brim = hat.brim[1] + (hat.brim[0] - hat.brim[1]) * front;
  const out = smooth(0.62, 0.8, share) * (share < 0.95 ? 1 : 0);
  const k = Math.min(share / 0.62 + 0.12 * (1 - share), 1) * (Math.PI / 2);
  const radius = Math.sin(k) ** (1 / hat.flat);
  const inside = share > 0.95 ? 0.93 : 1;
  const z = low + (hat.top - low) * Math.cos(k) ** (1 / hat.flat) - out * (brim > 0 ? hat.droop : 0.004);
  return [-0.012 + (long * radius * inside + out * brim * (front > 0 ? 1 : Math.abs(ahead))) * ahead, (wide * radius * inside + out * brim) * Math.sin(angle), z];
}
