/** What traffic lights show. */
import type { Network } from "./model";

/** words.Light */
export const Light = { RED: 0, YELLOW: 1, GREEN_PERMISSIVE: 2, GREEN_PROTECTED: 3, OFF: 4, GREEN_ARROW: 5 } as const;

/** What a program shows to one of its links in a phase. */
export function lightOf(signals: Network["signals"], program: number, phase: number, link: number): number {
  const row = signals.phaseStart[program] + phase;
  if (!(row < signals.phaseStart[program + 1])) return Light.OFF; // not a phase, or not known yet
  return signals.light[signals.lightStart[row] + link] ?? Light.OFF;
}
