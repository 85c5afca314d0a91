/** Runs geometry jobs off the main thread: { job, name, input } comes in, { job, output } or { job, error } goes out. */
import { buffersIn, jobs, type JobName, type Jobs } from "./jobs";

interface Order {
  readonly job: number;
  readonly name: JobName;
  readonly input: Jobs[JobName]["input"];
}
const port = self as unknown as { postMessage(message: unknown, transfer?: Transferable[]): void };

self.addEventListener("message", (event: MessageEvent<Order>) => {
  const { job, name, input } = event.data;
  try {
    const output = (jobs[name] as (value: unknown) => Jobs[JobName]["output"])(input);
    port.postMessage({ job, output }, buffersIn(output));
  } catch (error) {
    port.postMessage({ job, error: String(error) });
  }
});
