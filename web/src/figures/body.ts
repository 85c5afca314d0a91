/** A body as one signed distance field: tapered tubes, capsules and ellipsoids round the bones, joined smoothly. */
import { blend, ellipsoid, taper, tube, type Field, type Section } from "./field";
import { HEAD_HEIGHT, headField } from "./headfield";
import { smooth, type Proportions } from "./proportions";
import { ARM_SPREAD, BALL, BONE, HEEL, TOES, type Skeleton, type Vec3 } from "./skeleton";

/** Where the head's own frame lies: its origin, and its scale. */
export interface HeadFrame {
  readonly origin: Vec3;
  readonly scale: number;
}

export function headFrame({ proportions: p }: Skeleton): HeadFrame {
  const scale = p.head / HEAD_HEIGHT;
  return { origin: [0.004 * p.stature, 0, p.stature - p.head / 2], scale };
}

/** The field of a whole body at rest, and below 0 inside. Distances are near enough to the truth close to the skin. */
export function bodyField(skeleton: Skeleton): Field {
  const p = skeleton.proportions;
  const trunk = trunkField(skeleton);
  const arm = armField(skeleton);
  const leg = legField(skeleton);
  const { origin, scale } = headFrame(skeleton);
  const head = headField(p);
  const neck = neckField(skeleton);
  const h = p.stature;
  const soft = 0.03 * h;
  return (x, y, z) => {
    const s = Math.abs(y);
    let d = trunk(x, s, z);
    if (z < p.hip + 0.14 * h) d = blend(d, leg(x, s, z), (0.012 + 0.022 * smooth(p.hip - 0.1 * h, p.hip, z)) * h);
    if (z > p.hip - 0.2 * h && s > 0.05 * h) d = blend(d, arm(x, s, z), soft * 0.8);
    if (z > p.shoulder - 0.05 * h) {
      d = blend(d, neck(x, s, z), 0.02 * h);
      d = blend(d, scale * head((x - origin[0]) / scale, y / scale, (z - origin[2]) / scale), 0.012 * h);
    }
    return d;
  };
}

/** Pelvis to shoulders, for y >= 0. Half widths and depths are shares of the stature. */
function trunkField({ proportions: p }: Skeleton): Field {
  const h = p.stature;
  const [m, f, c] = [p.masculine, p.feminine, p.childlike];
  const w = p.waistGirth;
  const g = 0.55 * w + 0.45; // hips and chest change less than the waist
  const at = (share: number): number => (p.shoulder - p.hip) * share; // above the hips
  const belly = 0.05 * Math.max(w - 1, 0) * h + 0.008 * c * h;
  const sections: Section[] = [
    [at(-0.24), 0.05 * h, 0.048 * h, -0.006 * h],
    [at(-0.1), (0.084 + 0.006 * f) * g * h, 0.066 * g * h, -0.01 * h],
    [at(0.02), (0.09 + 0.0075 * f - 0.003 * c) * g * h, (0.068 + 0.002 * f) * g * h, -0.008 * h],
    [at(0.15), (0.086 + 0.005 * f) * g * h, 0.063 * g * h, -0.002 * h + 0.4 * belly],
    [at(0.34), (0.077 + 0.005 * m - 0.005 * f + 0.005 * c) * w * h, (0.0575 - 0.002 * f) * w * h, 0.001 * h + belly],
    [at(0.52), (0.082 + 0.006 * m - 0.003 * f) * g * h, (0.062 + 0.001 * m) * g * h, 0.5 * belly],
    [at(0.72), (0.09 + 0.008 * m - 0.001 * f) * g * h, (0.0645 + 0.004 * m) * g * h, -0.002 * h],
    [at(0.88), (0.09 + 0.009 * m) * g * h, (0.057 + 0.004 * m) * g * h, -0.009 * h],
    [at(0.97), (0.074 + 0.008 * m) * h, (0.045 + 0.002 * m) * h, -0.013 * h],
    [at(1.07), 0.044 * h, 0.033 * h, -0.014 * h],
  ];
  const core = tube([0, 0, p.hip], [0, 0, 1], [0, 1, 0], sections, 2.3);
  const bust = ellipsoid([0.044 * g * h, 0.041 * g * h, p.hip + at(0.7)], [0.031 * g * h, 0.036 * g * h, 0.033 * g * h]);
  const pectoral = ellipsoid([0.036 * g * h, 0.044 * h, p.hip + at(0.78)], [0.028 * g * h, 0.046 * h, 0.032 * h]);
  const seat = ellipsoid([(-0.036 - 0.004 * f) * g * h, 0.042 * g * h, p.hip - 0.012 * h], [0.043 * g * h, 0.044 * g * h, (0.048 + 0.004 * f) * h]);
  const slope = taper([-0.014 * h, 0, p.neck + 0.014 * h], [-0.014 * h, 0.82 * p.shoulderHalf, p.shoulder + 0.004 * h], (0.02 + 0.004 * m) * h, (0.016 + 0.004 * m) * h);
  return (x, y, z) => {
    let d = core(x, y, z);
    d = blend(d, seat(x, y, z), 0.04 * h);
    d = blend(d, slope(x, y, z), 0.04 * h);
    if (f > 0.01) d = blend(d, bust(x, y, z) + 0.03 * h * (1 - f), 0.022 * h);
    if (m > 0.01) d = blend(d, pectoral(x, y, z) + 0.03 * h * (1 - m), 0.03 * h);
    return d;
  };
}

