/** Names of places, streets and stops over the scene: the most important near the view, none over another. */
import { effect } from "@preact/signals";
import { language } from "../messages/language";
import type { View } from "../world/model";
import type { SceneHandle } from "./handle";
import { sunAltitude } from "./daylight";
import { candidatesOf, type Candidate } from "./names";
import type { Ui } from "./state";
import { target } from "./view";

const MOST = 48;
const CHOOSE_EVERY = 300; // ms
const CONSIDERED = 400; // candidates that are projected when choosing
const LINE_HEIGHT = 16; // CSS pixels
const GAP = 6;
const DUSK = -0.04; // radians of the sun's altitude at which names turn bright

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Keeps `layer` filled with names while the page lives. */
export function showLabels(ui: Ui, layer: HTMLElement, scene: SceneHandle): () => void {
  let candidates: readonly Candidate[] = [];
  let chosen = new Map<Candidate, HTMLElement>();
  let chosenAt = 0;
  let frame = 0;

  const endNames = effect(() => {
    void language.value;
    const { network, ground } = ui.world;
    if (ui.world.ready.value && network !== null && ground !== null) candidates = candidatesOf(network, ground, language.value);
    chosenAt = 0;
  });
  const draw = (now: number): void => {
    frame = requestAnimationFrame(draw);
    if (!ui.labels.value || document.hidden) {
      if (chosen.size > 0) chosen = refill(layer, chosen, []);
      return;
    }
    if (now - chosenAt > CHOOSE_EVERY && candidates.length > 0) {
      chosenAt = now;
      layer.classList.toggle("night", isNight(ui));
      chosen = refill(layer, chosen, choose(candidates, scene, ui.scene?.view() ?? null));
    }
    for (const [candidate, element] of chosen) place(candidate, element, scene);
  };
  frame = requestAnimationFrame(draw);
  return () => {
    cancelAnimationFrame(frame);
    endNames();
  };
}

function isNight(ui: Ui): boolean {
  const latitude = ui.world.manifest?.origin[1] ?? 0;
  return sunAltitude((ui.time.value / 3600) % 24, latitude) < DUSK;
}

/** The candidates to show: by importance and nearness, without overlap. Names of one street show once. */
export function choose(candidates: readonly Candidate[], scene: Pick<SceneHandle, "project">, view: View | null): Candidate[] {
  if (view === null) return [];
  const ranked = rank(candidates, view).slice(0, CONSIDERED);
  const taken: Box[] = [];
  const named = new Set<string>();
  const chosen: Candidate[] = [];
  for (const { candidate } of ranked) {
    if (chosen.length === MOST) break;
    if (named.has(candidate.text)) continue;
    const at = scene.project(candidate.x, candidate.y, candidate.z);
    if (!at.visible) continue;
    const box = boxOf(candidate, at.x, at.y);
    if (taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    named.add(candidate.text);
    chosen.push(candidate);
  }
  return chosen;
}

/** Those within reach of the eye, best first: importance falls with the share of its reach that one is away. */
function rank(candidates: readonly Candidate[], view: View): { candidate: Candidate; score: number }[] {
  const [tx, ty] = view.mode === "orbit" ? target(view) : [view.x, view.y];
  const ranked: { candidate: Candidate; score: number }[] = [];
  for (const candidate of candidates) {
    const away = Math.hypot(candidate.x - view.x, candidate.y - view.y, candidate.z - view.z);
    if (away > candidate.reach) continue;
    const aside = Math.hypot(candidate.x - tx, candidate.y - ty);
    ranked.push({ candidate, score: candidate.importance - 0.5 * (away / candidate.reach) - 0.3 * Math.min(1, aside / candidate.reach) });
  }
  return ranked.sort((a, b) => b.score - a.score);
}

function boxOf(candidate: Candidate, x: number, y: number): Box {
  const half = candidate.width / 2 + GAP;
  return { left: x - half, right: x + half, top: y - LINE_HEIGHT - GAP, bottom: y + GAP };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** The elements of those that stay, new ones for those that come. */
function refill(layer: HTMLElement, before: Map<Candidate, HTMLElement>, wanted: readonly Candidate[]): Map<Candidate, HTMLElement> {
  const after = new Map<Candidate, HTMLElement>();
  for (const candidate of wanted) {
    const element = before.get(candidate) ?? labelOf(candidate);
    if (!before.has(candidate)) layer.append(element);
    before.delete(candidate);
    after.set(candidate, element);
  }
  for (const element of before.values()) element.remove();
  return after;
}

function labelOf(candidate: Candidate): HTMLElement {
  const element = document.createElement("span");
  element.className = `label ${candidate.kind}`;
  element.textContent = candidate.text;
  return element;
}

function place(candidate: Candidate, element: HTMLElement, scene: SceneHandle): void {
  const { x, y, visible } = scene.project(candidate.x, candidate.y, candidate.z);
  element.style.visibility = visible ? "visible" : "hidden";
  element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -100%)`;
}
