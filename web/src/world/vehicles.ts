/** Frames of vehicles to the table that is drawn: where each one comes from and where it goes until the next frame. */
import type { VehicleRows } from "../protocol/frames";
import { VEHICLE_LENGTH } from "../protocol/words.generated";
import type { VehicleTable } from "./model";
import type { Paths } from "./path";
import { RowIndex } from "./rows";

const SLIDE_SPEED = 1.2; // m/s sideways while changing lanes: some three seconds a lane
const WIDEST_SLIDE = 6; // m; beyond, a lane change is a jump
const FASTEST = 50; // m/s; who moves more between two frames (and JUMP_SLACK) has jumped and is not drawn on the way
const JUMP_SLACK = 20; // m
const BRAKING = 0.45; // m/s slower than in the frame before; the wire has steps of 0.25
const STANDING = 0.3; // m/s

/** The arrays of one state of the table. Two of them take turns: the last state is read while the next is written. */
class State {
  readonly id: Uint32Array;
  readonly kind: Uint8Array;
  readonly path: Uint32Array;
  readonly speed: Float32Array;
  readonly pose0: Float32Array;
  readonly pose1: Float32Array;
  readonly braking: Uint8Array;
  /** The path before the present one, -1 where it is not known. */
  readonly previous: Int32Array;
  /** m to the left of the path, while a lane change lasts. */
  readonly slide: Float32Array;

  constructor(readonly capacity: number) {
    this.id = new Uint32Array(capacity);
    this.kind = new Uint8Array(capacity);
    this.path = new Uint32Array(capacity);
    this.speed = new Float32Array(capacity);
    this.pose0 = new Float32Array(4 * capacity);
    this.pose1 = new Float32Array(4 * capacity);
    this.braking = new Uint8Array(capacity);
    this.previous = new Int32Array(capacity);
    this.slide = new Float32Array(capacity);
  }
}

/** See VehicleTable. Headings are radians from east, counter-clockwise; pose 1's lies within half a turn of pose 0's,
 * so that a straight mix of both turns the short way. */
export class Vehicles implements VehicleTable {
  count = 0;
  time0 = 0;
  time1 = 0;
  version = 0;
  private state = new State(0);
  private last = new State(0);
  private readonly rows = new RowIndex();
  private readonly front = new Float32Array(3);
  private readonly rear = new Float32Array(3);

  constructor(private readonly paths: Paths) {}

  get capacity(): number {
    return this.state.capacity;
  }
  get id(): Uint32Array {
    return this.state.id;
  }
  get kind(): Uint8Array {
    return this.state.kind;
  }
  get path(): Uint32Array {
    return this.state.path;
  }
  get speed(): Float32Array {
    return this.state.speed;
  }
  get pose0(): Float32Array {
    return this.state.pose0;
  }
  get pose1(): Float32Array {
    return this.state.pose1;
  }
  get braking(): Uint8Array {
    return this.state.braking;
  }

  /** Row of a vehicle, -1 where it is not in the table. */
  row(id: number): number {
    return this.rows.get(id);
  }

  /** Writes x, y, z, heading of a row at a city time to `out`, as it is drawn. */
  poseAt(row: number, time: number, out: Float32Array | number[]): void {
    const share = this.share(time);
    const { pose0, pose1 } = this.state;
    for (let k = 4 * row, axis = 0; axis < 4; axis++, k++) out[axis] = pose0[k] + (pose1[k] - pose0[k]) * share;
  }

  /** A new state of the city at `time`. Vehicles go on from where they are drawn at `renderTime`, unless time jumped. */
  update(frame: VehicleRows, time: number, renderTime: number, jumped: boolean): void {
    const elapsed = time - this.time1;
    const share = this.share(renderTime);
    const fresh = jumped || elapsed < 0;
    this.swap(frame.count);
    const next = this.state;
    for (let row = 0; row < frame.count; row++) {
      const old = fresh ? -1 : this.rows.get(frame.id[row]);
      this.copy(frame, row, old);
      this.place(row, frame.position[row], old, elapsed);
      this.begin(row, old, share, elapsed);
    }
    this.count = frame.count;
    this.rows.clear(this.count);
    for (let row = 0; row < this.count; row++) this.rows.set(next.id[row], row);
    this.time0 = fresh || renderTime >= time ? time - 0.5 : renderTime;
    this.time1 = time;
    this.version++;
  }

