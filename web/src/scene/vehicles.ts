/** Vehicles: copied from the table when it changes, moved by the shader in between. */
import type { InstancedBufferGeometry} from "three";
import { DynamicDrawUsage, Group, InstancedBufferAttribute, Mesh, MeshLambertMaterial, Vector3, Vector4 } from "three";

import type { VehicleTable } from "../world/model";
import { dress } from "./air";
import { BURIED } from "./geometry/streetmesh";
import { chance } from "./geometry/chance";
import { createEffects, type Effects } from "./vehiclelights";
import { farModel, MODELS } from "./vehiclemodels";
import { BODY_COLOUR, BODY_FRAGMENT_HEAD, BODY_HEAD, BODY_PAINT, motion, POSE_GLSL } from "./vehicleshader";

const NEAR = 280; // m; further away a vehicle is a simple body
const FARTHEST = 5000; // m
const GROWTH = 1.5;

/** The instance attributes of one draw. */
export class Fleet {
  count = 0;
  private capacity = 0;
  private pose0!: InstancedBufferAttribute;
  private pose1!: InstancedBufferAttribute;
  private trait!: InstancedBufferAttribute;
  private ident!: InstancedBufferAttribute;

  constructor(readonly geometries: readonly InstancedBufferGeometry[]) {
    this.reserve(64);
  }

  reserve(capacity: number): void {
    if (capacity <= this.capacity) return;
    this.capacity = Math.ceil(capacity * GROWTH);
    const make = (): InstancedBufferAttribute => new InstancedBufferAttribute(new Float32Array(4 * this.capacity), 4).setUsage(DynamicDrawUsage) as InstancedBufferAttribute;
    this.pose0 = make();
    this.pose1 = make();
    this.trait = make();
    this.ident = new InstancedBufferAttribute(new Uint8Array(4 * this.capacity), 4, true).setUsage(DynamicDrawUsage) as InstancedBufferAttribute;
    for (const geometry of this.geometries) {
      geometry.dispose();
      for (const name of ["pose0", "pose1", "trait", "ident"] as const) geometry.setAttribute(name, this[name]);
    }
  }

  clear(): void {
    this.count = 0;
  }

  add(table: VehicleTable, row: number): void {
    const k = 4 * this.count++;
    for (let i = 0; i < 4; i++) {
      this.pose0.array[k + i] = table.pose0[4 * row + i];
      this.pose1.array[k + i] = table.pose1[4 * row + i];
    }
    const id = table.id[row];
    const trait = this.trait.array;
    [trait[k], trait[k + 1], trait[k + 2], trait[k + 3]] = [chance(id, 4), table.braking[row], table.speed[row], table.kind[row]];
    const ident = this.ident.array;
    [ident[k], ident[k + 1], ident[k + 2], ident[k + 3]] = [id & 255, (id >> 8) & 255, (id >> 16) & 255, id >>> 24];
  }

  upload(): void {
    for (const attribute of [this.pose0, this.pose1, this.trait, this.ident]) {
      attribute.clearUpdateRanges();
      attribute.addUpdateRange(0, 4 * this.count);
      attribute.needsUpdate = true;
    }
    for (const geometry of this.geometries) geometry.instanceCount = this.count;
  }
}

export class Vehicles {
  readonly group = new Group();
  /** For picking: what is drawn, near by kind and far in one. */
  readonly near: readonly Fleet[];
  readonly all: Fleet;
  readonly split = { value: new Vector3(0, 0, 0) };
  private readonly bodies: readonly Mesh[]; // of `near`
  private readonly effects: Effects;
  private readonly followed = { value: new Vector4(-1, -1, -1, -1) };
  private version = -1;

  constructor() {
    this.effects = createEffects();
    const far = farModel().instanced();
    this.near = MODELS.map((model) => new Fleet([model().instanced()]));
    this.all = new Fleet([far, ...this.effects.geometries]);
    this.bodies = this.near.map((fleet) => this.body(fleet.geometries[0], "vehicle", "vec3 local = position;"));
    this.group.add(...this.bodies);
    this.group.add(this.body(far, "far vehicle", `vec3 local = distance(pose1.xyz, uSplit) < ${NEAR.toFixed(1)} ? vec3(0.0) : position * SIZE[int(trait.w + 0.5)];`));
    this.group.add(...this.effects.meshes);
  }

  /** Copies the table if it has changed; sets how far the vehicles are on their way. */
  update(table: VehicleTable, time: number, eye: Vector3): void {
    const span = table.time1 - table.time0;
    motion.uShare.value = span > 1e-6 ? Math.min(Math.max((time - table.time0) / span, 0), 1) : 1;
    const strayed = eye.distanceTo(this.split.value) > NEAR / 6;
    if (table.version === this.version && !strayed) return;
    this.version = table.version;
    this.split.value.copy(eye);
    this.sort(table, eye);
  }

  follow(id: number | null): void {
    if (id === null) this.followed.value.set(-1, -1, -1, -1);
    else this.followed.value.set((id & 255) / 255, ((id >> 8) & 255) / 255, ((id >> 16) & 255) / 255, (id >>> 24) / 255);
  }

  private sort(table: VehicleTable, eye: Vector3): void {
    const counts = new Uint32Array(MODELS.length);
    for (let i = 0; i < table.count; i++) counts[Math.min(table.kind[i], MODELS.length - 1)]++;
    for (const fleet of this.near) fleet.clear();
    this.all.clear();
    this.all.reserve(table.count);
    this.near.forEach((fleet, kind) => fleet.reserve(counts[kind]));
    for (let i = 0; i < table.count; i++) {
      const dx = table.pose1[4 * i] - eye.x;
      const dy = table.pose1[4 * i + 1] - eye.y;
      const dz = table.pose1[4 * i + 2] - eye.z;
      const square = dx * dx + dy * dy + dz * dz;
      if (square > FARTHEST * FARTHEST || table.pose1[4 * i + 2] < BURIED) continue;
      this.all.add(table, i);
      if (square < NEAR * NEAR) this.near[Math.min(table.kind[i], MODELS.length - 1)].add(table, i);
    }
    this.near.forEach((fleet, kind) => {
      fleet.upload();
      this.bodies[kind].visible = fleet.count > 0;
    });
    this.all.upload();
  }

  private body(geometry: InstancedBufferGeometry, name: string, local: string): Mesh {
    const material = dress(new MeshLambertMaterial(), {
      name,
      vertexHead: POSE_GLSL + BODY_HEAD,
      place: `${local} Pose pose = poseNow(); place = placed(pose, local); facing = placed(pose, normal) - pose.at; vNormalW = facing; ${BODY_PAINT}`,
      pull: "1.8",
      fragmentHead: BODY_FRAGMENT_HEAD,
      colour: BODY_COLOUR,
      uniforms: { uShare: motion.uShare, uSplit: this.split, uFollowed: this.followed },
    });
    const mesh = new Mesh(geometry, material);
    mesh.frustumCulled = false;
    mesh.receiveShadow = true;
    return mesh;
  }
}
