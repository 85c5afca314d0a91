/** Many figures: one instanced draw a level of detail, and one for each kind of thing that they carry. */
import { BufferAttribute, DynamicDrawUsage, Frustum, Group, InstancedBufferGeometry, InstancedInterleavedBuffer, IntType, InterleavedBufferAttribute, Matrix4, Mesh, PlaneGeometry, Sphere, Vector3, type BufferGeometry, type Camera, type Material, type Object3D } from "three";

import type { Halves } from "./bake";
import { allGear } from "./gear";
import { strideLength, strides } from "./gait";
import { withFace, WORDS, writeLook, writeMoment, type Face, type Look, type Moment } from "./instance";
import { SHAPES } from "./levels";
import { bodyMaterials, contactMaterial, gearMaterials, type Air, type Shared } from "./materials";
import { scaleOf } from "./outfit";
import { decodeParts, TENTH, type Level } from "./parts";
import { FIRST_PACE, POSES, PUSH_LENGTH, RIDE_LENGTH, type PoseName } from "./poses";
import { proportionsOf } from "./proportions";
import { boneTexture, shapeTexture, type ShapeTexture } from "./textures";

/** m to the eye up to which the first two levels are drawn, for a picture of usual height and angle. */
const REACH = [9, 38] as const;
const GEAR_REACH = 90; // m
const BONES_USED = [4, 3, 2] as const;

/** What all crowds of a page share: loaded when the first figure is wanted. */
export interface Wardrobe {
  readonly levels: readonly Level[];
  readonly shapes: ShapeTexture;
  readonly shared: Shared;
}

let loading: Promise<Wardrobe> | undefined;

/** Loads the figures' surfaces and bakes their poses, once a page. Rejects with an Error where the file is missing. */
export function loadWardrobe(): Promise<Wardrobe> {
  loading ??= read().catch((error: unknown) => {
    loading = undefined; // the next call tries again
    throw error;
  });
  return loading;
}

async function read(): Promise<Wardrobe> {
  const { default: address } = await import("virtual:figures");
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The figures could not be loaded (HTTP ${response.status}).`);
  const [file, bones] = await Promise.all([response.arrayBuffer(), baked()]);
  return wardrobeOf(decodeParts(file), bones);
}

/** The bones' texture from a worker, which ends when it has answered. */
function baked(): Promise<Halves> {
  const worker = new Worker(new URL("./bake.worker.ts", import.meta.url), { type: "module" });
  return new Promise<Halves>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Halves>) => resolve(data);
    worker.onerror = (event) => reject(new Error(`The figures' poses could not be made (${event.message}).`));
    worker.postMessage(null);
  }).finally(() => worker.terminate());
}

export function wardrobeOf(levels: readonly Level[], bones: Halves): Wardrobe {
  const shapes = shapeTexture(levels);
  return { levels, shapes, shared: { uShapes: { value: shapes.texture }, uBones: { value: boneTexture(bones) }, uClock: { value: 0 }, uJoints: { value: shapes.joints } } };
}

/** What one figure does now. Speeds in m/s, distances in m; whatever is left out stays as at first. */
export interface FigureState {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** rad from east, anticlockwise */
  readonly heading: number;
  readonly pose: PoseName;
  /** For walking: how fast, and how far it has come since it began; feet keep to the ground by these. */
  readonly speed?: number;
  readonly distance?: number;
  /** A pose it is going over to, and how far. Not with `walk`, which blends by its speed. */
  readonly to?: PoseName;
  readonly share?: number;
  /** Cycles by which it is ahead of others in poses by the clock. */
  readonly offset?: number;
}

/** The same for many figures at once: figure `i` is row `i`. */
export interface FigureTable {
  readonly count: number;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly z: ArrayLike<number>;
  readonly heading: ArrayLike<number>;
  /** Indices into POSES. */
  readonly pose: ArrayLike<number>;
  readonly speed: ArrayLike<number>;
  readonly distance: ArrayLike<number>;
  readonly offset: ArrayLike<number>;
}

const PROPORTIONS = SHAPES.map(proportionsOf);
const STRIDES = PROPORTIONS.map(strides);

