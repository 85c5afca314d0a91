/** What the page itself remembers: which panel is open, what it has told. The city is in World. */
import { signal, type Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Thing, View } from "../world/model";
import type { World } from "../world/world";
import type { SceneHandle } from "./handle";

export type Problem = "webgl" | "context";
export type Theme = "auto" | "light" | "dark";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: "plain" | "error";
  readonly action?: { readonly label: string; readonly run: () => void };
}

export interface Ui {
  readonly world: World;
  readonly scene: SceneHandle | null;
  /** The id of the panel that is open. */
  readonly panel: Signal<string | null>;
  readonly problem: Signal<Problem | null>;
  readonly toasts: Signal<readonly Toast[]>;
  readonly theme: Signal<Theme>;
  readonly labels: Signal<boolean>;
  /** City time and view as the page shows them, refreshed a few times a second. */
  readonly time: Signal<number>;
  readonly view: Signal<View | null>;
}

const TOAST_SECONDS = 6;
let nextToast = 0;

export function createUi(world: World, scene: SceneHandle | null, problem: Problem | null): Ui {
  return {
    world,
    scene,
    panel: signal<string | null>(null),
    problem: signal(problem),
    toasts: signal<readonly Toast[]>([]),
    theme: signal<Theme>(storedTheme()),
    labels: signal(true),
    time: signal(0),
    view: signal<View | null>(null),
  };
}

const Context = createContext<Ui | null>(null);
export const UiProvider = Context.Provider;

export function useUi(): Ui {
  const ui = useContext(Context);
  if (ui === null) throw new Error("a part of the page is used outside of it");
  return ui;
}

export function tell(ui: Ui, text: string, options: { tone?: Toast["tone"]; action?: Toast["action"]; seconds?: number } = {}): void {
  const { tone = "plain", action, seconds = TOAST_SECONDS } = options;
  const toast: Toast = { id: nextToast++, text, tone, ...(action ? { action } : {}) };
  ui.toasts.value = [...ui.toasts.value.filter((other) => other.text !== text).slice(-3), toast];
  setTimeout(() => dismiss(ui, toast.id), 1000 * seconds);
}

export function dismiss(ui: Ui, id: number): void {
  ui.toasts.value = ui.toasts.value.filter((toast) => toast.id !== id);
}

export function toggle(ui: Ui, panel: string): void {
  ui.panel.value = ui.panel.value === panel ? null : panel;
}

/** Stops following what is not chosen any more. */
export function choose(ui: Ui, thing: Thing | null): void {
  const { world } = ui;
  if (world.followed.value !== null && (thing?.kind !== "vehicle" || thing.id !== world.followed.value)) world.follow(null);
  world.select(thing);
}

const STORED_THEME = "cosmopolis.theme";

export function keepTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(STORED_THEME, theme);
  } catch {
    // a browser that keeps nothing
  }
}

function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(STORED_THEME);
    return stored === "light" || stored === "dark" ? stored : "auto";
  } catch {
    return "auto";
  }
}
