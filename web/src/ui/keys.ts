/** Keys of the page. The scene has its own for moving (letters W A S D Q E, arrows): none of them is used here. */
import type { CameraMode, Layer } from "../world/model";
import { choose, toggle, type Ui } from "./state";
import { facingNorth, zoomed } from "./view";

export const SPEEDS: readonly number[] = [1, 2, 5, 10, 30, 60];
export const LAYERS: readonly Layer[] = ["none", "speed", "flow", "density", "queue", "landuse", "source"];
const MODES: Readonly<Record<string, CameraMode>> = { "1": "orbit", "2": "fly", "3": "walk" };

export function listenToKeys(ui: Ui): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!ui.world.ready.value || isTyping(event.target)) return;
    const act = actionOf(ui, event.key, event.target);
    if (act === null) return;
    event.preventDefault();
    act();
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}

function actionOf(ui: Ui, key: string, target: EventTarget | null): (() => void) | null {
  const mode = MODES[key];
  if (mode !== undefined) return () => ui.scene?.setCameraMode(mode);
  switch (key) {
    case " ":
      return target instanceof HTMLButtonElement ? null : () => playOrPause(ui);
    case "/":
      return () => document.querySelector<HTMLInputElement>("#search")?.focus();
    case "[":
      return () => changeSpeed(ui, -1);
    case "]":
      return () => changeSpeed(ui, 1);
    case "f":
    case "F":
      return () => followChosen(ui);
    case "t":
    case "T":
      return () => watchChosen(ui);
    case "l":
    case "L":
      return () => nextLayer(ui);
    case "n":
    case "N":
      return () => turnNorth(ui);
    case "+":
    case "=":
      return () => zoom(ui, 0.7);
    case "-":
      return () => zoom(ui, 1 / 0.7);
    case "?":
      return () => toggle(ui, "help");
    case "Escape":
      return () => close(ui);
    default:
      return null;
  }
}

export function playOrPause(ui: Ui): void {
  ui.world.setTime({ paused: !ui.world.clock.value.paused });
}

export function changeSpeed(ui: Ui, by: number): void {
  const { speed } = ui.world.clock.value;
  const now = SPEEDS.findIndex((one) => one >= speed);
  const next = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, (now < 0 ? SPEEDS.length - 1 : now) + by))];
  ui.world.setTime({ speed: next });
}

export function followChosen(ui: Ui): void {
  const { selection, followed } = ui.world;
  if (followed.value !== null) ui.world.follow(null);
  else if (selection.value?.kind === "vehicle") ui.world.follow(selection.value.id);
}

/** The time-space diagram of the chosen street, or no more. */
function watchChosen(ui: Ui): void {
  const { world } = ui;
  const chosen = world.selection.value;
  const edge = chosen === null ? -1 : world.edgeOf(chosen);
  if (world.street.value !== null && (edge < 0 || world.street.value.street.edges.includes(edge))) world.watchStreet(null);
  else if (edge >= 0) world.watchStreet(edge);
}

export function zoom(ui: Ui, factor: number): void {
  if (ui.scene !== null) ui.scene.setView(zoomed(ui.scene.view(), factor), 0.25);
}

export function turnNorth(ui: Ui): void {
  if (ui.scene !== null) ui.scene.setView(facingNorth(ui.scene.view()), 0.6);
}

function nextLayer(ui: Ui): void {
  const { layer } = ui.world;
  layer.value = LAYERS[(LAYERS.indexOf(layer.value) + 1) % LAYERS.length];
}

/** One thing at a time, the topmost first. */
function close(ui: Ui): void {
  if (ui.panel.value !== null) ui.panel.value = null;
  else if (ui.world.street.value !== null) ui.world.watchStreet(null);
  else if (ui.world.followed.value !== null) ui.world.follow(null);
  else choose(ui, null);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "range" && target.type !== "checkbox" && target.type !== "radio";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
