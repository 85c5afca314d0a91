/** A body in motion: rotations of bones, forward kinematics, and limbs that reach for a point. */
import { Matrix4, Quaternion, Vector3 } from "three";

import { BONE, BONES, FIRST_ARM_BONE, PARENT, type BoneName, type Skeleton, type Vec3 } from "./skeleton";

export type Side = "L" | "R";
/** 1 to the left, -1 to the right. */
export const signOf = (side: Side): number => (side === "L" ? 1 : -1);
const DEGREE = Math.PI / 180;
const X = new Vector3(1, 0, 0);
const Y = new Vector3(0, 1, 0);
const Z = new Vector3(0, 0, 1);

/** One body in one posture. Trunk first (`turn`), then legs and arms, which hang from where it is by then. */
export class Posture {
  /** Each bone's rotation from rest, and where its joint is, both in the body's frame. */
  readonly rotation = BONES.map(() => new Quaternion());
  readonly place = BONES.map(() => new Vector3());
  private readonly rest: readonly Vector3[];
  private readonly ends: readonly Vector3[];

  constructor(readonly skeleton: Skeleton) {
    this.rest = skeleton.joints.map((p) => new Vector3(...p));
    this.ends = skeleton.ends.map((p) => new Vector3(...p));
    this.reset();
  }

  reset(): void {
    this.rotation.forEach((q) => q.identity());
    this.place.forEach((p, b) => p.copy(this.rest[b]));
  }

  /** The pelvis: its joint moved from rest, and turned; degrees ahead (down in front), to the left side, about the vertical. */
  root(moved: Vec3, ahead = 0, aside = 0, about = 0): void {
    this.place[0].copy(this.rest[0]).add(new Vector3(...moved));
    this.rotation[0].copy(turned(ahead, aside, about));
    for (let b = 1; b < BONES.length; b++) this.hang(b);
  }

  /** A bone of the trunk, beside its parent; what hangs from it comes along. */
  turn(bone: BoneName, ahead: number, aside = 0, about = 0): void {
    const b = BONE[bone];
    this.rotation[b].copy(this.rotation[PARENT[b]]).multiply(turned(ahead, aside, about));
    for (let c = b + 1; c < BONES.length; c++) if (this.under(c, b)) this.hang(c);
  }

  /** Puts an ankle to a place, the knee ahead and `outward` degrees to the side; the foot's toes `pitch` degrees up. */
  leg(side: Side, ankle: Vector3, pitch: number, toes = pitch, outward = 6): void {
    const s = signOf(side);
    const ahead = new Vector3(1, 0, 0).applyAxisAngle(Z, s * outward * DEGREE);
    this.reach([`thigh${side}`, `shin${side}`, `foot${side}`], ankle, ahead);
    const turn = new Quaternion().setFromAxisAngle(Z, s * outward * DEGREE);
    const foot = BONE[`foot${side}`];
    this.rotation[foot].copy(turn).multiply(new Quaternion().setFromAxisAngle(Y, -pitch * DEGREE));
    this.place[foot + 1].copy(this.rest[foot + 1]).sub(this.rest[foot]).applyQuaternion(this.rotation[foot]).add(this.place[foot]);
    this.rotation[foot + 1].copy(turn).multiply(new Quaternion().setFromAxisAngle(Y, -toes * DEGREE));
  }

  /** An arm by its angles in degrees, in the chest's frame: raised ahead, raised aside, elbow bent, palm turned in. */
  arm(side: Side, ahead: number, aside: number, elbow: number, inward = 0, wrist = 0): void {
    const s = signOf(side);
    const chest = this.rotation[BONE.chest];
    const [f, a, e] = [ahead * DEGREE, aside * DEGREE, elbow * DEGREE];
    const upper = new Vector3(Math.sin(f) * Math.cos(a), s * Math.sin(a), -Math.cos(f) * Math.cos(a));
    const front = new Vector3(Math.cos(f), 0, Math.sin(f)).applyAxisAngle(upper, -s * inward * DEGREE);
    front.addScaledVector(upper, -front.dot(upper)).normalize();
    const fore = upper.clone().multiplyScalar(Math.cos(e)).addScaledVector(front, Math.sin(e));
    const foreFront = front.clone().multiplyScalar(Math.cos(e)).addScaledVector(upper, -Math.sin(e));
    for (const v of [upper, front, fore, foreFront]) v.applyQuaternion(chest);
    this.layArm(side, upper, front, fore, foreFront, wrist);
  }

  /** Puts a wrist to a place in the body's frame, the elbow pointing about to `pole`; `thumb` is where the thumb's side turns. */
  armTo(side: Side, wrist: Vector3, pole: Vec3, thumb?: Vec3, bent = 0): void {
    const b = BONE[`upperArm${side}`];
    const { knee: elbow, end } = this.bentAt(b, wrist, new Vector3(...pole));
    const upper = elbow.clone().sub(this.place[b]).normalize();
    const fore = end.clone().sub(elbow).normalize();
    const front = fore.clone().addScaledVector(upper, -fore.dot(upper));
    if (front.lengthSq() < 1e-8) front.copy(X);
    front.normalize();
    const foreFront = thumb ? new Vector3(...thumb) : front.clone();
    foreFront.addScaledVector(fore, -foreFront.dot(fore)).normalize();
    this.layArm(side, upper, front, fore, foreFront, bent);
  }

