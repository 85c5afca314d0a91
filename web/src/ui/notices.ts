/** What others do to the city, and what goes wrong, as toasts. */
import { effect, untracked } from "@preact/signals";
import { t } from "../messages/language";
import type { ClockNews, ClockState } from "../world/channels/clock";
import type { Status } from "../world/world";
import { clockTime } from "./format";
import { tell, type Ui } from "./state";

/** What concerns every page: what the server refused, and that it is back. */
export function tellNotices(ui: Ui): () => void {
  let status: Status = "loading";
  const ends = [
    whenNew(
      () => ui.world.channels.visitors.refused.value,
      ({ message }) => tell(ui, message, { tone: "error" }),
    ),
    effect(() => {
      const now = ui.world.status.value;
      untracked(() => {
        if (status === "reconnecting" && now === "live") tell(ui, t("banner.back"), { seconds: 3 });
      });
      status = now;
    }),
  ];
  return () => ends.forEach((end) => end());
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

/** That the vehicle one followed has arrived. */
export function tellArrivals(ui: Ui): () => void {
  return whenNew(
    () => ui.world.channels.follow.arrived.value,
    () => tell(ui, t("toast.arrived")),
  );
}

/** Calls `act` with each new value of what `read` reads from signals. */
export function whenNew<T>(read: () => T | null, act: (value: T) => void): () => void {
  return effect(() => {
    const value = read();
    if (value !== null) untracked(() => act(value));
  });
}
