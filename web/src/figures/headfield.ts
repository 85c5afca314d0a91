/** The shape of a head and its face. In a frame of its own: metres of an adult's head of 0.225 m, middle at 0. */
import { blend, carve, ellipsoid, taper, tube, type Field, type Section } from "./field";
import type { Proportions } from "./proportions";
import type { Vec3 } from "./skeleton";

/** Chin to crown of the head that the numbers below are for, m. */
export const HEAD_HEIGHT = 0.225;
/** Where things are in the face: middle of an eye, the mouth's height. The paint of faces uses the same. */
export const EYE: Vec3 = [0.081, 0.0315, 0.004];
export const MOUTH_HEIGHT = -0.063;

/** The field, and the box it lies in. */
export function headField(p: Proportions): Field {
  const m = p.masculine;
  const f = p.feminine;
  const c = p.childlike;
  const jaw = 0.057 + 0.0045 * m - 0.002 * f + 0.003 * c;
  const skull = ellipsoid([-0.012, 0, 0.028], [0.0985, 0.0765, 0.0848]);
  // From the brow to the chin, seen from the side nearly straight; sections along z downwards.
  const sections: Section[] = [
    [-0.05, 0.06, 0.06, 0.018], [0, 0.067, 0.064, 0.022], [0.03, 0.064 - 0.002 * f, 0.064, 0.021], [0.06, jaw, 0.057, 0.024],
    [0.082, 0.85 * jaw, 0.047, 0.031], [0.099, 0.6 * jaw + 0.002 * m, 0.034, 0.042], [0.108, 0.34 * jaw + 0.002 * m, 0.02, 0.052],
  ];
  const face = tube([0, 0, 0], [0, 0, -1], [0, -1, 0], sections, 2.25);
  const chin = ellipsoid([0.066 - 0.004 * c, 0, -0.095], [0.017, 0.02 + 0.003 * m - 0.002 * f, 0.0155]);
  const nose = 1 - 0.28 * c - 0.1 * f;
  const bridge = taper([0.076, 0, 0.014], [0.094 + 0.009 * nose, 0, -0.029], 0.0072, 0.0088 * nose + 0.0012);
  return (x, y, z) => {
    const s = Math.abs(y);
    let d = blend(skull(x, y, z), face(x, y, z), 0.03);
    d = blend(d, chin(x, y, z), 0.02);
    d = blend(d, brow(x, s, z, m), 0.02);
    d = blend(d, CHEEK(x, s, z), 0.025);
    d = carve(d, SOCKET(x, s, z), 0.02);
    d = blend(d, EYEBALL(x, s, z), 0.007);
    d = blend(d, bridge(x, y, z), 0.014);
    d = blend(d, WING(x, s, z), 0.008);
    d = blend(d, UPPER_LIP(x, y, z), 0.008);
    d = blend(d, LOWER_LIP(x, y, z), 0.008);
    return blend(d, EAR(x, s, z), 0.006);
  };
}

const CHEEK = ellipsoid([0.05, 0.038, -0.026], [0.027, 0.025, 0.03]);
const SOCKET = ellipsoid([0.1015, 0.033, 0.003], [0.0155, 0.021, 0.012]);
const EYEBALL = ellipsoid([0.0715, 0.0315, 0.004], [0.0125, 0.0145, 0.0118]);
const WING = ellipsoid([0.091, 0.0115, -0.034], [0.01, 0.007, 0.0068]);
const UPPER_LIP = ellipsoid([0.0795, 0, -0.0585], [0.0085, 0.021, 0.0062]);
const LOWER_LIP = ellipsoid([0.079, 0, -0.0685], [0.0085, 0.018, 0.0068]);
const EAR = ellipsoid([-0.008, 0.0775, -0.004], [0.0165, 0.0075, 0.029]);
const BROWS = [taper([0.077, 0.012, 0.022], [0.064, 0.046, 0.024], 0.007, 0.006), taper([0.0785, 0.012, 0.022], [0.066, 0.048, 0.024], 0.0085, 0.0075)];

function brow(x: number, s: number, z: number, masculine: number): number {
  return BROWS[0](x, s, z) * (1 - masculine) + BROWS[1](x, s, z) * masculine;
}
