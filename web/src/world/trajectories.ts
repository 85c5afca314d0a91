/** Where vehicles of one street were, and when: a track for each passage. Knows no city. */

/** s without a word of it, and m backward, after which a vehicle has begun another passage. */
const LONGEST_GAP = 15;
const BACKWARD = 8;

/** One vehicle's way along a street; three numbers a sample. */
export interface Track {
  readonly id: number;
  readonly time: number[]; // s, city time, growing
  readonly distance: number[]; // m
  readonly speed: number[]; // m/s
}

export class Trajectories {
  readonly tracks: Track[] = [];
  /** Passages that go on, by vehicle. */
  private readonly open = new Map<number, Track>();
  /** City time of the newest picture; NaN before the first. */
  latest = Number.NaN;
  /** Grows with every picture. */
  version = 0;

  constructor(private readonly seconds: number) {}

  /** A picture of `time` begins; what is older than the memory is forgotten. Those before the latest are passed over. */
  begin(time: number): boolean {
    if (time <= this.latest) return false;
    this.latest = time;
    this.version++;
    this.forget(time - this.seconds);
    return true;
  }

  /** A vehicle in the picture that was begun. */
  add(id: number, distance: number, speed: number): void {
    const { latest } = this;
    let track = this.open.get(id);
    const last = track === undefined ? -1 : track.time.length - 1;
    if (track === undefined || latest - track.time[last] > LONGEST_GAP || distance < track.distance[last] - BACKWARD) {
      track = { id, time: [], distance: [], speed: [] };
      this.open.set(id, track);
      this.tracks.push(track);
    }
    track.time.push(latest);
    track.distance.push(distance);
    track.speed.push(speed);
  }

  /** How many are on the street in the newest picture, and their mean speed in m/s (NaN without any). */
  now(): { count: number; speed: number } {
    let count = 0;
    let sum = 0;
    for (const track of this.open.values()) {
      const last = track.time.length - 1;
      if (track.time[last] !== this.latest) continue;
      count++;
      sum += track.speed[last];
    }
    return { count, speed: sum / count };
  }

  /** Whole passages go once they have ended before; of those that last, the old part. */
  private forget(before: number): void {
    let kept = 0;
    for (const track of this.tracks) {
      const last = track.time.length - 1;
      if (track.time[last] < before) {
        if (this.open.get(track.id) === track) this.open.delete(track.id);
        continue;
      }
      this.tracks[kept++] = track;
    }
    this.tracks.length = kept;
  }
}

export interface LightChange {
  readonly time: number; // s, city time from which on
  readonly light: number; // words.Light
}

/** What the lights at each stop line showed, oldest first. */
export class LightLog {
  readonly lines: LightChange[][];

  constructor(stopLines: number) {
    this.lines = Array.from({ length: stopLines }, () => []);
  }

  /** Told more often than it changes; only changes are kept. */
  show(line: number, time: number, light: number): void {
    const changes = this.lines[line];
    const last = changes[changes.length - 1];
    if (last === undefined || (last.light !== light && time > last.time)) changes.push({ time, light });
  }

  forget(before: number): void {
    for (const changes of this.lines) {
      let gone = 0;
      while (gone + 1 < changes.length && changes[gone + 1].time <= before) gone++;
      if (gone > 0) changes.splice(0, gone);
    }
  }
}
