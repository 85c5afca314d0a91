/**
 * The client's copy of the city: what does not move is loaded once, what moves comes over the live socket. Draws
 * nothing: the scene and the page read it, and speak to the city only through its methods.
 */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { VehicleRows, decodeFrame, type Frame } from "../protocol/frames";
import type { ClockMessage, FollowedMessage, Manifest, SearchResult, ServerMessage, ThingFields, TimeWish, Welcome } from "../protocol/messages";
import { CityClock } from "./clock";
import { Connection, type ConnectionState, type Socket } from "./connection";
import type { OperatorToken } from "./operator";
import { Decoder } from "./decoder";
import { CityServer, FetchError, type FetchProblem } from "./manifest";
import { Interest } from "./interest";
import type { Ground, Layer, Network, Thing, ThingKind, Tile } from "./model";
import { MOVING_LAYERS } from "./model";
import { Paths } from "./path";
import { StreetWatch } from "./streetwatch";
import { Streets } from "./street";
import { Tiles } from "./tiles";
import { TrafficLog } from "./trafficlog";
import { Vehicles } from "./vehicles";

export type Status = "loading" | "live" | "reconnecting" | "failed";
export interface ClockState {
  readonly time: number;
  readonly speed: number;
  readonly paused: boolean;
}
export interface Stats {
  readonly time: number;
  readonly vehicles: number;
  readonly waiting: number;
  readonly arrived: number;
  /** Slower than 5 km/h. */
  readonly halted: number;
  readonly speedMean: number;
  readonly updatesPerSecond: number;
  /** City seconds a second that the server reaches. */
  readonly speedReached: number;
}
/** Share done 0 .. 1, and what is being done: a key of the messages `loading.*`. */
export interface Progress {
  readonly share: number;
  readonly word: "city" | "network" | "ground" | "live" | "done";
}
/** Something that the page may tell: who changed the clock, or what the server refused. */
export type Notice =
  | { readonly kind: "clock"; readonly by: string; readonly mine: boolean; readonly clock: ClockState }
  | { readonly kind: "jump"; readonly by: string; readonly mine: boolean; readonly to: number }
  | { readonly kind: "error"; readonly code: string; readonly message: string }
  | { readonly kind: "arrived"; readonly vehicle: number };

/** By edge, as in the frames (6.5). */
export interface Flow {
  readonly speed: Uint8Array;
  readonly density: Uint8Array;
  readonly flow: Uint8Array;
  readonly queue: Uint8Array;
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
}

export class World {
  manifest: Manifest | null = null;
  network: Network | null = null;
  ground: Ground | null = null;
  paths: Paths | null = null;
  vehicles: Vehicles;
  /** Present phase of each signal program, its number within the program. */
  phases = new Uint16Array(0);
  flow: Flow | null = null;
  /** Grows with every frame of signals and of flow. */
  phasesVersion = 0;
  flowVersion = 0;

  readonly status: Signal<Status> = signal<Status>("loading");
  readonly connection: Signal<ConnectionState> = signal<ConnectionState>({ state: "connecting" });
  /** Why `status` is "failed": a sentence, and what kind of trouble it is. */
  readonly failure: Signal<string> = signal("");
  readonly problem: Signal<FetchProblem | null> = signal<FetchProblem | null>(null);
  readonly clock: Signal<ClockState> = signal<ClockState>({ time: 0, speed: 1, paused: false });
  /** The city time that is being prepared, while a jump takes its while. */
  readonly jumping: Signal<number | null> = signal<number | null>(null);
  readonly selection: Signal<Thing | null> = signal<Thing | null>(null);
  readonly followed: Signal<number | null> = signal<number | null>(null);
  readonly followedFields: Signal<FollowedMessage | null> = signal<FollowedMessage | null>(null);
  readonly layer: Signal<Layer> = signal<Layer>("none");
  readonly stats: Signal<Stats | null> = signal<Stats | null>(null);
  /** The numbers of the last minutes, grown with every message of `stats`. */
  readonly log = new TrafficLog();
  /** Somebody wants to know of the edges although no layer shows them. */
  readonly edgesWanted: Signal<boolean> = signal(false);
  /** The street whose vehicles are watched, wherever one looks. */
  readonly street: Signal<StreetWatch | null> = signal<StreetWatch | null>(null);
  readonly visitors: Signal<number> = signal(0);
  readonly progress: Signal<Progress> = signal<Progress>({ share: 0, word: "city" });
  readonly notice: Signal<Notice | null> = signal<Notice | null>(null);
  /** Manifest, network and ground are here: there is a city to draw. */
  readonly ready: ReadonlySignal<boolean> = computed(() => this.progress.value.share === 1);
  private readonly wantsFlow = computed(() => this.edgesWanted.value || MOVING_LAYERS.includes(this.layer.value));
  /** HTTP of the city. */
  readonly server: CityServer;

