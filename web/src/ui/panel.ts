/**
 * A panel is one record: what the top bar, the keys, the help and the languages need to know of a part of the page. The
 * page is made of the records that main.ts puts together; no other list of panels, keys or labels stands anywhere.
 */
import { createContext, type ComponentType } from "preact";
import { useContext } from "preact/hooks";
import { say, type Words } from "../messages/language";
import type { ThingFields } from "../protocol/messages";
import type { Thing } from "../world/model";
import type { Ui } from "./state";

/** Where a panel stands: in the top bar, in a corner, at the lower edge, where it likes, or as a sheet over the page. */
export type Dock = "bar" | "left" | "bottom" | "right" | "page" | "dialog";

/** A line of the help's keys: what they do, and which. */
export interface KeyLine<K extends string = string> {
  readonly says: K;
  /** As the help shows them; by default the keys of `on`. */
  readonly caps?: readonly string[];
  /** What each does, by KeyboardEvent.key in lower case. A key that the scene hears for itself stands in `caps` alone. */
  readonly on: Readonly<Record<string, (ui: Ui) => void>>;
}

/** What the inspector shows now; `fields` is null until the server has answered. */
export interface ThingProps {
  readonly thing: Thing;
  readonly fields: ThingFields | null;
  /** It was there and is not any more. */
  readonly gone: boolean;
}

export interface Panel<K extends string = string> {
  /** Also the test ids: `open-ID` its button, `ID` its sheet. */
  readonly id: string;
  /** All that it says, in every language. */
  readonly words: Words<K>;
  /** Its name, on its button and in the help. */
  readonly label: K;
  /** Heading of its sheet; by default `label`. */
  readonly title?: K;
  /** Lines of its button in the top bar. A panel with a button is there while it is open, one without always. */
  readonly icon?: string;
  /** Opens and closes it: KeyboardEvent.key in lower case. */
  readonly key?: string;
  /** What else it does at a key. */
  readonly keys?: readonly KeyLine<K>[];
  readonly dock?: Dock;
  readonly component?: ComponentType;
  /** Beside the inspector's own buttons: what can be done with the thing that was chosen. */
  readonly forThing?: ComponentType<ThingProps>;
  /** Whether it is offered now; reads signals. */
  readonly when?: (ui: Ui) => boolean;
  /** Escape, when no panel is open: closes something of it, and tells whether there was anything to close. */
  readonly close?: (ui: Ui) => boolean;
  /** Runs as long as the page is there, offered or not. */
  readonly start?: (ui: Ui) => () => void;
}

/** A panel of any words; `label` and the lines of its keys must be among them. */
export function panel<K extends string>(record: Panel<K>): Panel {
  return record;
}

/** In the order in which they stand: the same at a dock, in the bar, in the help, and for Escape. */
export type Panels = readonly Panel[];

/** Keys by which the scene moves its camera (scene/input.ts), and the page's own. */
const TAKEN: readonly string[] = ["w", "a", "s", "d", "q", "e", "arrowup", "arrowdown", "arrowleft", "arrowright", "shift", "escape", "enter", "tab"];

/** Throws where two panels have the same id or hear the same key, or one hears a key that has another use. */
export function checked(panels: Panels): Panels {
  const ids = new Set<string>();
  const keys = new Map<string, string>(TAKEN.map((key) => [key, "the page"]));
  for (const { id, key, keys: lines = [] } of panels) {
    if (ids.has(id)) throw new Error(`two panels are called "${id}"`);
    ids.add(id);
    for (const heard of [...(key === undefined ? [] : [key]), ...lines.flatMap(({ on }) => Object.keys(on))]) {
      const other = keys.get(heard);
      if (other !== undefined) throw new Error(`the panel "${id}" wants the key "${heard}", which belongs to ${other}`);
      keys.set(heard, `"${id}"`);
    }
  }
  return panels;
}

/** Those that are offered now. */
export function offered(panels: Panels, ui: Ui): Panels {
  return panels.filter(({ when }) => when?.(ui) ?? true);
}

/** A text of a panel in the present language. */
export function textOf({ words }: Panel, key: string): string {
  return say(words)(key);
}

const Context = createContext<Panels>([]);
export const PanelsProvider = Context.Provider;
export function usePanels(): Panels {
  return useContext(Context);
}