export interface CrowdOptions {
  /** The most figures. */
  readonly max: number;
  readonly air?: Air;
  /** Whether the two near levels throw shadows. */
  readonly castShadow?: boolean;
}

export interface CrowdStats {
  /** Figures drawn in each level in the last frame. */
  readonly levels: readonly number[];
  readonly hidden: number;
}

export class Crowd {
  readonly group = new Group();
  count = 0;
  private readonly buffer: ArrayBuffer;
  private readonly words: Uint32Array;
  private readonly floats: Float32Array;
  private readonly phases: Float64Array;
  private readonly ways: Float64Array;
  private readonly looks: Look[] = [];
  private readonly layers: readonly Layer[];
  private readonly gear: readonly { layer: Layer; worn: (look: Look) => boolean }[];
  private readonly contact: Layer;
  private readonly frustum = new Frustum();
  private readonly moment: Moment = { x: 0, y: 0, z: 0, heading: 0, phase: 0, row: 0, toRow: 0, share: 0, holds: 0 };
  private shown: CrowdStats = { levels: [0, 0, 0], hidden: 0 };

  constructor(private readonly wardrobe: Wardrobe, readonly options: CrowdOptions) {
    const { max, air, castShadow = false } = options;
    this.buffer = new ArrayBuffer(4 * WORDS * max);
    this.words = new Uint32Array(this.buffer);
    this.floats = new Float32Array(this.buffer);
    this.phases = new Float64Array(max);
    this.ways = new Float64Array(max).fill(NaN);
    const { levels, shapes, shared } = wardrobe;
    this.layers = levels.map((level, k) => {
      const materials = bodyMaterials(shared, { bases: shapes.bases[k], counts: level.map((part) => part.open.length), bones: BONES_USED[k], near: k === 0, air });
      return new Layer(levelGeometry(level), materials, max, castShadow && k < 2);
    });
    this.gear = Object.values(allGear()).map(({ geometry, bone, worn }) => ({ layer: new Layer(geometry, gearMaterials(shared, bone, air), max, castShadow), worn: worn as (look: Look) => boolean }));
    this.contact = new Layer(new PlaneGeometry(2, 2), { colour: contactMaterial(shared) }, max, false);
    this.contact.mesh.renderOrder = 40;
    this.group.add(...this.layers.map(({ mesh }) => mesh), ...this.gear.map(({ layer }) => layer.mesh), this.contact.mesh);
  }

  /** Says how figure `i` looks; needed once, before it is first drawn. */
  dress(i: number, look: Look): void {
    this.looks[i] = look;
    writeLook(this.words, i, look);
    this.count = Math.max(this.count, i + 1);
  }

  /** Says where figure `i` is and what it does. */
  set(i: number, state: FigureState): void {
    const look = this.looks[i];
    if (!look) throw new Error(`Figure ${i} has no look yet: dress it first.`);
    const { moment } = this;
    const { x, y, z, heading, pose, speed = 0, distance = 0, offset = 0 } = state;
    [moment.x, moment.y, moment.z, moment.heading] = [x, y, z, heading];
    moment.holds = HOLD_BITS[(look[1] >>> 28) & 3] & (HANDS_FREE[pose] ?? 7);
    moment.share = 0;
    const scale = scaleOf(look);
    if (pose === "walk") this.stepOut(i, look, speed, distance, offset);
    else {
      moment.row = moment.toRow = POSES.indexOf(pose);
      moment.phase = pose === "ride" ? distance / (RIDE_LENGTH * scale) : pose === "push" ? distance / (PUSH_LENGTH * scale) : offset;
      if (state.to !== undefined && state.to !== "walk") {
        moment.toRow = POSES.indexOf(state.to);
        moment.share = state.share ?? 0;
      }
    }
    writeMoment(this.floats, this.words, i, moment);
  }

  /** Says so for the first figures from a table of arrays. */
  setAll({ count, x, y, z, heading, pose, speed, distance, offset }: FigureTable): void {
    for (let i = 0; i < count; i++) this.set(i, { x: x[i], y: y[i], z: z[i], heading: heading[i], pose: POSES[pose[i]], speed: speed[i], distance: distance[i], offset: offset[i] });
  }

