/** Decoding of column files, in a worker where there are workers, so that the page stays smooth. */
import { decodeColumns } from "../protocol/columns";
import { decodeGround, decodeNetwork, decodeTile } from "../protocol/decode";
import type { Ground, Network, Tile } from "./model";

export interface DecodeJob {
  readonly what: "network" | "ground" | "tile";
  readonly file: string;
  readonly buffer: ArrayBuffer;
  readonly x: number;
  readonly y: number;
}
export type Decoded = Network | Ground | Tile;

export function decode(job: DecodeJob): Decoded {
  const columns = decodeColumns(job.buffer, job.file);
  if (job.what === "network") return decodeNetwork(columns);
  if (job.what === "ground") return decodeGround(columns);
  return decodeTile(columns, job.x, job.y);
}

/** The buffers inside a decoded thing, to hand over without copying. */
export function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer);
  else if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    for (const part of Object.values(value)) buffersOf(part, found);
  }
  return found;
}

interface Waiting {
  resolve(value: Decoded): void;
  reject(reason: Error): void;
}

export class Decoder {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;

  constructor() {
    if (typeof Worker === "undefined") return;
    try {
      this.worker = new Worker(new URL("./decoder.worker.ts", import.meta.url), { type: "module" });
    } catch {
      return; // as where a page may not start workers: decode here
    }
    this.worker.onmessage = (event: MessageEvent<WorkerAnswer>) => this.answered(event.data);
    this.worker.onerror = () => this.abandon();
  }

  network(buffer: ArrayBuffer, file: string): Promise<Network> {
    return this.ask({ what: "network", file, buffer, x: 0, y: 0 }) as Promise<Network>;
  }
  ground(buffer: ArrayBuffer, file: string): Promise<Ground> {
    return this.ask({ what: "ground", file, buffer, x: 0, y: 0 }) as Promise<Ground>;
  }
  tile(buffer: ArrayBuffer, file: string, x: number, y: number): Promise<Tile> {
    return this.ask({ what: "tile", file, buffer, x, y }) as Promise<Tile>;
  }

  close(): void {
    this.worker?.terminate();
    this.worker = null;
  }

  private async ask(job: DecodeJob): Promise<Decoded> {
    const worker = this.worker;
    if (worker === null) return decode(job);
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, job }); // copied, so that it can still be decoded here if the worker fails
      this.jobs.set(id, job);
    });
  }

  private readonly jobs = new Map<number, DecodeJob>();

  private answered(answer: WorkerAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    this.jobs.delete(answer.id);
    if (answer.error !== undefined) waiting?.reject(new Error(answer.error));
    else if (answer.value !== undefined) waiting?.resolve(answer.value);
  }

  /** The worker did not start: its jobs are done here, and all later ones. */
  private abandon(): void {
    this.close();
    for (const [id, waiting] of this.waiting) {
      try {
        waiting.resolve(decode(this.jobs.get(id)!));
      } catch (error) {
        waiting.reject(error as Error);
      }
    }
    this.waiting.clear();
    this.jobs.clear();
  }
}

export interface WorkerAnswer {
  readonly id: number;
  readonly value?: Decoded;
  readonly error?: string;
}
