/** What figures carry, ride and sit in: small meshes, each fixed to one bone or to the ground under the figure. */
import type { BufferGeometry} from "three";
import { BoxGeometry, CapsuleGeometry, Color, ConeGeometry, CylinderGeometry, Float32BufferAttribute, Matrix4, SphereGeometry, TorusGeometry, Vector3 } from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";

import { BICYCLE, WHEELCHAIR } from "./poses";
import { ARM_SPREAD, BONE } from "./skeleton";

/** Which colour a vertex takes: its own, or the bag's, the hat's or the top's of the figure. */
type Tint = number | "bag" | "accent";

export interface Gear {
  readonly geometry: BufferGeometry;
  /** The bone it hangs from, or -1: it stands where the figure is. */
  readonly bone: number;
  /** Whether a look has it. */
  readonly worn: (look: readonly [number, number, number]) => boolean;
}

const bag = (b: number): number => (b >>> 20) & 7;
const prop = (b: number): number => (b >>> 28) & 3;
const mount = (b: number): number => b >>> 30;

/** In metres of an adult of 1.7 m, beside the bone's joint at rest. */
export function allGear(): Readonly<Record<string, Gear>> {
  return {
    backpack: { geometry: backpack(), bone: BONE.chest, worn: (look) => bag(look[1]) === 1 },
    "shoulder bag": { geometry: shoulderBag(), bone: BONE.pelvis, worn: (look) => bag(look[1]) === 2 },
    phone: { geometry: phone(), bone: BONE.handR, worn: (look) => prop(look[1]) === 1 },
    case: { geometry: briefcase(), bone: BONE.handR, worn: (look) => prop(look[1]) === 2 },
    umbrella: { geometry: umbrella(), bone: BONE.handL, worn: (look) => prop(look[1]) === 3 },
    bicycle: { geometry: bicycle(), bone: -1, worn: (look) => mount(look[1]) === 1 },
    wheelchair: { geometry: wheelchair(), bone: -1, worn: (look) => mount(look[1]) === 2 },
  };
}

/** A piece with its colour in linear light; the fourth number says whose colour it is instead: 1 the bag's, 2 the accent. */
function piece(geometry: BufferGeometry, tint: Tint, at: readonly number[], matrix?: Matrix4): BufferGeometry {
  const plain = geometry.index ? geometry.toNonIndexed() : geometry;
  if (matrix) plain.applyMatrix4(matrix);
  plain.translate(at[0], at[1], at[2]);
  plain.deleteAttribute("uv");
  const colour = typeof tint === "number" ? new Color(tint) : new Color(1, 1, 1);
  const n = plain.getAttribute("position").count;
  const whose = tint === "bag" ? 1 : tint === "accent" ? 2 : 0;
  plain.setAttribute("tint", new Float32BufferAttribute(Array.from({ length: n }, () => [colour.r, colour.g, colour.b, whose]).flat(), 4));
  return plain;
}

function rod(from: readonly number[], to: readonly number[], radius: number, tint: Tint, sides = 6): BufferGeometry {
  const [a, b] = [new Vector3(...(from as [number, number, number])), new Vector3(...(to as [number, number, number]))];
  const geometry = new CylinderGeometry(radius, radius, a.distanceTo(b), sides);
  const way = b.clone().sub(a).normalize();
  const side = Math.abs(way.z) < 0.9 ? new Vector3(0, 0, 1) : new Vector3(1, 0, 0);
  const x = side.cross(way).normalize();
  return piece(geometry, tint, a.add(b).multiplyScalar(0.5).toArray(), new Matrix4().makeBasis(x, way, x.clone().cross(way)));
}

const upright = new Matrix4().makeRotationX(Math.PI / 2); // three's cylinders stand along y

function joined(pieces: readonly BufferGeometry[]): BufferGeometry {
  return mergeGeometries([...pieces]);
}

function backpack(): BufferGeometry {
  const body = new CapsuleGeometry(0.115, 0.17, 4, 12).applyMatrix4(upright).scale(0.62, 1.16, 1);
  const pocket = new CapsuleGeometry(0.085, 0.05, 3, 10).applyMatrix4(upright).scale(0.45, 1.1, 1);
  const straps = [0.085, -0.085].flatMap((y) => [
    rod([-0.12, y, 0.19], [-0.035, y, 0.262], 0.013, "bag"), rod([-0.035, y, 0.262], [0.06, y, 0.225], 0.013, "bag"), rod([0.06, y, 0.225], [0.125, y * 1.05, 0.09], 0.013, "bag"), rod([0.125, y * 1.05, 0.09], [0.085, y * 1.75, -0.03], 0.012, "bag"),
  ]);
  return joined([piece(body, "bag", [-0.19, 0, 0.06]), piece(pocket, "bag", [-0.26, 0, -0.01]), ...straps]);
}

