/** What one does to the clock, and what is told of those who did. */
import { effect, untracked } from "@preact/signals";
import { say } from "../messages/language";
import type { ClockNews, ClockState } from "../world/channels/clock";
import { clockTime } from "./format";
import { tell, type Ui } from "./state";
import { timeWords } from "./words/time";

const t = say(timeWords);

export const SPEEDS: readonly number[] = [1, 2, 5, 10, 30, 60];

export function playOrPause(ui: Ui): void {
  ui.world.setTime({ paused: !ui.world.clock.value.paused });
}

export function changeSpeed(ui: Ui, by: number): void {
  const { speed } = ui.world.clock.value;
  const now = SPEEDS.findIndex((one) => one >= speed);
  const next = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, (now < 0 ? SPEEDS.length - 1 : now) + by))];
  ui.world.setTime({ speed: next });
}

/** Who set the clock, or moves the city to another time. */
export function tellClock(ui: Ui): () => void {
  const { state, news } = ui.world.channels.clock;
  let before: ClockState | null = null;
  return effect(() => {
    const now = news.value;
    untracked(() => {
      if (now !== null && !now.mine) tellChange(ui, now, before); // one sees what one does
      before = state.value;
    });
  });
}

function tellChange(ui: Ui, news: ClockNews, before: ClockState | null): void {
  const who = news.by;
  if (news.kind === "jump") return tell(ui, t("toast.jump", { who, time: clockTime(news.to) }));
  const { paused, speed } = news.clock;
  if (before === null || paused !== before.paused) tell(ui, t(paused ? "toast.paused" : "toast.resumed", { who }));
  if (before === null || speed !== before.speed) tell(ui, t("toast.speed", { who, n: speed }));
}
