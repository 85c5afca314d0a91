/** Keeps the address of the page at the present view, and goes where a link says. */
import { effect, untracked } from "@preact/signals";
import { say } from "../messages/language";
import type { View } from "../world/model";
import { clockTime, timeApart } from "./format";
import { readLink, writeLink, type SharedState } from "./link";
import { tell, type Ui } from "./state";
import { sameView } from "./view";
import { shareWords } from "./words/share";

const t = say(shareWords);

const LOOK_EVERY = 500; // ms
const SAME_MOMENT = 90; // s; who comes within that sees what was shared

/** In the history's entry of an address that this page wrote itself: who comes back to it was not sent a link. */
const OWN = { cosmopolis: "own" };

/** What a link to this moment holds. */
export function presentState(ui: Ui): SharedState {
  const { world, scene } = ui;
  return {
    view: scene?.view() ?? null,
    time: world.cityTime(performance.now()) || null, // 0: no state of the city has come yet
    layer: world.layer.value,
    selection: world.selection.value,
    followed: world.followed.value,
  };
}

export function presentLink(ui: Ui): string {
  return `${location.href.split("#")[0]}#${writeLink(presentState(ui))}`;
}

export function keepAddress(ui: Ui): () => void {
  let written = location.hash;
  let last: View | null = null;
  let resting = true;

  const arrive = (): void => {
    const state = readLink(location.hash);
    written = location.hash;
    apply(ui, state);
    const reloaded = (history.state as typeof OWN | null)?.cosmopolis === OWN.cosmopolis;
    if (state.time !== null && !reloaded) whenLive(ui, () => compareTimes(ui, state.time as number));
  };
  const onHash = (): void => {
    if (location.hash !== written && ui.world.ready.value) arrive();
  };
  /** Written when the camera has come to rest: an address that changes all the time is throttled by browsers. */
  const look = (): void => {
    if (ui.scene === null || !ui.world.ready.value || document.hidden) return;
    const view = ui.scene.view();
    const still = last !== null && sameView(view, last);
    last = view;
    if (!still) resting = false;
    else if (!resting) {
      resting = true;
      write();
    }
  };
  const write = (): void => {
    const hash = `#${writeLink(presentState(ui))}`;
    if (hash === written) return;
    written = hash;
    history.replaceState(OWN, "", hash);
  };
  let arrived = false;
  const endArrival = effect(() => {
    if (!ui.world.ready.value || arrived) return;
    arrived = true;
    untracked(arrive);
  });
  const endChoice = effect(() => {
    void [ui.world.layer.value, ui.world.selection.value, ui.world.followed.value];
    if (untracked(() => arrived && ui.scene !== null && location.hash !== "")) untracked(write);
  });
  const timer = setInterval(look, LOOK_EVERY);
  window.addEventListener("hashchange", onHash);
  return () => {
    clearInterval(timer);
    window.removeEventListener("hashchange", onHash);
    endArrival();
    endChoice();
  };
}

function apply(ui: Ui, state: SharedState): void {
  const { world, scene } = ui;
  if (state.view !== null) scene?.setView(state.view, 0);
  world.layer.value = state.layer;
  world.select(state.selection);
  world.follow(state.followed);
}

/** All share one clock, so a link cannot set it; it can say how far the city is from the moment it was made in. */
function compareTimes(ui: Ui, then: number): void {
  const now = ui.world.cityTime(performance.now());
  if (timeApart(now, then) <= SAME_MOMENT) {
    tell(ui, t("share.arrived.same", { now: clockTime(now, true) }));
    return;
  }
  tell(ui, t("share.arrived", { then: clockTime(then), now: clockTime(now) }), {
    seconds: 12,
    action: { label: t("share.settime", { then: clockTime(then) }), run: () => void ui.world.setTime({ jump: then % 86_400 }) },
  });
}

function whenLive(ui: Ui, act: () => void): void {
  let end: (() => void) | null = null;
  let done = false;
  end = effect(() => {
    if (done || ui.world.status.value !== "live" || ui.time.value === 0) return;
    done = true;
    untracked(act);
    queueMicrotask(() => end?.());
  });
}