function shoulderBag(): BufferGeometry {
  const body = new CapsuleGeometry(0.085, 0.12, 4, 12).applyMatrix4(new Matrix4().makeRotationZ(Math.PI / 2)).applyMatrix4(new Matrix4().makeRotationZ(Math.PI / 2)).applyMatrix4(upright).scale(1, 0.42, 0.9);
  const turned = body.applyMatrix4(new Matrix4().makeRotationY(Math.PI / 2));
  return joined([
    piece(turned, "bag", [-0.01, 0.225, 0.015]), piece(new BoxGeometry(0.2, 0.012, 0.09), "bag", [-0.01, 0.268, 0.045]),
    rod([0.05, 0.215, 0.08], [0.115, 0.08, 0.33], 0.009, "bag"), rod([0.115, 0.08, 0.33], [0.075, -0.1, 0.54], 0.009, "bag"),
    rod([-0.07, 0.215, 0.08], [-0.15, 0.06, 0.36], 0.009, "bag"), rod([-0.15, 0.06, 0.36], [-0.085, -0.1, 0.545], 0.009, "bag"), rod([0.075, -0.1, 0.54], [-0.085, -0.1, 0.545], 0.009, "bag"),
  ]);
}

/** Along the hand of the right arm at rest: down and out to the right. */
const [OUT, DOWN] = [Math.sin(ARM_SPREAD), Math.cos(ARM_SPREAD)];
const HAND = [0, -OUT, -DOWN];

function phone(): BufferGeometry {
  const flat = new BoxGeometry(0.072, 0.009, 0.145);
  const m = new Matrix4().makeBasis(new Vector3(1, 0, 0), new Vector3(0, -DOWN, OUT), new Vector3(HAND[0], HAND[1], HAND[2]));
  return joined([piece(flat, 0x16171a, [0.012, HAND[1] * 0.1 + 0.028, HAND[2] * 0.1 - 0.02], m)]);
}

function briefcase(): BufferGeometry {
  const m = new Matrix4().makeBasis(new Vector3(1, 0, 0), new Vector3(0, DOWN, -OUT), new Vector3(0, OUT, DOWN));
  const at = (down: number): number[] => [0.01, HAND[1] * down, HAND[2] * down];
  return joined([piece(new BoxGeometry(0.38, 0.085, 0.27), "bag", at(0.27), m), piece(new TorusGeometry(0.045, 0.009, 5, 10), "bag", at(0.11), new Matrix4().makeRotationX(Math.PI / 2).premultiply(m))]);
}

function umbrella(): BufferGeometry {
  // the hand is held so that its thumb, ahead at rest, points up: the stick stands along x at rest
  const up = new Matrix4().makeRotationZ(-Math.PI / 2); // y to x
  const canopy = new SphereGeometry(0.56, 16, 5, 0, 2 * Math.PI, 0, 0.95).scale(1, 0.62, 1).applyMatrix4(up);
  const under = new SphereGeometry(0.555, 16, 5, 0, 2 * Math.PI, 0, 0.95).scale(-1, 0.6, 1).applyMatrix4(up);
  const hand = [0, 0.05, -0.06];
  return joined([
    piece(canopy, "bag", [0.45, hand[1], hand[2]]), piece(under, "bag", [0.45, hand[1], hand[2]]),
    rod([-0.12, hand[1], hand[2]], [0.8, hand[1], hand[2]], 0.007, 0x2b2b2e), rod([-0.14, hand[1], hand[2]], [-0.03, hand[1], hand[2]], 0.013, 0x4a3020), piece(new ConeGeometry(0.012, 0.06, 6).applyMatrix4(up), 0x2b2b2e, [0.83, hand[1], hand[2]]),
  ]);
}

function wheel(radius: number, x: number, y: number, tyre: number): BufferGeometry[] {
  const lying = new Matrix4().makeRotationX(Math.PI / 2);
  const spokes = Array.from({ length: 8 }, (_, i) => {
    const a = (Math.PI * i) / 8;
    return rod([x - radius * Math.cos(a), y, radius + tyre - radius * Math.sin(a)], [x + radius * Math.cos(a), y, radius + tyre + radius * Math.sin(a)], 0.0022, 0xb9bcc0, 3);
  });
  return [piece(new TorusGeometry(radius, tyre, 6, 28), 0x1c1c1e, [x, y, radius + tyre], lying), ...spokes];
}