  /** No vehicle any more, as after another city was loaded. */
  clear(): void {
    this.count = 0;
    this.rows.clear(0);
    this.version++;
  }

  /** How far between pose 0 and pose 1, 0 .. 1. */
  private share(time: number): number {
    const span = this.time1 - this.time0;
    return span > 0 ? Math.min(1, Math.max(0, (time - this.time0) / span)) : 1;
  }

  private swap(count: number): void {
    const next = this.last;
    this.last = this.state;
    this.state = next.capacity >= count ? next : new State(Math.max(1024, 2 ** Math.ceil(Math.log2(count))));
  }

  private copy(frame: VehicleRows, row: number, old: number): void {
    const { state: next, last } = this;
    const path = Math.min(frame.path[row], this.paths.count - 1);
    next.id[row] = frame.id[row];
    next.kind[row] = frame.kind[row];
    next.path[row] = path;
    next.speed[row] = frame.speed[row];
    next.previous[row] = old < 0 ? -1 : last.path[old] === path ? last.previous[old] : last.path[old];
    next.braking[row] = frame.speed[row] < STANDING || (old >= 0 && frame.speed[row] < last.speed[old] - BRAKING) ? 1 : 0;
  }

  /** Pose 1: the middle between front and rear, which may be on different paths; heading from rear to front. */
  private place(row: number, position: number, old: number, elapsed: number): void {
    const { state: next, front, rear, paths } = this;
    const path = next.path[row];
    const length = VEHICLE_LENGTH[next.kind[row]] ?? VEHICLE_LENGTH[0];
    paths.point(path, position, front);
    paths.pointBehind(path, position - length, next.previous[row], rear);
    const pose = next.pose1;
    const k = 4 * row;
    pose[k] = (front[0] + rear[0]) / 2;
    pose[k + 1] = (front[1] + rear[1]) / 2;
    pose[k + 2] = (front[2] + rear[2]) / 2;
    pose[k + 3] = Math.atan2(front[1] - rear[1], front[0] - rear[0]);
    const slide = old < 0 ? 0 : this.slideOf(row, old, elapsed);
    next.slide[row] = slide;
    pose[k] -= Math.sin(pose[k + 3]) * slide;
    pose[k + 1] += Math.cos(pose[k + 3]) * slide;
  }

  /** A lane change is instant in the simulation; here the vehicle slides over in a few seconds. */
  private slideOf(row: number, old: number, elapsed: number): number {
    const { state: next, last } = this;
    let slide = last.slide[old];
    if (this.paths.sideBySide(last.path[old], next.path[row])) {
      const k = 4 * row;
      const heading = next.pose1[k + 3];
      const dx = last.pose1[4 * old] - next.pose1[k];
      const dy = last.pose1[4 * old + 1] - next.pose1[k + 1];
      slide = dy * Math.cos(heading) - dx * Math.sin(heading);
      if (Math.abs(slide) > WIDEST_SLIDE) return 0;
    }
    const back = SLIDE_SPEED * elapsed;
    return slide > back ? slide - back : slide < -back ? slide + back : 0;
  }

  /** Pose 0: where the vehicle is drawn at this moment, or pose 1 for one that is new or has jumped. */
  private begin(row: number, old: number, share: number, elapsed: number): void {
    const { pose0, pose1 } = this.state;
    const k = 4 * row;
    if (old >= 0) {
      const from = this.last.pose0;
      const to = this.last.pose1;
      for (let axis = 0, o = 4 * old; axis < 4; axis++, o++) pose0[k + axis] = from[o] + (to[o] - from[o]) * share;
      const way = Math.hypot(pose1[k] - pose0[k], pose1[k + 1] - pose0[k + 1]);
      // Drawing lags by up to a frame, so that one may have two frames' way to make up for.
      if (way <= 2 * FASTEST * elapsed + JUMP_SLACK) {
        pose1[k + 3] = nearestTurn(pose1[k + 3], pose0[k + 3]);
        return;
      }
    }
    for (let axis = 0; axis < 4; axis++) pose0[k + axis] = pose1[k + axis];
  }
}

/** The angle plus whole turns that is nearest to `reference`. */
export function nearestTurn(angle: number, reference: number): number {
  return angle + 2 * Math.PI * Math.round((reference - angle) / (2 * Math.PI));
}
