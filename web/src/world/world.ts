/**
 * The client's copy of the city: what does not move is loaded once, what moves comes over the live socket by channels
 * (channels/), which are put together here. Draws nothing: the scene and the page read it, and speak to the city only
 * through its methods.
 */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { FrameError, type FlowColumns } from "../protocol/frames";
import type { Manifest, Message, SearchResult, ThingFields, Welcome } from "../protocol/messages";
import { Channels, type Channel } from "./channel";
import { cityChannels, type CityChannels } from "./channels/city";
import type { ClockState, TimeWish } from "./channels/clock";
import type { Followed } from "./channels/follow";
import type { Command, OrderAnswer } from "./channels/orders";
import { Connection, type ConnectionState, type Socket } from "./connection";
import type { OperatorToken } from "./operator";
import { Decoder } from "./decoder";
import { CityServer, FetchError, type FetchProblem } from "./manifest";
import type { Ground, Layer, Network, Thing, ThingKind, Tile } from "./model";
import { Paths } from "./path";
import type { StreetWatch } from "./streetwatch";
import { Tiles } from "./tiles";
import type { Stats, TrafficLog } from "./trafficlog";
import type { Vehicles } from "./vehicles";

export type Status = "loading" | "live" | "reconnecting" | "failed";
/** Share done 0 .. 1, and what is being done: a key of the messages `loading.*`. */
export interface Progress {
  readonly share: number;
  readonly word: "city" | "network" | "ground" | "live" | "done";
}

export interface WorldOptions {
  /** Address of the page; the API is beside it. */
  readonly base?: string;
  readonly name?: string;
  readonly token?: OperatorToken;
  readonly socket?: (url: string) => Socket;
  readonly now?: () => number;
  /** Called when the server has come back with another city; without it the page is loaded anew. */
  readonly cityChanged?: (version: string) => void;
  /** Subjects of the live socket beside the city's own. */
  readonly channels?: readonly Channel[];
}

export class World {
  manifest: Manifest | null = null;
  network: Network | null = null;
  ground: Ground | null = null;
  paths: Paths | null = null;

  readonly status: Signal<Status> = signal<Status>("loading");
  readonly connection: Signal<ConnectionState> = signal<ConnectionState>({ state: "connecting" });
  /** Why `status` is "failed": a sentence, and what kind of trouble it is. */
  readonly failure: Signal<string> = signal("");
  readonly problem: Signal<FetchProblem | null> = signal<FetchProblem | null>(null);
  readonly selection: Signal<Thing | null> = signal<Thing | null>(null);
  readonly layer: Signal<Layer> = signal<Layer>("none");
  readonly progress: Signal<Progress> = signal<Progress>({ share: 0, word: "city" });
  /** Manifest, network and ground are here: there is a city to draw. */
  readonly ready: ReadonlySignal<boolean> = computed(() => this.progress.value.share === 1);

  /** HTTP of the city. */
  readonly server: CityServer;
  /** What the city itself says over the live socket, a channel a subject. */
  readonly channels: CityChannels;
  private readonly all: Channels;
  private tilesOf: Tiles | null = null;
  private readonly decoder = new Decoder();
  private line: Connection | null = null;
  /** Frames that came before the network whose paths they speak of, and when. */
  private early: { readonly buffer: ArrayBuffer; readonly at: number }[] | null = [];
  private readonly now: () => number;

  constructor(private readonly options: WorldOptions = {}) {
    this.server = new CityServer(options.base ?? document.baseURI);
    this.now = options.now ?? (() => performance.now());
    this.channels = cityChannels(options.name ?? "", this.layer);
    this.all = new Channels([...Object.values(this.channels), ...(options.channels ?? [])]);
    this.all.join({ send: (message) => this.line?.send(message) ?? false, now: this.now });
  }

