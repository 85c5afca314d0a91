/** All that stands in the scene once the world is loaded: made in the worker, and shown as it comes. */
import { BufferGeometry, Mesh, type Group, type Material, type Vector3 } from "three";

import type { Ground, Network } from "../world/model";
import type { World } from "../world/world";
import { air } from "./air";
import { Builder } from "./builder";
import { Buildings } from "./buildings";
import { GroundLayer } from "./ground";
import { createPickMaterials, pickable } from "./picking";
import { Roads } from "./roads";
import { Signals } from "./signals";
import type { Stage } from "./stage";
import { Stops } from "./stops";
import { StreetLights } from "./streetlights";
import { TileLayer } from "./tiles";
import { Trees } from "./trees";
import { Vehicles } from "./vehicles";
import { createWater, waterMaterial } from "./water";

export class City {
  readonly buildings = new Buildings();
  readonly vehicles = new Vehicles();
  readonly roads = new Roads();
  readonly signals = new Signals();
  readonly tiles: TileLayer;
  private readonly builder = new Builder();
  private readonly ground = new GroundLayer();
  private readonly water = waterMaterial();
  private readonly lamps = new StreetLights();
  private readonly stops = new Stops();
  private readonly trees: Trees;
  private readonly pick = createPickMaterials();
  /** The shaders of cars, streets and land are compiled. */
  private readonly paved: Promise<void>;
  private completing = false;
  private begin: () => void = () => undefined;
  private readonly driving = new Promise<void>((resolve) => (this.begin = resolve));

  /** Empty as yet; its shaders are compiled while the world loads. `changed`: something that throws a shadow came or went. */
  constructor(world: World, private readonly stage: Stage, private readonly changed: () => void) {
    this.trees = new Trees(stage.level.trees);
    this.tiles = new TileLayer(world, this.builder, this.buildings, this.trees, () => this.showed());
    const { ground, vehicles, roads, later } = this;
    for (const group of later) group.visible = false;
    stage.scene.add(ground.group, vehicles.group, roads.group, ...later);
    this.paved = stage.compile(ground.group, vehicles.group, sampleOf(roads.material), sampleOf(ground.areas));
  }

  /** What stands along the streets: the first picture of cars does without. */
  private get later(): Group[] {
    return [this.buildings, this.trees, this.lamps, this.signals, this.stops].map(({ group }) => group);
  }

  /** The world is here. */
  open(bounds: readonly number[], network: Network, ground: Ground): void {
    this.roads.setEdges(network.edges.count);
    this.ground.setBounds(bounds);
    void this.build(network, ground);
    this.markPickable();
  }

  /** Which lanes are closed now. */
  close(network: Network, lanes: ReadonlySet<number>): void {
    this.roads.close(network, lanes);
    this.showed();
  }

  /** Cars drive: now for all that stands along the streets. */
  complete(): void {
    if (this.completing) return;
    this.completing = true;
    this.begin();
    const { stage, later } = this;
    const others = [this.buildings.material, this.buildings.contact, this.water].map(sampleOf);
    void stage.compile(...others, ...later).then(() => {
      for (const group of later) group.visible = true;
      this.showed();
    });
  }

  /** Meshes that are still being made. */
  get pending(): number {
    return this.builder.pending + this.tiles.pending + Number(!this.completing);
  }

  update(focus: readonly [number, number, number], eye: Vector3, now: number): void {
    const { level } = this.stage;
    if (this.completing) this.tiles.update({ x: focus[0], y: focus[1] }, eye, level.tiles, now);
    const treesChanged = this.trees.update(eye.x, eye.y, eye.z, level.treeReach + eye.z);
    if (treesChanged) this.changed();
    this.lamps.update(eye.x, eye.y, air.uNight.value);
    this.stops.update(eye.x, eye.y);
  }

  dispose(): void {
    this.builder.dispose();
  }

  /** The order in which a visitor sees the city appear: ground, streets, then what stands along them. */
  private async build(network: Network, ground: Ground): Promise<void> {
    try {
      const areas = await this.builder.build("areas", ground.areas);
      await this.paved;
      this.ground.setAreas(areas);
      this.roads.add(await this.builder.build("streets", network));
      this.showed();
      await this.driving;
      const water = createWater(areas, this.water);
      if (water) this.ground.group.add(water);
      const [rails, furniture, stops] = await Promise.all([
        this.builder.build("rails", ground.rails),
        this.builder.build("furniture", network),
        this.builder.build("stops", { stops: ground.stops, network }),
      ]);
      this.roads.add(rails);
      this.signals.set(furniture, network.signals);
      this.lamps.set(furniture);
      this.stops.set(stops);
      this.showed();
    } catch (error) {
      console.error(error);
    }
  }

  private showed(): void {
    this.markPickable();
    this.changed();
  }

  /** New meshes learn how they are drawn when ids are wanted. */
  private markPickable(): void {
    const { pick } = this;
    const mark = (mesh: Mesh): void => {
      const { attributes } = mesh.geometry;
      if (attributes.building) pickable(mesh, pick.building);
      else if (attributes.owner) pickable(mesh, pick.street);
      else if (attributes.area) pickable(mesh, pick.area);
    };
    for (const group of [this.ground.group, this.roads.group, this.buildings.group]) group.children.forEach((child) => mark(child as Mesh));
    for (const child of this.signals.group.children) if ((child as Mesh).geometry === this.signals.headGeometry) pickable(child as Mesh, pick.signal);
    for (const child of this.stops.group.children) pickable(child as Mesh, pick.stop);
    for (const child of this.vehicles.group.children) if ((child as Mesh).geometry === this.vehicles.all.geometries[0]) pickable(child as Mesh, pick.vehicle);
  }
}

/** For a material whose meshes come later. */
function sampleOf(material: Material): Mesh {
  return new Mesh(new BufferGeometry(), material);
}
