/** Worker side of decoder.ts. */
import { buffersOf, decode, type DecodeJob, type WorkerAnswer } from "./decoder";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<{ id: number; job: DecodeJob }>) => void;
  postMessage(answer: WorkerAnswer, transfer?: Transferable[]): void;
};

scope.onmessage = ({ data: { id, job } }) => {
  try {
    const value = decode(job);
    scope.postMessage({ id, value }, [...buffersOf(value)]);
  } catch (error) {
    scope.postMessage({ id, error: (error as Error).message });
  }
};