  // ---- what moves, as the scene and the page read it
  get clock(): Signal<ClockState> {
    return this.channels.clock.state;
  }
  /** The city time that is being prepared, while a jump takes its while. */
  get jumping(): Signal<number | null> {
    return this.channels.clock.jumping;
  }
  get visitors(): Signal<number> {
    return this.channels.visitors.count;
  }
  get vehicles(): Vehicles {
    return this.channels.vehicles.table;
  }
  /** Present phase of each signal program, its number within the program. */
  get phases(): Uint16Array {
    return this.channels.signals.phases;
  }
  get flow(): FlowColumns | null {
    return this.channels.flow.edges;
  }
  /** Grows with every frame of flow. */
  get flowVersion(): number {
    return this.channels.flow.version;
  }
  /** Somebody wants to know of the edges although no layer shows them. */
  get edgesWanted(): Signal<boolean> {
    return this.channels.flow.wanted;
  }
  get followed(): Signal<number | null> {
    return this.channels.follow.vehicle;
  }
  get followedFields(): Signal<Followed | null> {
    return this.channels.follow.fields;
  }
  /** The street whose vehicles are watched, wherever one looks. */
  get street(): Signal<StreetWatch | null> {
    return this.channels.watch.street;
  }
  get stats(): Signal<Stats | null> {
    return this.channels.stats.now;
  }
  /** The numbers of the last minutes, grown with every message of `stats`. */
  get log(): TrafficLog {
    return this.channels.stats.log;
  }
  get tiles(): ReadonlyMap<string, Tile> {
    return this.tilesOf?.loaded ?? NO_TILES;
  }

  /**
   * Loads what does not move while the live socket opens, so that the first picture has its vehicles. Sets `status` to
   * "failed" and `failure` where it cannot.
   */
  async start(): Promise<void> {
    this.status.value = "loading";
    this.progress.value = { share: 0, word: "city" };
    this.early = [];
    try {
      this.manifest = await this.server.manifest();
      this.all.found(this.manifest);
      this.connect(this.manifest);
      await this.loadStatic(this.manifest);
    } catch (error) {
      this.line?.close();
      this.fail((error as Error).message, error instanceof FetchError ? error.problem : "broken");
      return;
    }
    this.catchUp();
  }

  stop(): void {
    this.all.stop();
    this.line?.close();
    this.decoder.close();
  }

  /** City time to draw, seconds after midnight of day 0; `now` as performance.now(). Smooth, and about one state behind. */
  cityTime(now: number): number {
    return this.channels.clock.time(now);
  }

  requestTile(x: number, y: number): Promise<Tile> {
    return this.tilesOf?.request(x, y) ?? Promise.reject(new Error("the city is not loaded yet"));
  }
  abortTile(x: number, y: number): void {
    this.tilesOf?.abort(x, y);
  }
  forgetTile(x: number, y: number): void {
    this.tilesOf?.forget(x, y);
  }

  // ---- what is wished
  /** Wishes for the clock that all visitors share. False where the line is down. */
  setTime(wish: TimeWish): boolean {
    return this.channels.clock.wish(wish);
  }
  /** Where vehicles are wanted: called as often as the camera moves, sent a few times a second. */
  setInterest(x: number, y: number, radius: number): void {
    this.channels.vehicles.want(x, y, radius);
  }
  select(thing: Thing | null): void {
    this.selection.value = thing;
  }
  follow(vehicle: number | null): void {
    this.channels.follow.follow(vehicle);
  }
  /** Watches the street that an edge is part of, or none. */
  watchStreet(edge: number | null): void {
    this.channels.watch.watch(edge);
  }
  /** Whether this visitor may "order" or set the "clock", as the server says. */
  may(what: string): boolean {
    return this.channels.visitors.may.value.includes(what);
  }
  /** Asks the city to apply all of the commands, or none of them. Never rejects: a refusal is an answer. */
  order(commands: readonly Command[]): Promise<OrderAnswer> {
    return this.channels.orders.order(commands);
  }
  /** The edge that a thing is, or is a lane of; -1 for others. */
  edgeOf({ kind, id }: Thing): number {
    if (kind === "edge") return id;
    return kind === "lane" ? (this.network?.lanes.edge[id] ?? -1) : -1;
  }
  search(text: string, signal?: AbortSignal): Promise<SearchResult[]> {
    return this.server.search(text, 20, signal);
  }
  /** What the city knows of a thing now. Ids are rows of its tables; an area's is that of `ground.areas.id`. */
  thing(kind: ThingKind, id: number, signal?: AbortSignal): Promise<ThingFields> {
    return this.server.thing(kind, id, signal);
  }
  retryNow(): void {
    this.line?.retryNow();
  }

