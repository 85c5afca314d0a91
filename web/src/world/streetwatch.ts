/** Watches one street: its last minutes from the server's memory, and from then on what comes live. */
import type { VehicleRows } from "../protocol/frames";
import type { StreetHistory } from "../protocol/messages";
import { Light, lightOf } from "./lights";
import type { CityServer } from "./manifest";
import type { Network } from "./model";
import type { Street } from "./street";
import { LightLog, Trajectories } from "./trajectories";

export const MEMORY = 300; // s of city time
const JUMP = 120; // s; two pictures further apart are of two runs
const GAP = 12; // s of city time; whoever missed more asks for the past again
/** Of the lanes that go on, the one that may go decides: protected green, green, yellow, red. */
const BEST: readonly number[] = [Light.GREEN_PROTECTED, Light.GREEN_PERMISSIVE, Light.YELLOW, Light.RED];

/** Who is on the street at a time. */
export interface Picture {
  readonly time: number;
  /** Reused from picture to picture: copy what is to be kept. */
  readonly vehicles: VehicleRows;
}

export class StreetWatch {
  trajectories = new Trajectories(MEMORY);
  lights: LightLog;
  /** Grows when what was known before is not so any more: the whole picture is to be drawn anew. */
  era = 0;
  /** Live pictures that wait until the past is known; null once it is. */
  private waiting: (() => void)[] | null = [];
  private readonly abort = new AbortController();
  private readonly programs: readonly number[];

  constructor(
    readonly street: Street,
    private readonly network: Network,
    private readonly server: CityServer,
  ) {
    this.lights = new LightLog(street.stopLines.length);
    this.programs = [...new Set(street.stopLines.map((line) => line.program))];
    this.askForThePast();
  }

  stop(): void {
    this.abort.abort();
    this.waiting = null;
  }

  /** A live picture of the street, and the phases that the signals show now. */
  see(picture: Picture, phases: Uint16Array): void {
    const missed = picture.time - this.trajectories.latest;
    if (this.waiting === null && missed > GAP && missed < JUMP) this.askForThePast();
    if (this.waiting === null) return this.take(picture.time, picture.vehicles, phases);
    const [rows, shown] = [picture.vehicles.copy(), phases.slice()];
    this.waiting.push(() => this.take(picture.time, rows, shown));
  }

  private askForThePast(): void {
    this.waiting = [];
    this.server
      .history(this.street.paths, this.programs, this.abort.signal)
      .then((past) => this.remember(past))
      .catch(() => undefined) // without a past it begins now
      .finally(() => this.catchUp());
  }

  private catchUp(): void {
    const waiting = this.waiting ?? [];
    this.waiting = null;
    for (const take of waiting) take();
  }

  private remember(past: StreetHistory): void {
    this.forget();
    past.pictures.forEach((time, k) => {
      if (!this.trajectories.begin(time)) return;
      for (let i = past.start[k]; i < past.start[k + 1]; i++) this.place(past.id[i], past.path[i], past.position[i], past.speed[i]);
    });
    for (const { time, phases } of past.lights) this.light(time, (program) => phases[this.programs.indexOf(program)]);
  }

  private take(time: number, rows: VehicleRows, phases: Uint16Array): void {
    if (Math.abs(time - this.trajectories.latest) > JUMP) this.forget();
    if (!this.trajectories.begin(time)) return;
    for (let i = 0; i < rows.count; i++) this.place(rows.id[i], rows.path[i], rows.position[i], rows.speed[i]);
    this.light(time, (program) => phases[program]);
    this.lights.forget(time - MEMORY);
  }

  /** Begins anew, as after a jump of time: what was before belongs to another run. */
  private forget(): void {
    this.trajectories = new Trajectories(MEMORY);
    this.lights = new LightLog(this.street.stopLines.length);
    this.era++;
  }

  private place(id: number, path: number, position: number, speed: number): void {
    const distance = this.street.distance(path, position);
    if (!Number.isNaN(distance)) this.trajectories.add(id, distance, speed);
  }

  private light(time: number, phaseOf: (program: number) => number): void {
    this.street.stopLines.forEach((line, k) => {
      const shown = line.links.map((link) => lightOf(this.network.signals, line.program, phaseOf(line.program), link));
      this.lights.show(k, time, BEST.find((light) => shown.includes(light)) ?? Light.OFF);
    });
  }
}
