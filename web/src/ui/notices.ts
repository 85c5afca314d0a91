/** What others do to the city, and what goes wrong, as toasts. */
import { effect, untracked } from "@preact/signals";
import { t } from "../messages/language";
import type { ClockState, Notice, Status } from "../world/world";
import { clockTime } from "./format";
import { tell, type Ui } from "./state";

export function tellNotices(ui: Ui): () => void {
  let clock: ClockState | null = null;
  let status: Status = "loading";
  const endNotices = effect(() => {
    const notice = ui.world.notice.value;
    untracked(() => {
      if (notice !== null) tellNotice(ui, notice, clock);
      clock = ui.world.clock.value;
    });
  });
  const endStatus = effect(() => {
    const now = ui.world.status.value;
    untracked(() => {
      if (status === "reconnecting" && now === "live") tell(ui, t("banner.back"), { seconds: 3 });
    });
    status = now;
  });
  return () => {
    endNotices();
    endStatus();
  };
}

function tellNotice(ui: Ui, notice: Notice, before: ClockState | null): void {
  if (notice.kind === "error") return tell(ui, notice.message, { tone: "error" });
  if (notice.kind === "arrived") return tell(ui, t("toast.arrived"));
  if (notice.mine) return; // one sees what one does
  const who = notice.by;
  if (notice.kind === "jump") return tell(ui, t("toast.jump", { who, time: clockTime(notice.to) }));
  const { paused, speed } = notice.clock;
  if (before === null || paused !== before.paused) tell(ui, t(paused ? "toast.paused" : "toast.resumed", { who }));
  if (before === null || speed !== before.speed) tell(ui, t("toast.speed", { who, n: speed }));
}
