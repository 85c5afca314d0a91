/** The page of figures: everybody on show, and the buttons round them. */
import { Vector3 } from "three";

import { keepLanguage } from "../../messages/language";
import { createCrowd, type Crowd } from "../crowd";
import { lookOf, type Weather } from "../outfit";
import { animateFaces, dressThrong, gallery, PLACES, SECTIONS, throng, THRONG, type Label, type Section } from "./exhibits";
import { Stage } from "./stage";
import { tell } from "./words";
import "./page.css";

declare global {
  interface Window {
    /** For tests: whether everything is drawn. */
    figuresReady?: boolean;
  }
}

const WEATHERS: Readonly<Record<"hot" | "mild" | "cold" | "rain", Weather>> = { hot: { warmth: 29 }, mild: { warmth: 18 }, cold: { warmth: 2 }, rain: { warmth: 14, rain: true } };
const element = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const asked = new URLSearchParams(location.search);

class Page {
  private section: Section = SECTIONS.find((name) => name === location.hash.slice(1)) ?? "people";
  private show = gallery(WEATHERS.mild);
  private time = 0;
  private last = 0;
  private paused = still.matches;
  private readonly tags: { label: Label; tag: HTMLElement }[] = [];

  constructor(private readonly stage: Stage, private readonly cast: Crowd, private readonly people: Crowd) {
    dressThrong(people, WEATHERS.mild);
    this.buttons();
    this.dress("mild");
    addEventListener("resize", () => this.stage.resize());
    addEventListener("hashchange", () => this.go(SECTIONS.find((name) => name === location.hash.slice(1)) ?? "people", true));
    this.stage.resize();
    this.go(this.section, false);
    // a moment to see: reduced motion shows people in the middle of a stride, not all with closed feet
    this.time = Number(asked.get("time") ?? 2.3);
    requestAnimationFrame((now) => this.frame(now));
  }

  private buttons(): void {
    const tabs = element("#sections");
    for (const name of SECTIONS) {
      const tab = document.createElement("a");
      tab.href = `#${name}`;
      tab.textContent = tell(name);
      tab.dataset.section = name;
      tabs.append(tab);
    }
    const pause = element<HTMLButtonElement>("#pause");
    const write = (): void => void (pause.textContent = tell(this.paused ? "play" : "pause"));
    pause.addEventListener("click", () => {
      this.paused = !this.paused;
      write();
    });
    write();
    const weather = element<HTMLSelectElement>("#weather");
    for (const name of Object.keys(WEATHERS) as (keyof typeof WEATHERS)[]) weather.add(new Option(tell(name), name, name === "mild", name === "mild"));
    weather.addEventListener("change", () => {
      this.dress(weather.value as keyof typeof WEATHERS);
      dressThrong(this.people, WEATHERS[weather.value as keyof typeof WEATHERS]);
    });
  }

  private dress(name: keyof typeof WEATHERS): void {
    this.stage.scene.remove(this.show.props);
    this.show = gallery(WEATHERS[name]);
    this.stage.scene.add(this.show.props);
    this.show.actors.forEach(({ person, outfit }, i) => this.cast.dress(i, lookOf(person, outfit)));
    const holder = element("#labels");
    holder.replaceChildren();
    this.tags.length = 0;
    for (const label of this.show.labels) {
      const tag = document.createElement("span");
      tag.textContent = label.text;
      holder.append(tag);
      this.tags.push({ label, tag });
    }
  }

  private go(section: Section, fly: boolean): void {
    this.section = section;
    for (const tab of document.querySelectorAll<HTMLElement>("#sections a")) {
      if (tab.dataset.section === section) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    element("#about").textContent = tell(`${section}Text`);
    const eye = asked.get("eye")?.split(",").map(Number);
    const at = asked.get("at")?.split(",").map(Number);
    const place = PLACES[section];
    const near = fly && !still.matches ? this.last / 1000 : null;
    this.stage.look((at as [number, number, number] | undefined) ?? place.at, (eye as [number, number, number] | undefined) ?? place.from, near);
  }

  private frame(now: number): void {
    const step = this.last === 0 ? 0 : Math.min((now - this.last) / 1000, 0.1);
    this.last = now;
    if (!this.paused && !asked.has("time")) this.time += step;
    this.show.actors.forEach((actor, i) => this.cast.set(i, actor.state(this.time)));
    animateFaces(this.cast, this.show.actors.length - 3, this.time);
    this.people.group.visible = this.section === "crowd";
    if (this.people.group.visible) throng(this.people, this.time);
    this.cast.update(this.stage.camera, this.time);
    if (this.people.group.visible) this.people.update(this.stage.camera, this.time);
    this.stage.render(now / 1000);
    this.label();
    this.count();
    window.figuresReady = true;
    requestAnimationFrame((next) => this.frame(next));
  }

  private label(): void {
    const { clientWidth: width, clientHeight: height } = this.stage.renderer.domElement;
    const taken: [x: number, y: number, half: number][] = [];
    for (const { label, tag } of this.tags) {
      const shown = label.section === this.section;
      const p = POINT.set(...label.at).project(this.stage.camera);
      const inside = shown && p.z < 1 && Math.abs(p.x) < 1.05 && Math.abs(p.y) < 1.05;
      const [x, y, half] = [((p.x + 1) / 2) * width, ((1 - p.y) / 2) * height, 4 + 3.4 * label.text.length];
      const free = inside && taken.every(([ox, oy, other]) => Math.abs(oy - y) > 18 || Math.abs(ox - x) > half + other);
      tag.hidden = !free;
      if (free) taken.push([x, y, half]);
      if (free) tag.style.transform = `translate(-50%, 0) translate(${x}px, ${y}px)`;
    }
  }

  private count(): void {
    const { calls, triangles } = this.stage.renderer.info.render;
    const crowd = this.section === "crowd" ? this.people : this.cast;
    const [near, middle, far] = crowd.stats().levels;
    const text = tell("stats", { near, middle, far, calls, triangles });
    const line = element("#stats");
    if (line.textContent !== text) line.textContent = text;
  }
}

const POINT = new Vector3();

async function start(): Promise<void> {
  keepLanguage(document.documentElement);
  document.title = `${tell("title")} · Cosmopolis`;
  for (const key of ["title", "lead", "city"] as const) element(`[data-word="${key}"]`).textContent = tell(key);
  element("#weather-label").textContent = tell("weather");
  const canvas = element<HTMLCanvasElement>("#stage");
  canvas.setAttribute("aria-label", tell("scene"));
  const fail = (reason: string): void => {
    element("#failed").hidden = false;
    element("#failed").textContent = tell("failed", { reason });
  };
  let stage: Stage;
  try {
    stage = new Stage(canvas);
  } catch {
    return fail(tell("noWebgl"));
  }
  try {
    const cast = await createCrowd(stage.scene, { max: 120, castShadow: true });
    const people = await createCrowd(stage.scene, { max: THRONG, castShadow: true });
    new Page(stage, cast, people);
  } catch (error) {
    fail((error as Error).message);
  }
}

void start();
