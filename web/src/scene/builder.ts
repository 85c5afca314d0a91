/** The main thread's end of the geometry worker. */
import type { JobName, Jobs } from "./jobs";

interface Answer {
  readonly job: number;
  readonly output?: unknown;
  readonly error?: string;
}
interface Waiting {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

export class Builder {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;

  constructor() {
    this.worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", (event: MessageEvent<Answer>) => this.settle(event.data));
    this.worker.addEventListener("error", (event) => this.fail(new Error(event.message)));
  }

  /** Things that wait for an answer. */
  get pending(): number {
    return this.waiting.size;
  }

  build<K extends JobName>(name: K, input: Jobs[K]["input"]): Promise<Jobs[K]["output"]> {
    const job = this.next++;
    return new Promise<Jobs[K]["output"]>((resolve, reject) => {
      this.waiting.set(job, { resolve: resolve as (output: unknown) => void, reject });
      this.worker.postMessage({ job, name, input });
    });
  }

  dispose(): void {
    this.worker.terminate();
    this.waiting.clear();
  }

  private settle(answer: Answer): void {
    const waiting = this.waiting.get(answer.job);
    this.waiting.delete(answer.job);
    if (answer.error !== undefined) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.output);
  }

  private fail(error: Error): void {
    for (const waiting of this.waiting.values()) waiting.reject(error);
    this.waiting.clear();
  }
}
