/** Where the camera wants vehicles: said when it has moved enough, and not more often than a few times a second. */
export interface InterestView {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

const INTERVAL = 250; // ms
const ENOUGH = 0.1; // of the radius

export class Interest {
  private wanted: InterestView | null = null;
  private said: InterestView | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly say: (view: InterestView) => void) {}

  set(x: number, y: number, radius: number): void {
    this.wanted = { x, y, radius };
    if (this.timer === null && this.isNews()) this.sayNow();
  }

  /** What was last wanted, to be said again by whoever asks; null where nothing was. */
  restate(): InterestView | null {
    this.said = this.wanted;
    return this.wanted;
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private sayNow(): void {
    this.said = this.wanted;
    this.say(this.wanted!);
    this.stop();
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.isNews()) this.sayNow();
    }, INTERVAL);
  }

  private isNews(): boolean {
    const { wanted, said } = this;
    if (wanted === null || said === null) return wanted !== null;
    const moved = Math.hypot(wanted.x - said.x, wanted.y - said.y);
    return moved > ENOUGH * said.radius || Math.abs(wanted.radius - said.radius) > ENOUGH * said.radius;
  }
}
