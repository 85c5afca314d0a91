/** What the page shows of what moves all the time, a few times a second. */
import type { Ui } from "./state";

const INTERVAL = 200; // ms

export function keepTime(ui: Ui): () => void {
  const refresh = (): void => {
    if (document.hidden) return;
    ui.time.value = ui.world.cityTime(performance.now());
    if (ui.scene !== null && ui.world.ready.value) ui.view.value = ui.scene.view();
  };
  const timer = setInterval(refresh, INTERVAL);
  document.addEventListener("visibilitychange", refresh);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", refresh);
  };
}