  /** Gives figure `i` another face. */
  face(i: number, face: Face): void {
    const look = this.looks[i];
    this.dress(i, [look[0], look[1], withFace(look[2], face)]);
  }

  /** No figures from `count` on. */
  truncate(count: number): void {
    this.count = Math.min(this.count, count);
  }

  /** Sorts the figures into levels by their distance to the eye and hands them to the graphics card. `clock` in s. */
  update(camera: Camera, clock: number, detail = 1): void {
    this.wardrobe.shared.uClock.value = clock % 3600;
    camera.updateMatrixWorld();
    this.frustum.setFromProjectionMatrix(PROJECTION.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse));
    const eye = EYE.setFromMatrixPosition(camera.matrixWorld);
    for (const layer of [...this.layers, this.contact, ...this.gear.map((g) => g.layer)]) layer.clear();
    let hidden = 0;
    for (let i = 0; i < this.count; i++) {
      const k = WORDS * i;
      BALL.center.set(this.floats[k], this.floats[k + 1], this.floats[k + 2] + 0.9);
      if (!this.frustum.intersectsSphere(BALL)) {
        hidden++;
        continue;
      }
      const far = BALL.center.distanceTo(eye) / detail;
      this.layers[far < REACH[0] ? 0 : far < REACH[1] ? 1 : 2].add(this.words, k);
      this.contact.add(this.words, k);
      if (far < GEAR_REACH && this.words[k + 6] >>> 28 !== 0) this.equip(i, k);
      else if (far < GEAR_REACH && ((this.words[k + 6] >>> 20) & 7) !== 0) this.equip(i, k);
    }
    for (const layer of [...this.layers, this.contact, ...this.gear.map((g) => g.layer)]) layer.upload();
    this.shown = { levels: this.layers.map((layer) => layer.count), hidden };
  }

  stats(): CrowdStats {
    return this.shown;
  }

  dispose(): void {
    this.group.removeFromParent();
    for (const layer of [...this.layers, this.contact, ...this.gear.map((g) => g.layer)]) layer.dispose();
  }

  private equip(i: number, k: number): void {
    for (const { layer, worn } of this.gear) if (worn(this.looks[i])) layer.add(this.words, k);
  }

  /** The two paces between which a stride lies, and the phase: the way covered since the last time over the stride. */
  private stepOut(i: number, look: Look, speed: number, distance: number, offset: number): void {
    const shape = look[2] & 31;
    const scale = scaleOf(look);
    const length = strideLength(speed / Math.sqrt(scale), PROPORTIONS[shape]);
    const table = STRIDES[shape];
    let pace = 0;
    while (pace + 2 < table.length && table[pace + 1] < length) pace++;
    const share = Math.min(Math.max((length - table[pace]) / (table[pace + 1] - table[pace]), 0), 1);
    const drawn = scale * (table[pace] + share * (table[pace + 1] - table[pace]));
    const gone = distance - this.ways[i];
    if (Number.isFinite(gone)) this.phases[i] += drawn > 0.05 ? gone / drawn : 0;
    else this.phases[i] = offset + (drawn > 0.05 ? distance / drawn : 0);
    this.ways[i] = distance;
    this.moment.phase = this.phases[i];
    this.moment.row = pace === 0 ? STAND : FIRST_PACE + pace - 1;
    this.moment.toRow = FIRST_PACE + pace;
    this.moment.share = share;
  }
}

const STAND = POSES.indexOf("stand");
/** Bits of what may still be held in poses that need hands. */
const HANDS_FREE: Partial<Record<PoseName, number>> = { wave: 4, point: 4, clap: 0, talk: 4, ride: 0, drive: 0, push: 0 };
const HOLD_BITS = [0, 1, 2, 4] as const; // by the prop, see outfit.ts
const PROJECTION = new Matrix4();
const EYE = new Vector3();
const BALL = new Sphere(new Vector3(), 1.25);

