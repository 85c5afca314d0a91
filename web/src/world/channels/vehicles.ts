/** The vehicles of the view: where they are wanted, and the table that is drawn. */
import { FrameKind, VehicleRows, readVehicles, type Frame } from "../../protocol/frames";
import type { Message } from "../../protocol/messages";
import type { Channel, Line, StaticCity } from "../channel";
import { Interest } from "../interest";
import type { Network } from "../model";
import { Paths } from "../path";
import { Vehicles } from "../vehicles";
import type { ClockChannel } from "./clock";

export class VehiclesChannel implements Channel {
  readonly name = "vehicles";
  table = new Vehicles(NO_PATHS);
  private readonly rows = new VehicleRows();
  private line: Line | null = null;
  private readonly interest = new Interest((view) => this.line?.send({ type: "view", ...view }));

  readonly frames = { [FrameKind.VEHICLES]: (frame: Frame, at: number) => this.moved(frame, at) };

  constructor(private readonly clock: ClockChannel) {}

  join(line: Line): void {
    this.line = line;
  }
  opened({ paths }: StaticCity): void {
    this.table = new Vehicles(paths);
  }
  wishes(): readonly Message[] {
    const view = this.interest.restate();
    return view === null ? [] : [{ type: "view", ...view }];
  }
  stop(): void {
    this.interest.stop();
  }

  /** Where vehicles are wanted: called as often as the camera moves, sent a few times a second. */
  want(x: number, y: number, radius: number): void {
    this.interest.set(x, y, radius);
  }

  private moved(frame: Frame, at: number): void {
    readVehicles(frame, this.rows);
    const jumped = this.clock.observe(frame.time, at);
    this.table.update(this.rows, frame.time, this.clock.time(at), jumped);
  }
}

const NO_LINES = { count: 0, start: new Uint32Array(1), points: new Float32Array(0) };
const NO_PATHS = new Paths({ lanes: { count: 0, line: NO_LINES }, connections: { count: 0, line: NO_LINES } } as unknown as Network);