function bicycle(): BufferGeometry {
  const { saddle, pedals, crank, bar, rear, front, wheel: r } = BICYCLE;
  const [px, pz] = pedals;
  const radius = r - 0.02;
  const frame: Tint = "accent";
  const head = [bar[0] + 0.06, 0, 0.88];
  const seat = [-0.02, 0, saddle - 0.05];
  const tubes = [
    rod([px, 0, pz], seat, 0.017, frame, 8), rod([px, 0, pz], [head[0] + 0.02, 0, head[2] - 0.12], 0.019, frame, 8), rod([0.04, 0, saddle - 0.18], head, 0.016, frame, 8),
    ...[0.05, -0.05].flatMap((y) => [rod([px, y * 0.6, pz], [rear, y, r], 0.01, frame), rod([0.02, y * 0.4, saddle - 0.2], [rear, y, r], 0.009, frame), rod([head[0] + 0.03, y, head[2] - 0.16], [front, y, r], 0.011, 0x2b2b2e)]),
    rod([head[0] + 0.035, 0, head[2] - 0.16], [head[0] - 0.02, 0, bar[2] + 0.0], 0.016, 0x2b2b2e, 8), rod([head[0] - 0.02, 0.1, bar[2]], [head[0] - 0.02, -0.1, bar[2]], 0.012, 0x8d9094, 8),
    ...[1, -1].flatMap((s) => [rod([head[0] - 0.02, 0.1 * s, bar[2]], [bar[0] - 0.02, bar[1] * s, bar[2]], 0.012, 0x8d9094, 8), rod([bar[0] - 0.02, bar[1] * s, bar[2]], [bar[0] - 0.13, (bar[1] + 0.015) * s, bar[2] - 0.01], 0.017, 0x1c1c1e, 8)]),
  ];
  const fenders = [rear, front].map((x) => piece(new TorusGeometry(r + 0.018, 0.012, 5, 16, 2.3).rotateZ(x === rear ? 0.7 : 0.35), frame, [x, 0, r], new Matrix4().makeRotationX(Math.PI / 2)));
  const basket = piece(new CylinderGeometry(0.17, 0.14, 0.2, 10, 1, true).applyMatrix4(upright), 0x5a4632, [head[0] + 0.2, 0, 0.93]);
  const rest = [
    piece(new SphereGeometry(0.1, 10, 6).scale(1.25, 0.8, 0.35), 0x201d1b, [-0.03, 0, saddle - 0.02]), piece(new CylinderGeometry(0.085, 0.085, 0.012, 18), 0x3a3b3d, [px, 0.05, pz]),
    rod([px, -0.07, pz], [px, 0.07, pz], 0.016, 0x3a3b3d), rod([px - crank, 0.075, pz], [px, 0.075, pz], 0.01, 0x55585b), rod([px, -0.075, pz], [px + crank, -0.075, pz], 0.01, 0x55585b),
    piece(new BoxGeometry(0.34, 0.11, 0.015), 0x2b2b2e, [rear - 0.02, 0, 2 * r + 0.08]), piece(new SphereGeometry(0.035, 8, 6), 0xe8e2cf, [head[0] + 0.08, 0, 0.82]),
  ];
  return joined([...wheel(radius, rear, 0, 0.02), ...wheel(radius, front, 0, 0.02), ...tubes, ...fenders, basket, ...rest]);
}

function wheelchair(): BufferGeometry {
  const { seat, rim, footrest } = WHEELCHAIR;
  const metal = 0x3c4046;
  const sides = [0.27, -0.27].flatMap((y) => [
    ...wheel(rim, 0, y, 0.016), piece(new TorusGeometry(rim - 0.035, 0.007, 5, 24), 0xb9bcc0, [0, y + 0.035 * Math.sign(y), rim + 0.016], new Matrix4().makeRotationX(Math.PI / 2)),
    piece(new TorusGeometry(0.065, 0.018, 6, 12), 0x1c1c1e, [0.42, y * 0.85, 0.083], new Matrix4().makeRotationX(Math.PI / 2)), rod([0.42, y * 0.85, 0.083], [0.38, y * 0.85, seat - 0.06], 0.012, metal),
    rod([-0.2, y * 0.85, seat - 0.06], [0.4, y * 0.85, seat - 0.06], 0.014, metal, 8), rod([-0.2, y * 0.85, seat - 0.06], [-0.25, y * 0.85, seat + 0.43], 0.014, metal, 8), rod([-0.25, y * 0.85, seat + 0.43], [-0.36, y * 0.85, seat + 0.44], 0.016, 0x1c1c1e, 8),
    rod([0.4, y * 0.85, seat - 0.06], [0.5, y * 0.6, footrest[1] + 0.0], 0.012, metal), rod([-0.19, y * 0.85, seat + 0.2], [0.24, y * 0.85, seat + 0.2], 0.02, 0x26282b, 8), rod([0.24, y * 0.85, seat + 0.2], [0.26, y * 0.85, seat - 0.06], 0.012, metal),
  ]);
  return joined([
    ...sides, piece(new BoxGeometry(0.5, 0.44, 0.05), "accent", [0.1, 0, seat - 0.035]), piece(new BoxGeometry(0.035, 0.44, 0.42), "accent", [-0.215, 0, seat + 0.2], new Matrix4().makeRotationY(-0.1)),
    piece(new BoxGeometry(0.2, 0.3, 0.015), metal, [footrest[0] + 0.03, 0, footrest[1] - 0.012]),
  ]);
}