/** Adds a crowd of at most `max` figures to a scene. */
export async function createCrowd(scene: Object3D, options: CrowdOptions): Promise<Crowd> {
  const crowd = new Crowd(await loadWardrobe(), options);
  scene.add(crowd.group);
  return crowd;
}

/** One figure by itself. */
export async function createFigure(scene: Object3D, look: Look, options: Omit<CrowdOptions, "max"> = {}): Promise<{ set: (state: FigureState) => void; face: (face: Face) => void; crowd: Crowd }> {
  const crowd = await createCrowd(scene, { ...options, max: 1 });
  crowd.dress(0, look);
  return { set: (state) => crowd.set(0, state), face: (face) => crowd.face(0, face), crowd };
}

/** One instanced draw: a mesh and the 32 bytes of each figure in it. */
class Layer {
  count = 0;
  readonly mesh: Mesh;
  private readonly geometry = new InstancedBufferGeometry();
  private readonly data: InstancedInterleavedBuffer;
  private readonly words: Uint32Array;

  constructor(source: BufferGeometry, materials: { colour: Material; depth?: Material }, max: number, castShadow: boolean) {
    this.geometry.index = source.index;
    for (const [name, attribute] of Object.entries(source.attributes)) this.geometry.setAttribute(name, attribute);
    this.words = new Uint32Array(WORDS * max);
    this.data = new InstancedInterleavedBuffer(this.words, WORDS, 1);
    this.data.setUsage(DynamicDrawUsage);
    this.geometry.setAttribute("iPlace", whole(new InterleavedBufferAttribute(this.data, 4, 0)));
    this.geometry.setAttribute("iLook", whole(new InterleavedBufferAttribute(this.data, 4, 4)));
    this.mesh = new Mesh(this.geometry, materials.colour);
    if (materials.depth) this.mesh.customDepthMaterial = materials.depth;
    this.mesh.frustumCulled = false;
    this.mesh.receiveShadow = materials.depth !== undefined;
    this.mesh.castShadow = castShadow;
    this.mesh.matrixAutoUpdate = false;
  }

  clear(): void {
    this.count = 0;
  }

  add(words: Uint32Array, from: number): void {
    const to = WORDS * this.count++;
    for (let i = 0; i < WORDS; i++) this.words[to + i] = words[from + i];
  }

  upload(): void {
    this.mesh.visible = this.count > 0;
    this.geometry.instanceCount = this.count;
    if (this.count === 0) return;
    this.data.clearUpdateRanges();
    this.data.addUpdateRange(0, WORDS * this.count);
    this.data.needsUpdate = true;
  }

  dispose(): void {
    this.geometry.dispose();
    (this.mesh.material as Material).dispose();
    this.mesh.customDepthMaterial?.dispose();
  }
}

/** Read by the shader as whole numbers, bit by bit. */
function whole<A extends BufferAttribute | InterleavedBufferAttribute>(attribute: A): A {
  (attribute as { gpuType?: number }).gpuType = IntType;
  return attribute;
}

/** All parts of a level in one geometry. */
function levelGeometry(level: Level): BufferGeometry {
  const total = level.reduce((sum, part) => sum + part.open.length, 0);
  const [cut, misc, bones, shares, index] = [new Float32Array(3 * total), new Float32Array(3 * total), new Uint8Array(4 * total), new Uint8Array(4 * total), [] as number[]];
  let at = 0;
  level.forEach((part, k) => {
    for (let i = 0; i < part.open.length; i++) misc.set([k, i, part.open[i] / 255], 3 * (at + i));
    cut.set(Array.from(part.cut, (x) => x * TENTH), 3 * at);
    bones.set(part.bones, 4 * at);
    shares.set(part.shares, 4 * at);
    for (const corner of part.index) index.push(at + corner);
    at += part.open.length;
  });
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(cut, 3));
  geometry.setAttribute("normal", geometry.getAttribute("position")); // not read, but without one three.js shades flat
  geometry.setAttribute("aMisc", new BufferAttribute(misc, 3));
  geometry.setAttribute("aBones", whole(new BufferAttribute(bones, 4)));
  geometry.setAttribute("aShares", new BufferAttribute(shares, 4, true));
  geometry.setIndex(index);
  return geometry;
}