  private async loadStatic(manifest: Manifest): Promise<void> {
    const total = Math.max(1, manifest.network.bytes + manifest.ground.bytes);
    let bytes = 0;
    const arrived = (word: Progress["word"]) => (n: number) => {
      bytes += n;
      this.progress.value = { share: Math.min(0.95, bytes / total), word };
    };
    const { server, decoder } = this;
    const [network, ground] = await Promise.all([
      server.bytes(manifest.network.url, undefined, arrived("network")).then((b) => decoder.network(b, manifest.network.url)),
      server.bytes(manifest.ground.url, undefined, arrived("ground")).then((b) => decoder.ground(b, manifest.ground.url)),
    ]);
    this.tilesOf = new Tiles(manifest, server, decoder);
    this.paths = new Paths(network);
    this.network = network;
    this.ground = ground;
    this.all.opened({ manifest, network, ground, paths: this.paths, server });
  }

  /** What does not move is here: reads what has come over the line meanwhile, and is ready. */
  private catchUp(): void {
    const early = this.early ?? [];
    this.early = null;
    for (const { buffer, at } of early) this.received(buffer, at);
    const live = this.connection.value.state === "live";
    if (live) this.status.value = "live";
    this.progress.value = { share: 1, word: live ? "done" : "live" };
  }

  private connect(manifest: Manifest): void {
    const { socket, token, name = "" } = this.options;
    const handlers = {
      welcome: (message: Welcome) => this.welcomed(message),
      message: (message: Message) => this.all.hear(message),
      frame: (buffer: ArrayBuffer) => this.received(buffer),
      state: (state: ConnectionState) => this.lineChanged(state),
    };
    this.line = new Connection(this.server.liveAddress(manifest.live), handlers, { name, ...(socket ? { socket } : {}), ...(token ? { token } : {}) });
    this.line.open();
  }

  private lineChanged(state: ConnectionState): void {
    this.connection.value = state;
    if (state.state === "live") {
      if (this.early === null) this.status.value = "live"; // else once what does not move is here, too
      return;
    }
    this.all.lost();
    if (state.state === "refused") this.fail(state.message, "protocol");
    else if (this.status.value === "live") this.status.value = "reconnecting";
  }

  private fail(message: string, problem: FetchProblem): void {
    this.failure.value = message;
    this.problem.value = problem;
    this.status.value = "failed";
  }

  private welcomed(message: Welcome): void {
    if (message.city !== this.manifest?.version) {
      (this.options.cityChanged ?? reloadFor)(message.city);
      return;
    }
    this.all.welcome(message);
    for (const wish of this.all.wishes()) this.line?.send(wish);
    if (this.progress.value.word === "live") this.progress.value = { share: 1, word: "done" };
  }

  private received(buffer: ArrayBuffer, at = this.now()): void {
    if (this.early !== null) return void this.early.push({ buffer, at });
    try {
      this.all.see(buffer, at);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      console.warn(error);
    }
  }
}

/** Once for each version: a server whose manifest and live line disagree must not make the page spin. */
function reloadFor(version: string): void {
  const key = "cosmopolis.reloaded";
  try {
    if (sessionStorage.getItem(key) === version) return;
    sessionStorage.setItem(key, version);
  } catch {
    return;
  }
  location.reload();
}

const NO_TILES: ReadonlyMap<string, Tile> = new Map();
