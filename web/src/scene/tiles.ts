/** Which tiles are here: asked for by their distance to what is looked at, built in the worker, and let go far away. */
import type { Mesh } from "three";

import type { Tile } from "../world/model";
import type { World } from "../world/world";
import type { Builder } from "./builder";
import type { Buildings } from "./buildings";
import { Footprints } from "./footprints";
import type { Trees } from "./trees";

const AT_ONCE = 3;
const LOOK_EVERY = 150; // ms
const KEEP = 1.5; // of the reach, until a tile is let go
const DETAIL = 1400; // m from the eye to a tile's rim within which its small things are drawn

interface Shown {
  readonly x: number;
  readonly y: number;
  readonly walls: Mesh;
  readonly foot: Mesh;
  readonly detailFrom: number;
  readonly footprints: Footprints;
  readonly fellTrees: () => void;
}

export class TileLayer {
  private readonly shown = new Map<string, Shown>();
  private readonly asked = new Set<string>();
  private readonly failed = new Map<string, number>();
  private size = 1000;
  private lookedAt = -Infinity;

  constructor(
    private readonly world: World,
    private readonly builder: Builder,
    private readonly buildings: Buildings,
    private readonly trees: Trees,
    private readonly changed: () => void,
  ) {}

  /** Tiles that are wanted and not yet drawn. */
  get pending(): number {
    return this.asked.size;
  }

  /** `focus`: what is looked at; `eye`: from where. */
  update(focus: { x: number; y: number }, eye: { x: number; y: number; z: number }, reach: number, now: number): void {
    const { manifest } = this.world;
    if (!manifest || now - this.lookedAt < LOOK_EVERY) return;
    this.lookedAt = now;
    this.size = manifest.tileSize;
    const wanted = manifest.tiles
      .map((tile) => ({ x: tile.x, y: tile.y, far: Math.min(this.distance(tile, focus), this.distance(tile, eye)) }))
      .filter((tile) => tile.far < reach)
      .sort((a, b) => a.far - b.far);
    for (const { x, y } of wanted) {
      const key = `${x},${y}`;
      if (this.asked.size >= AT_ONCE) break;
      if (this.shown.has(key) || this.asked.has(key) || now < (this.failed.get(key) ?? 0)) continue;
      void this.load(x, y, key, now);
    }
    for (const [key, tile] of this.shown) this.keep(key, tile, focus, eye, reach);
  }

  /** The building whose footprint holds a point, its id and height, or null. */
  buildingAt(x: number, y: number): { id: number; top: number } | null {
    const tile = this.shown.get(`${Math.floor(x / this.size)},${Math.floor(y / this.size)}`);
    return tile?.footprints.at(x, y) ?? null;
  }

  private async load(x: number, y: number, key: string, now: number): Promise<void> {
    this.asked.add(key);
    try {
      const tile = await this.world.requestTile(x, y);
      const built = await this.builder.build("buildings", tile);
      this.show(key, tile, built);
    } catch (error) {
      this.failed.set(key, now + 5000);
      console.warn(`tile ${key}:`, error);
    } finally {
      this.asked.delete(key);
    }
  }

  private show(key: string, tile: Tile, built: Parameters<Buildings["add"]>[0]): void {
    const meshes = this.buildings.add(built);
    this.shown.set(key, { x: tile.x, y: tile.y, ...meshes, footprints: new Footprints(tile), fellTrees: this.trees.add(tile.trees) });
    this.changed();
  }

  private keep(key: string, tile: Shown, focus: { x: number; y: number }, eye: { x: number; y: number; z: number }, reach: number): void {
    const far = Math.hypot(this.distance(tile, eye), eye.z);
    const { geometry } = tile.walls;
    geometry.setDrawRange(0, far < DETAIL ? Infinity : tile.detailFrom);
    tile.foot.visible = far < 2 * DETAIL;
    if (Math.min(this.distance(tile, focus), this.distance(tile, eye)) < reach * KEEP) return;
    tile.walls.removeFromParent();
    tile.foot.removeFromParent();
    geometry.dispose();
    tile.foot.geometry.dispose();
    tile.fellTrees();
    this.shown.delete(key);
    this.world.forgetTile(tile.x, tile.y);
    this.changed();
  }

  /** From a point to the tile's rim, m. */
  private distance(tile: { x: number; y: number }, point: { x: number; y: number }): number {
    const dx = Math.max(tile.x * this.size - point.x, 0, point.x - (tile.x + 1) * this.size);
    const dy = Math.max(tile.y * this.size - point.y, 0, point.y - (tile.y + 1) * this.size);
    return Math.hypot(dx, dy);
  }
}
