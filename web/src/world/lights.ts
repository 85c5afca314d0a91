/** What traffic lights show. */
import { Light } from "../protocol/words.generated";
import type { Network } from "./model";

export { Light };

/** What a head over a lane shows: the light of its link, and the green arrow of another, -1 without, beside its red. */
export function headLight(signals: Network["signals"], program: number, phase: number, link: number, arrow: number): number {
  const light = lightOf(signals, program, phase, link);
  if (light !== Light.RED || arrow < 0) return light;
  return lightOf(signals, program, phase, arrow) === Light.GREEN_ARROW ? Light.GREEN_ARROW : light;
}

/** What a program shows to one of its links in a phase. */
export function lightOf(signals: Network["signals"], program: number, phase: number, link: number): number {
  const row = signals.phaseStart[program] + phase;
  if (!(row < signals.phaseStart[program + 1])) return Light.OFF; // not a phase, or not known yet
  return signals.light[signals.lightStart[row] + link] ?? Light.OFF;
}