  private tilesOf: Tiles | null = null;
  private streets: Streets | null = null;
  private readonly decoder = new Decoder();
  private readonly rows = new VehicleRows();
  private cityClock = new CityClock();
  private line: Connection | null = null;
  /** Frames that came before the network whose paths they speak of, and when. */
  private early: { readonly buffer: ArrayBuffer; readonly at: number }[] | null = [];
  private readonly interest = new Interest((view) => this.line?.send({ type: "view", ...view }));
  private readonly now: () => number;
  private name: string;

  constructor(private readonly options: WorldOptions = {}) {
    this.server = new CityServer(options.base ?? document.baseURI);
    this.name = options.name ?? "";
    this.now = options.now ?? (() => performance.now());
    this.vehicles = new Vehicles(NO_PATHS);
    this.wantsFlow.subscribe((flow) => void this.line?.send({ type: "layers", flow }));
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
      this.cityClock = new CityClock(this.manifest.step);
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
    this.street.value?.stop();
    this.line?.close();
    this.interest.stop();
    this.decoder.close();
  }

  /** City time to draw, seconds after midnight of day 0; `now` as performance.now(). Smooth, and about one state behind. */
  cityTime(now: number): number {
    return this.cityClock.time(now);
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

  /** Wishes for the clock that all visitors share. False where the line is down. */
  setTime(wish: TimeWish): boolean {
    return this.line?.send({ type: "time", ...wish }) ?? false;
  }
  /** Where vehicles are wanted: called as often as the camera moves, sent a few times a second. */
  setInterest(x: number, y: number, radius: number): void {
    this.interest.set(x, y, radius);
  }
  select(thing: Thing | null): void {
    this.selection.value = thing;
  }
  follow(vehicle: number | null): void {
    if (vehicle === this.followed.value) return;
    this.followed.value = vehicle;
    this.followedFields.value = null;
    this.line?.send({ type: "follow", vehicle });
  }
  /** The edge that a thing is, or is a lane of; -1 for others. */
  edgeOf({ kind, id }: Thing): number {
    if (kind === "edge") return id;
    return kind === "lane" ? (this.network?.lanes.edge[id] ?? -1) : -1;
  }
  /** Watches the street that an edge is part of, or none. */
  watchStreet(edge: number | null): void {
    this.street.value?.stop();
    const { streets, network, paths } = this;
    if (edge === null || streets === null || network === null || paths === null) {
      if (this.street.value !== null) this.line?.send({ type: "watch", paths: [] });
      this.street.value = null;
      return;
    }
    const watch = new StreetWatch(streets.along(edge), network, this.server);
    this.street.value = watch;
    this.line?.send({ type: "watch", paths: watch.street.paths });
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
    this.vehicles = new Vehicles(this.paths);
    this.streets = new Streets(network, this.paths);
    this.phases = new Uint16Array(network.signals.count);
    this.network = network;
    this.ground = ground;
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
    const { socket, token } = this.options;
    this.line = new Connection(
      this.server.liveAddress(manifest.live),
      {
        welcome: (message) => this.welcomed(message),
        message: (message) => this.heard(message),
        frame: (buffer) => this.received(buffer),
        state: (state) => this.lineChanged(state),
      },
      { name: this.options.name ?? "", ...(socket ? { socket } : {}), ...(token ? { token } : {}) },
    );
    this.line.send({ type: "layers", flow: this.wantsFlow.value });
    if (this.followed.value !== null) this.line.send({ type: "follow", vehicle: this.followed.value });
    this.interest.resend();
    this.line.open();
  }

  private lineChanged(state: ConnectionState): void {
    this.connection.value = state;
    if (state.state === "live") {
      if (this.early === null) this.status.value = "live"; // else once what does not move is here, too
    } else if (state.state === "refused") this.fail(state.message, "protocol");
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
    if (!this.options.name) this.name = `Visitor ${message.id}`; // as the server calls who has no name
    this.visitors.value = message.visitors;
    this.jumping.value = null;
    this.setClock(message);
    if (this.progress.value.word === "live") this.progress.value = { share: 1, word: "done" };
  }

  private setClock({ time, speed, paused }: ClockState): void {
    this.cityClock.set(speed, paused, this.now());
    this.clock.value = { time, speed, paused };
  }

  private heard(message: ServerMessage): void {
    switch (message.type) {
      case "clock":
        return this.clockChanged(message);
      case "jumping":
        this.jumping.value = message.to;
        this.notice.value = { kind: "jump", ...this.author(message.by), to: message.to };
        return;
      case "visitors":
        this.visitors.value = message.count;
        return;
      case "followed":
        return this.followedMoved(message);
      case "stats":
        this.stats.value = {
          time: message.time,
          vehicles: message.vehicles,
          waiting: message.waiting,
          arrived: message.arrived,
          halted: message.halted ?? 0,
          speedMean: message.speed_mean,
          updatesPerSecond: message.updates_per_s,
          speedReached: message.speed_reached ?? this.clock.value.speed,
        };
        this.log.add(this.stats.value);
        return;
      case "error":
        if (message.code === "jump" || message.code === "simulation") this.jumping.value = null;
        this.notice.value = { kind: "error", code: message.code, message: message.message };
    }
  }

  private clockChanged(message: ClockMessage): void {
    this.setClock(message);
    if (message.by) this.notice.value = { kind: "clock", ...this.author(message.by), clock: this.clock.value };
    else this.jumping.value = null; // nobody changed it: the city has landed at another time
  }

  private author(by = ""): { by: string; mine: boolean } {
    return { by, mine: by !== "" && by === this.name };
  }

  private followedMoved(message: FollowedMessage): void {
    if (message.vehicle !== this.followed.value) return;
    if (!message.gone) {
      this.followedFields.value = message;
      return;
    }
    this.follow(null);
    this.notice.value = { kind: "arrived", vehicle: message.vehicle };
  }

  private received(buffer: ArrayBuffer, at = this.now()): void {
    if (this.early !== null) return void this.early.push({ buffer, at });
    let frame: Frame;
    try {
      frame = decodeFrame(buffer, this.rows);
    } catch (error) {
      console.warn(error);
      return;
    }
    if (frame.type === "signals") {
      frame.program.forEach((program, i) => (this.phases[program] = frame.phase[i]));
      this.phasesVersion++;
    } else if (frame.type === "flow") {
      const { speed, density, flow, queue } = frame;
      this.flow = { speed, density, flow, queue };
      this.flowVersion++;
    } else if (frame.type === "watched") this.street.value?.see(frame, this.phases);
    else this.moveVehicles(frame.time, at);
  }

  private moveVehicles(time: number, now: number): void {
    const jumped = this.cityClock.observe(time, now);
    this.vehicles.update(this.rows, time, this.cityClock.time(now), jumped);
    if (jumped) this.jumping.value = null;
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
const NO_LINES = { count: 0, start: new Uint32Array(1), points: new Float32Array(0) };
const NO_PATHS = new Paths({ lanes: { count: 0, line: NO_LINES }, connections: { count: 0, line: NO_LINES } } as unknown as Network);
