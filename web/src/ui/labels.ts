/** Names of places, streets and stops over the scene: the most important near the view, none over another. */
import { effect } from "@preact/signals";
import { language } from "../messages/language";
import type { View } from "../world/model";
import type { SceneHandle } from "./handle";
import { sunAltitude } from "./daylight";
import { candidatesOf, type Candidate } from "./names";
import type { Ui } from "./state";
import { sameView, target } from "./view";

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
  const labels = new Labels(layer, scene);
  let frame = 0;
  const draw = (now: number): void => {
    frame = requestAnimationFrame(draw);
    if (document.hidden) return;
    if (ui.labels.value) labels.draw(now);
    else labels.clear();
  };
  frame = requestAnimationFrame(draw);
  const forget = (): void => labels.forget();
  window.addEventListener("resize", forget);
  const ends = [
    effect(() => {
      void language.value;
      const { network, ground } = ui.world;
      if (ui.world.ready.value && network && ground) labels.offer(candidatesOf(network, ground, language.value));
    }),
    effect(() => {
      const latitude = ui.world.manifest?.origin[1] ?? 0;
      layer.classList.toggle("night", sunAltitude((ui.time.value / 3600) % 24, latitude) < DUSK);
    }),
  ];
  return () => {
    cancelAnimationFrame(frame);
    window.removeEventListener("resize", forget);
    for (const end of ends) end();
  };
}

/** Chooses now and then, and moves what is chosen whenever the view has moved. At rest it does nothing. */
class Labels {
  private candidates: readonly Candidate[] = [];
  private chosen = new Map<Candidate, HTMLElement>();
  private chosenAt = -Infinity; // ms
  private chosenFor: View | null = null;
  private placedFor: View | null = null;

  constructor(
    private readonly layer: HTMLElement,
    private readonly scene: SceneHandle,
  ) {}

  offer(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
    this.forget();
  }

  /** What was chosen and placed was for another picture. */
  forget(): void {
    this.chosenFor = this.placedFor = null;
  }

  clear(): void {
    if (this.chosen.size === 0) return;
    this.chosen = refill(this.layer, this.chosen, []);
    this.forget();
  }

  draw(now: number): void {
    const view = this.scene.view();
    const stale = this.chosenFor === null || !sameView(view, this.chosenFor);
    if (stale && now - this.chosenAt >= CHOOSE_EVERY) {
      this.chosen = refill(this.layer, this.chosen, choose(this.candidates, this.scene, view));
      this.chosenAt = now;
      this.chosenFor = view;
      this.placedFor = null;
    }
    if (this.placedFor !== null && sameView(view, this.placedFor)) return;
    this.placedFor = view;
    for (const [candidate, element] of this.chosen) place(candidate, element, this.scene);
  }
}

/** The candidates to show: by importance and nearness, without overlap. Names of one street show once. */
export function choose(candidates: readonly Candidate[], scene: Pick<SceneHandle, "project">, view: View): Candidate[] {
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
