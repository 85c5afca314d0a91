/**
 * The first moments. Until cars drive, few pictures of few pixels are drawn and no shadows: on a slow machine the
 * server, the shaders' compiler and the browser need it for themselves. Then comes the whole picture, its shadows
 * fading in.
 */
import type { VehicleTable } from "../world/model";
import type { Light } from "./light";
import type { Stage } from "./stage";

const LONGEST = 8000; // ms to wait for cars: there may be none
const PAUSE = 400; // ms between pictures meanwhile
const HOLD = 800; // ms in which cars drive before the picture grows sharp
const FADE = 700; // ms in which shadows come

export class Overture {
  private began = -1; // ms
  private drawn = -Infinity;
  private ended = -1;
  private over = false;

  constructor(private readonly stage: Stage, private readonly light: Light) {
    this.stage.coarse = true;
    this.light.shadows = 0;
  }

  /** Cars are on their way, or there are none. */
  get played(): boolean {
    return this.ended >= 0;
  }

  /** Whether a picture is to be drawn at `now` (ms). */
  wants(vehicles: VehicleTable, now: number): boolean {
    if (this.over) return true;
    if (this.began < 0) this.began = now;
    // Cars move from one state towards the next.
    if (this.ended < 0 && (vehicles.version >= 2 || now - this.began > LONGEST)) this.ended = now;
    if (this.ended < 0) {
      if (now - this.drawn < PAUSE) return false;
      this.drawn = now;
      return true;
    }
    const since = now - this.ended - HOLD;
    if (since >= 0) this.stage.coarse = false;
    this.light.shadows = Math.min(Math.max(since / FADE, 0), 1);
    this.over = since >= FADE;
    return true;
  }
}
