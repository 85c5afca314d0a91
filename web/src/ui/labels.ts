/** Names of places, streets and stops over the scene: the most important near the view, none over another. */
import { effect } from "@preact/signals";
import { language } from "../messages/language";
import { placeOf } from "../scene/sun";
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
const STILL = 0.2; // CSS pixels
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
  const ends = [
    effect(() => {
      void language.value;
      const { network, ground } = ui.world;
      if (ui.world.ready.value && network && ground) labels.offer(candidatesOf(network, ground, language.value));
    }),
    effect(() => {
      layer.classList.toggle("night", sunAltitude(ui.time.value, placeOf(ui.world.manifest)) < DUSK);
    }),
  ];
  return () => {
    cancelAnimationFrame(frame);
    for (const end of ends) end();
  };
}

interface Label {
  readonly element: HTMLElement;
  x: number;
  y: number;
  visible: boolean;
}

/** Chooses now and then while the picture moves, and keeps what is chosen in its place. */
class Labels {
  private candidates: readonly Candidate[] = [];
  private chosen = new Map<Candidate, Label>();
  private chosenAt = -Infinity; // ms
  private stale = true;

  constructor(
    private readonly layer: HTMLElement,
    private readonly scene: SceneHandle,
  ) {}

  offer(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
    this.stale = true;
  }

  clear(): void {
    if (this.chosen.size > 0) this.refill([]);
    this.stale = true;
  }

  draw(now: number): void {
    if ((this.stale || this.chosen.size === 0) && now - this.chosenAt >= CHOOSE_EVERY) {
      this.refill(choose(this.candidates, this.scene, this.scene.view()));
      this.chosenAt = now;
      this.stale = false;
    }
    for (const [candidate, label] of this.chosen) if (this.place(candidate, label)) this.stale = true;
  }

  /** The elements of those that stay, new ones for those that come. */
  private refill(wanted: readonly Candidate[]): void {
    const before = this.chosen;
    this.chosen = new Map();
    for (const candidate of wanted) {
      const label = before.get(candidate) ?? { element: this.append(candidate), x: -1e6, y: -1e6, visible: true };
      before.delete(candidate);
      this.chosen.set(candidate, label);
    }
    for (const { element } of before.values()) element.remove();
  }

  private append(candidate: Candidate): HTMLElement {
    const element = document.createElement("span");
    element.className = `label ${candidate.kind}`;
    element.textContent = candidate.text;
    this.layer.append(element);
    return element;
  }

  /** Whether it has moved: a picture at rest costs no layout. */
  private place(candidate: Candidate, label: Label): boolean {
    const { x, y, visible } = this.scene.project(candidate.x, candidate.y, candidate.z);
    if (visible !== label.visible) label.element.style.visibility = visible ? "visible" : "hidden";
    const moved = visible !== label.visible || Math.abs(x - label.x) > STILL || Math.abs(y - label.y) > STILL;
    label.visible = visible;
    if (!moved) return false;
    [label.x, label.y] = [x, y];
    label.element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -100%)`;
    return true;
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