function neckField({ joints, ends, proportions: p }: Skeleton): Field {
  const h = p.stature;
  const r = (0.0295 + 0.0035 * p.masculine - 0.001 * p.feminine - 0.001 * p.childlike) * h * (0.5 + 0.5 * p.limbGirth);
  const from = joints[BONE.neck];
  const to = ends[BONE.neck];
  return taper([from[0], 0, from[2] - 0.01 * h], [to[0] - 0.004 * h, 0, to[2]], r * 1.12, r);
}

/** The left leg with a shoe on its foot. */
function legField({ joints, proportions: p }: Skeleton): Field {
  const h = p.stature;
  const g = p.limbGirth;
  const [hip, knee, ankle] = [joints[BONE.thighL], joints[BONE.shinL], joints[BONE.footL]];
  const axis = direction(hip, ankle);
  const side: Vec3 = [0, -1, 0];
  const long = Math.hypot(ankle[0] - hip[0], ankle[1] - hip[1], ankle[2] - hip[2]);
  const bend = hip[2] - knee[2];
  const shin = long - bend;
  const fuller = 1 + 0.06 * p.feminine;
  const sections: Section[] = [
    [-0.06 * h, 0.03 * g * h, 0.04 * g * h, -0.006 * h],
    [0, 0.049 * g * fuller * h, 0.054 * g * h, -0.004 * h],
    [0.28 * bend, 0.0495 * g * fuller * h, 0.053 * g * h, 0.002 * h],
    [0.65 * bend, 0.0405 * g * h, 0.0435 * g * h, 0.003 * h],
    [0.92 * bend, 0.0315 * g * h, 0.034 * g * h, 0.004 * h],
    [bend + 0.06 * shin, 0.0295 * g * h, 0.032 * g * h, 0.003 * h],
    [bend + 0.3 * shin, 0.0325 * g * h, 0.035 * g * h, -0.006 * h],
    [bend + 0.6 * shin, 0.0245 * g * h, 0.0265 * g * h, -0.006 * h],
    [bend + 0.85 * shin, 0.0185 * g * h, 0.0205 * g * h, -0.003 * h],
    [long, 0.019 * h, 0.021 * h, -0.001 * h],
  ];
  const limb = tube(hip, axis, side, sections);
  const shoe = shoeField(ankle, p.foot, h);
  return (x, y, z) => (z < p.ankle + 0.1 * h ? blend(limb(x, y, z), shoe(x, y, z), 0.018 * h) : limb(x, y, z));
}

/** A shoe: heel, waist and toe box over a flat sole. Its outside is fuller than its inside. */
function shoeField(ankle: Vec3, foot: number, h: number): Field {
  const at = (share: number): number => ankle[0] + share * foot;
  const y = ankle[1] + 0.003 * h;
  const heel = taper([at(HEEL + 0.15), y, 0.02 * h], [at(HEEL + 0.19), y, 0.042 * h], 0.0235 * h, 0.02 * h);
  const instep = taper([at(0), y, 0.044 * h], [at(0.42), y + 0.002 * h, 0.022 * h], 0.0215 * h, 0.021 * h);
  const ball = ellipsoid([at(BALL - 0.02), y + 0.004 * h, 0.014 * h], [0.27 * foot, 0.03 * h, 0.025 * h]);
  const toe = ellipsoid([at(TOES - 0.15), y + 0.001 * h, 0.013 * h], [0.16 * foot, 0.0255 * h, 0.018 * h]);
  const middle = taper([at(-0.05), y, 0.012 * h], [at(0.3), y + 0.003 * h, 0.012 * h], 0.02 * h, 0.024 * h);
  return (px, py, pz) => {
    let d = blend(heel(px, py, pz), instep(px, py, pz), 0.02 * h);
    d = blend(d, middle(px, py, pz), 0.014 * h);
    d = blend(d, ball(px, py, pz), 0.02 * h);
    d = blend(d, toe(px, py, pz), 0.016 * h);
    return -blend(-d, pz, 0.006 * h); // cut off by the ground
  };
}

