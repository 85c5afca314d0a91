/** What the traffic lights show. */
import { FrameKind, readSignals, type Frame } from "../../protocol/frames";
import type { Channel, StaticCity } from "../channel";

export class SignalsChannel implements Channel {
  readonly name = "signals";
  /** Present phase of each signal program, its number within the program. */
  phases = new Uint16Array(0);

  readonly frames = {
    [FrameKind.SIGNALS]: (frame: Frame) => {
      const { program, phase } = readSignals(frame);
      program.forEach((one, i) => (this.phases[one] = phase[i]));
    },
  };

  opened({ network }: StaticCity): void {
    this.phases = new Uint16Array(network.signals.count);
  }
}