  /** Three rows of a matrix for each bone that takes a point of the body at rest to this posture; of the arms, beside the chest's. */
  matrices(out: Float32Array, offset = 0): void {
    const m = new Matrix4();
    const chest = this.matrixOf(BONE.chest, new Matrix4()).invert();
    for (let b = 0; b < BONES.length; b++) {
      this.matrixOf(b, m);
      if (b >= FIRST_ARM_BONE) m.premultiply(chest);
      const e = m.elements;
      for (let r = 0; r < 3; r++) for (let c = 0; c < 4; c++) out[offset + 12 * b + 4 * r + c] = e[4 * c + r];
    }
  }

  /** Where a point of the body at rest is now, moved by one bone. */
  moved(bone: BoneName, point: Vec3): Vector3 {
    return new Vector3(...point).applyMatrix4(this.matrixOf(BONE[bone], new Matrix4()));
  }

  private matrixOf(b: number, m: Matrix4): Matrix4 {
    m.makeRotationFromQuaternion(this.rotation[b]);
    return m.setPosition(this.rest[b].clone().applyQuaternion(this.rotation[b]).negate().add(this.place[b]));
  }

  private under(c: number, b: number): boolean {
    for (let p = PARENT[c]; p >= 0; p = PARENT[p]) if (p === b) return true;
    return false;
  }

  private hang(b: number): void {
    const parent = PARENT[b];
    this.place[b].copy(this.rest[b]).sub(this.rest[parent]).applyQuaternion(this.rotation[parent]).add(this.place[parent]);
    this.rotation[b].copy(this.rotation[parent]);
  }

  private reach(chain: readonly BoneName[], target: Vector3, front: Vector3): void {
    const [a, b, c] = chain.map((name) => BONE[name]);
    const { knee, end } = this.bentAt(a, target, front);
    this.lay(a, knee.clone().sub(this.place[a]), front, X);
    this.place[b].copy(knee);
    this.lay(b, end.clone().sub(knee), front, X);
    this.place[c].copy(end);
  }

  /** Where the middle joint of a limb of two bones goes (law of cosines), bent towards `pole`; too far is stretched towards. */
  private bentAt(a: number, target: Vector3, pole: Vector3): { knee: Vector3; end: Vector3 } {
    const [long1, long2] = [this.rest[a + 1].distanceTo(this.rest[a]), this.rest[a + 2].distanceTo(this.rest[a + 1])];
    const way = target.clone().sub(this.place[a]);
    const far = Math.min(Math.max(way.length(), Math.abs(long1 - long2) + 1e-4), 0.9995 * (long1 + long2));
    way.normalize();
    const side = pole.clone().addScaledVector(way, -pole.dot(way)).normalize();
    const cos = (long1 * long1 + far * far - long2 * long2) / (2 * long1 * far);
    const knee = this.place[a].clone().addScaledVector(way, long1 * cos).addScaledVector(side, long1 * Math.sqrt(Math.max(1 - cos * cos, 0)));
    return { knee, end: this.place[a].clone().addScaledVector(way, far) };
  }

  private layArm(side: Side, upper: Vector3, front: Vector3, fore: Vector3, foreFront: Vector3, wrist: number): void {
    const b = BONE[`upperArm${side}`];
    this.lay(b, upper, front, X);
    this.place[b + 1].copy(upper).multiplyScalar(this.rest[b + 1].distanceTo(this.rest[b])).add(this.place[b]);
    this.lay(b + 1, fore, foreFront, X);
    this.place[b + 2].copy(fore).multiplyScalar(this.rest[b + 2].distanceTo(this.rest[b + 1])).add(this.place[b + 1]);
    this.rotation[b + 2].copy(this.rotation[b + 1]).multiply(new Quaternion().setFromAxisAngle(Y, wrist * DEGREE));
  }

  /** Turns a bone so that it points along `axis` and what was ahead at rest faces `front`. */
  private lay(b: number, axis: Vector3, front: Vector3, restFront: Vector3): void {
    const restAxis = this.ends[b].clone().sub(this.rest[b]).normalize();
    const to = frame(axis.clone().normalize(), front);
    this.rotation[b].setFromRotationMatrix(to.multiply(frame(restAxis, restFront).transpose()));
  }
}

function frame(axis: Vector3, front: Vector3): Matrix4 {
  const f = front.clone().addScaledVector(axis, -front.dot(axis)).normalize();
  return new Matrix4().makeBasis(axis, f, axis.clone().cross(f));
}

/** Ahead about the left-right axis, aside about the fore-aft axis, about the vertical; degrees. */
function turned(ahead: number, aside: number, about: number): Quaternion {
  const q = new Quaternion().setFromAxisAngle(Z, about * DEGREE);
  q.multiply(new Quaternion().setFromAxisAngle(Y, ahead * DEGREE));
  return q.multiply(new Quaternion().setFromAxisAngle(X, aside * DEGREE));
}
