/** What concerns every page, as toasts: what the server refused, and that it is back. */
import { effect, untracked } from "@preact/signals";
import { t } from "../messages/language";
import type { Status } from "../world/world";
import { tell, type Ui } from "./state";

export function tellNotices(ui: Ui): () => void {
  let status: Status = "loading";
  const endRefusals = whenNew(
    () => ui.world.channels.visitors.refused.value,
    ({ message }) => tell(ui, message, { tone: "error" }),
  );
  const endStatus = effect(() => {
    const now = ui.world.status.value;
    untracked(() => {
      if (status === "reconnecting" && now === "live") tell(ui, t("banner.back"), { seconds: 3 });
    });
    status = now;
  });
  return () => {
    endRefusals();
    endStatus();
  };
}

/** Calls `act` with each new value of what `read` reads from signals. */
export function whenNew<T>(read: () => T | null, act: (value: T) => void): () => void {
  return effect(() => {
    const value = read();
    if (value !== null) untracked(() => act(value));
  });
}
