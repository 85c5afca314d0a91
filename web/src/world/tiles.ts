/** Tiles of buildings and trees: fetched when asked for, decoded, kept. */
import type { Manifest, TileFile } from "../protocol/messages";
import type { Decoder } from "./decoder";
import type { CityServer } from "./manifest";
import type { Tile } from "./model";

export function tileKey(x: number, y: number): string {
  return `${x},${y}`;
}

interface Request {
  readonly promise: Promise<Tile>;
  readonly abort: AbortController;
}

export class Tiles {
  /** Those that are here, by tileKey. */
  readonly loaded = new Map<string, Tile>();
  private readonly files = new Map<string, TileFile>();
  private readonly requests = new Map<string, Request>();

  constructor(
    manifest: Manifest,
    private readonly server: CityServer,
    private readonly decoder: Decoder,
  ) {
    for (const file of manifest.tiles) this.files.set(tileKey(file.x, file.y), file);
  }

  /** The tile, from the cache or the server. A tile that failed can be asked for again. */
  request(x: number, y: number): Promise<Tile> {
    const key = tileKey(x, y);
    const here = this.loaded.get(key);
    if (here !== undefined) return Promise.resolve(here);
    const running = this.requests.get(key);
    if (running !== undefined) return running.promise;
    const file = this.files.get(key);
    if (file === undefined) return Promise.reject(new Error(`the city has no tile ${key}`));
    const abort = new AbortController();
    const promise = this.load(file, key, abort);
    this.requests.set(key, { promise, abort });
    return promise;
  }

  /** Stops waiting for a tile that is not needed any more; its promise is rejected with an AbortError. */
  abort(x: number, y: number): void {
    this.requests.get(tileKey(x, y))?.abort.abort();
  }

  /** Frees a tile's memory. */
  forget(x: number, y: number): void {
    this.loaded.delete(tileKey(x, y));
  }

  private async load(file: TileFile, key: string, abort: AbortController): Promise<Tile> {
    try {
      const buffer = await this.server.bytes(file.url, abort.signal);
      const tile = await this.decoder.tile(buffer, file.url, file.x, file.y);
      this.loaded.set(key, tile);
      return tile;
    } finally {
      this.requests.delete(key);
    }
  }
}
