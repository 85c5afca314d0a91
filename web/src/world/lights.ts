/** What traffic lights show. */
import type { Network } from "./model";

/** words.Light */
export const Light = { RED: 0, YELLOW: 1, GREEN_PERMISSIVE: 2, GREEN_PROTECTED: 3, OFF: 4, GREEN_ARROW: 5 } as const;

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
