/** Keys of the page: each belongs to a panel. The scene has its own for moving (letters W A S D Q E, arrows). */
import { offered, type Panels } from "./panel";
import { toggle, type Ui } from "./state";

export function listenToKeys(ui: Ui, panels: Panels): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!ui.world.ready.value || isTyping(event.target)) return;
    if (event.key === " " && event.target instanceof HTMLButtonElement) return; // presses the button
    const act = actionOf(ui, panels, event.key.toLowerCase());
    if (act === null) return;
    event.preventDefault();
    act();
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}

function actionOf(ui: Ui, panels: Panels, key: string): (() => void) | null {
  if (key === "escape") return () => closeTopmost(ui, panels);
  for (const panel of offered(panels, ui)) {
    if (panel.key === key) return () => toggle(ui, panel.id);
    for (const { on } of panel.keys ?? []) if (Object.hasOwn(on, key)) return () => on[key](ui);
  }
  return null;
}

/** One thing at a time, the topmost first. */
function closeTopmost(ui: Ui, panels: Panels): void {
  if (ui.panel.value !== null) ui.panel.value = null;
  else panels.some(({ close }) => close?.(ui));
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "range" && target.type !== "checkbox" && target.type !== "radio";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
