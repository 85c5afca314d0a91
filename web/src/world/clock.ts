/**
 * The city time that is drawn. States come a few times a second and unevenly; the drawn time runs evenly about one
 * state behind the newest, so that there is always a next state to move towards. It slews to stay there, never runs
 * backward except when the city's clock is set, and never past the newest state.
 */

const TAU = 0.8; // s in which an error melts away
const SLOWEST = 0.5; // of the pace
const FASTEST = 2.5;
const MARGIN = 1.3; // of the gap between two states, against jitter
const LEARNING = 0.15; // weight of the newest gap
const LONGEST_GAP = 1.5; // s of real time; a longer one was a pause or a stalled line
const STALLED = 3; // s of real time behind: the page stood still, and nobody wants to see what it missed
const JUMP_SECONDS = 4; // of real time at the present speed: a state further ahead was jumped to

export class CityClock {
  speed = 1;
  paused = false;
  private drawn = Number.NaN;
  private drawnAt = 0; // ms
  private newest = Number.NaN;
  private newestAt = 0; // ms
  private gapReal: number; // s between states
  private gapCity: number;
  private samples = 0;
  private slewing = false; // the speed was set: what is drawn comes to it without a jump

  /** `step`: seconds of city time between states, as a first guess. */
  constructor(private readonly step = 0.5) {
    this.gapReal = step;
    this.gapCity = step;
  }

  /** Time of the newest state, NaN before the first. */
  get newestState(): number {
    return this.newest;
  }

  /** A state of the city has come at `now` (ms). Tells whether time jumped to it. */
  observe(time: number, now: number): boolean {
    const ahead = time - this.newest;
    if (!(ahead > -1e-6 && ahead <= Math.max(this.step, JUMP_SECONDS * this.speed) + this.step)) {
      this.jump(time, now);
      return true;
    }
    if (ahead > 1e-6) {
      this.time(now); // what was drawn until now was drawn by the old state
      this.learn(ahead, (now - this.newestAt) / 1000);
      this.newest = time;
      this.newestAt = now;
    }
    return false;
  }

  /** Somebody has set the city's clock. */
  set(speed: number, paused: boolean, now: number): void {
    if (speed === this.speed && paused === this.paused) return;
    this.time(now);
    this.gapCity = this.gapReal * speed;
    this.samples = 0;
    this.slewing = true;
    this.speed = speed;
    this.paused = paused;
    this.newestAt = now;
  }

  jump(time: number, now: number): void {
    this.drawn = this.newest = time;
    this.drawnAt = this.newestAt = now;
    this.samples = 0;
  }

  /** The city time to draw at `now` (ms); 0 before the first state. */
  time(now: number): number {
    const elapsed = (now - this.drawnAt) / 1000;
    if (Number.isNaN(this.drawn)) return 0;
    if (elapsed <= 0) return this.drawn;
    this.drawnAt = now;
    const pace = this.pace();
    const onward = pace * elapsed;
    const error = this.target(now, pace) - (this.drawn + onward);
    if (Math.abs(error) < pace) this.slewing = false;
    if (error > STALLED * pace && !this.slewing && !this.paused) return (this.drawn += onward + error);
    const correction = error * (1 - Math.exp(-elapsed / TAU));
    const moved = Math.min(Math.max(onward + correction, SLOWEST * onward), FASTEST * onward);
    this.drawn = Math.min(this.newest, this.drawn + moved);
    return this.drawn;
  }

  private target(now: number, pace: number): number {
    if (this.paused) return this.newest;
    const lag = this.gapReal * pace * MARGIN;
    return Math.min(this.newest, this.newest + (pace * (now - this.newestAt)) / 1000 - lag);
  }

  /** Seconds of city time in a second: the speed, or less where the server does not keep up with it. */
  private pace(): number {
    return this.samples < 4 ? this.speed : Math.min(this.speed, this.gapCity / this.gapReal);
  }

  private learn(city: number, real: number): void {
    if (real > LONGEST_GAP || this.paused) return;
    this.gapReal += LEARNING * (Math.max(real, 0.001) - this.gapReal);
    this.gapCity += LEARNING * (city - this.gapCity);
    this.samples++;
  }
}