/** The left arm with its hand, a little curled. */
function armField({ joints, proportions: p }: Skeleton): Field {
  const h = p.stature;
  const g = p.limbGirth;
  const [shoulder, elbow, wrist] = [joints[BONE.upperArmL], joints[BONE.forearmL], joints[BONE.handL]];
  const axis = direction(shoulder, wrist);
  const side: Vec3 = [0, -Math.cos(ARM_SPREAD), -Math.sin(ARM_SPREAD)];
  const [upper, fore] = [p.upperArm, p.forearm];
  const strong = 1 + 0.08 * p.masculine - 0.04 * p.feminine;
  const sections: Section[] = [
    [-0.004 * h, 0.0285 * g * strong * h, 0.031 * g * strong * h, 0],
    [0.2 * upper, 0.029 * g * strong * h, 0.0315 * g * strong * h, 0],
    [0.5 * upper, 0.0262 * g * strong * h, 0.0282 * g * strong * h, 0.001 * h],
    [0.9 * upper, 0.0218 * g * h, 0.0232 * g * h, 0],
    [upper + 0.25 * fore, 0.0228 * g * strong * h, 0.0246 * g * h, 0.001 * h],
    [upper + 0.65 * fore, 0.0178 * g * h, 0.0192 * g * h, 0.001 * h],
    [upper + fore, 0.0135 * h, 0.0172 * h, 0],
  ];
  const limb = tube(shoulder, axis, side, sections);
  const deltoid = ellipsoid([shoulder[0], shoulder[1] - 0.003 * h, shoulder[2] - 0.017 * h], [0.032 * g * strong * h, 0.027 * g * strong * h, 0.034 * g * strong * h]);
  const hand = handField(wrist, axis, side, p);
  const far = elbow[2] - 0.4 * fore;
  return (x, y, z) => {
    let d = limb(x, y, z);
    if (z > elbow[2]) d = blend(d, deltoid(x, y, z), 0.03 * h);
    return z < far ? blend(d, hand(x, y, z), 0.012 * h) : d;
  };
}

function handField(wrist: Vec3, axis: Vec3, side: Vec3, p: Proportions): Field {
  const k = p.hand;
  // `side` points to the body: the palm's side. The thumb lies ahead.
  const place = (along: number, inward: number, ahead: number): Vec3 => [wrist[0] + ahead * k, wrist[1] + axis[1] * along * k + side[1] * inward * k, wrist[2] + axis[2] * along * k + side[2] * inward * k];
  const palm = tube(wrist, axis, side, [[0, 0.12 * k, 0.16 * k, 0], [0.22 * k, 0.125 * k, 0.205 * k, 0.02 * k], [0.45 * k, 0.115 * k, 0.225 * k, 0.01 * k], [0.54 * k, 0.09 * k, 0.2 * k, 0]], 2.6);
  const fingers = [-0.155, -0.052, 0.052, 0.15].map((ahead, i) => {
    const long = [0.82, 0.93, 0.97, 0.9][i];
    const middle = place(0.72, 0.03, ahead * 1.02);
    return [taper(place(0.46, 0, ahead), middle, 0.062 * k, 0.055 * k), taper(middle, place(long, 0.13, ahead * 0.92), 0.055 * k, 0.043 * k)];
  }).flat();
  const thumb = [taper(place(0.1, 0.05, 0.14), place(0.34, 0.12, 0.3), 0.085 * k, 0.066 * k), taper(place(0.34, 0.12, 0.3), place(0.56, 0.16, 0.3), 0.066 * k, 0.048 * k)];
  return (x, y, z) => {
    let d = palm(x, y, z);
    for (const finger of fingers) d = blend(d, finger(x, y, z), 0.03 * k);
    for (const joint of thumb) d = blend(d, joint(x, y, z), 0.06 * k);
    return d;
  };
}

function direction(a: Vec3, b: Vec3): Vec3 {
  const long = Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
  return [(b[0] - a[0]) / long, (b[1] - a[1]) / long, (b[2] - a[2]) / long];
}
