/** The part of the address after `#`: a view, a second of the city, a layer and what is chosen. Text in, text out. */
import { LAYERS, type CameraMode, type Layer, type Thing, type ThingKind, type View } from "../world/model";

export interface SharedState {
  readonly view: View | null;
  /** City time at which the link was made, s after midnight of day 0. */
  readonly time: number | null;
  readonly layer: Layer;
  readonly selection: Thing | null;
  readonly followed: number | null;
}

const MODES: readonly CameraMode[] = ["orbit", "fly", "walk"];
const KINDS: readonly ThingKind[] = [
  "building", "place", "edge", "lane", "connection", "junction", "signal", "stop", "line", "vehicle", "area",
]; // prettier-ignore

/** As `v=120.5,-80.0,300.0,0.7854,0.6000,500.0,orbit&t=28800&l=speed&s=building:12&f=7`. What is not set is left out. */
export function writeLink(state: SharedState): string {
  const parts: string[] = [];
  if (state.view !== null) parts.push(`v=${writeView(state.view)}`);
  if (state.time !== null) parts.push(`t=${state.time.toFixed(1)}`);
  if (state.layer !== "none") parts.push(`l=${state.layer}`);
  if (state.selection !== null) parts.push(`s=${state.selection.kind}:${state.selection.id}`);
  if (state.followed !== null) parts.push(`f=${state.followed}`);
  return parts.join("&");
}

/** Reads whatever follows `#`. What is missing or makes no sense counts as not set: links are typed and cut off. */
export function readLink(hash: string): SharedState {
  const fields = new Map(
    decoded(hash.replace(/^#/, ""))
      .split("&")
      .map((part) => [part.slice(0, 1), part.slice(2)] as const),
  );
  const layer = fields.get("l") as Layer;
  return {
    view: readView(fields.get("v") ?? ""),
    time: readNumber(fields.get("t"), 0),
    layer: LAYERS.includes(layer) ? layer : "none",
    selection: readThing(fields.get("s") ?? ""),
    followed: readNumber(fields.get("f"), 0),
  };
}

/** Some programs that send links on write `,` and `:` as %2C and %3A. */
function decoded(hash: string): string {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

function writeView(view: View): string {
  const metres = [view.x, view.y, view.z].map((v) => v.toFixed(1));
  const angles = [view.yaw, view.pitch].map((v) => v.toFixed(4));
  return [...metres, ...angles, view.distance.toFixed(1), view.mode].join(",");
}

function readView(text: string): View | null {
  const parts = text.split(",");
  const mode = parts[6] as CameraMode;
  const numbers = parts.slice(0, 6).map(Number);
  if (parts.length !== 7 || !MODES.includes(mode) || numbers.some((n, i) => parts[i] === "" || !Number.isFinite(n))) return null;
  const [x, y, z, yaw, pitch, distance] = numbers;
  return { x, y, z, yaw, pitch, distance, mode };
}

function readThing(text: string): Thing | null {
  const [kind, id] = text.split(":") as [ThingKind, string | undefined];
  const number = readNumber(id, 0);
  return KINDS.includes(kind) && number !== null ? { kind, id: number } : null;
}

function readNumber(text: string | undefined, least: number): number | null {
  const value = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= least ? value : null;
}
