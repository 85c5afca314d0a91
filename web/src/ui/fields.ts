/** Which fields of a thing (protocol 2.5) a person sees, in which order, and how each is written. */
import { formatNumber, t, tOptional, type MessageKey } from "../messages/language";
import type { ThingFields } from "../protocol/messages";
import type { Thing, ThingKind } from "../world/model";
import { clockTime, distance, duration, plainWord, speed } from "./format";
import { isProvenance } from "./provenance";

/** A value as it is shown: text, a link to another thing, a provenance, or the lights of a signal. */
export type Shown =
  | { readonly as: "text"; readonly text: string }
  | { readonly as: "links"; readonly links: readonly { readonly text: string; readonly thing: Thing }[] }
  | { readonly as: "provenance"; readonly of: "measured" | "modelled" | "invented" }
  | { readonly as: "lights"; readonly approaches: readonly Approach[] };
export interface Approach {
  readonly street: string;
  readonly lights: readonly { readonly turn: string; readonly light: string }[];
}
export interface FieldRow {
  readonly key: string;
  readonly label: string;
  readonly value: Shown;
}

type Writer = (value: unknown, fields: ThingFields) => Shown | null;

/** The rows of a thing; what is empty or not known is left out. */
export function fieldRows(fields: ThingFields): FieldRow[] {
  const flat: ThingFields = { ...fields, ...record(fields["signal"]) }; // a junction tells of its signal
  const rows: FieldRow[] = [];
  for (const [key, write] of FIELDS[fields.kind] ?? []) {
    const value = write(flat[key], flat);
    if (value !== null) rows.push({ key, label: t(`field.${key}` as MessageKey), value });
  }
  return rows;
}

// ---- writers

const shown = (text: string): Shown | null => (text === "" ? null : { as: "text", text });
const text: Writer = (value) => (typeof value === "string" ? shown(value) : null);
const word: Writer = (value) => (typeof value === "string" ? shown(wordOf(value)) : null);
const words: Writer = (value) => (Array.isArray(value) ? shown(value.map((one) => wordOf(String(one))).join(", ")) : null);
const number =
  (write: (n: number) => string, least = -Infinity): Writer =>
  (value) =>
    typeof value === "number" && Number.isFinite(value) && value >= least ? shown(write(value)) : null;
const count = number((n) => formatNumber(n), 0);
const positive = number((n) => formatNumber(n), 1);
const speedOf = number(speed, 0);
const metres = number(distance, 0.01);
const seconds = number(duration, 0);
const squareMetres = number((n) => t("unit.m2", { n: formatNumber(n) }), 0.5);
const density = number((n) => t("unit.density", { n: formatNumber(n, 1) }), 0);
const hourly = number((n) => `${formatNumber(n)}/h`, 0);
const timeOfDay = number((n) => clockTime(n));
const yes: Writer = (value) => (value === true ? shown(t("yes")) : null);
const provenance: Writer = (value) => (isProvenance(value) ? { as: "provenance", of: value } : null);
const lights: Writer = (value) => (Array.isArray(value) ? { as: "lights", approaches: value.map(approach) } : null);

/** `phase` is counted from 0 on the wire. */
const phase: Writer = (value, fields) => {
  if (typeof value !== "number") return null;
  const phases = fields["phases"];
  return shown(typeof phases === "number" ? `${value + 1} / ${phases}` : String(value + 1));
};

/** A link to the thing whose row is in another field, with this field's text. */
const named =
  (kind: ThingKind, row: string): Writer =>
  (value, fields) => {
    const id = fields[row];
    const name = typeof value === "string" && value !== "" ? value : t("word.outside");
    if (typeof id !== "number") return typeof value === "string" ? shown(value) : null;
    return id < 0 ? shown(name) : { as: "links", links: [{ text: name, thing: { kind, id } }] };
  };

/** A building at an end of a trip; who drives a line has stops instead. */
const tripEnd =
  (row: string): Writer =>
  (value, fields) =>
    typeof fields["lineName"] === "string" ? null : named("building", row)(value, fields);

const purpose: Writer = (value) => (typeof value === "string" ? shown(tOptional(`purpose.${value}`) ?? "") : null);

/** A link to a row of another table. */
const row =
  (kind: ThingKind): Writer =>
  (value) =>
    typeof value === "number" && value >= 0
      ? { as: "links", links: [{ text: `${t(`kind.${kind}`)} ${value}`, thing: { kind, id: value } }] }
      : null;

/** Links to the rows of a list of {id, name} or {id, ref}. */
const list =
  (kind: ThingKind): Writer =>
  (value) => {
    if (!Array.isArray(value) || value.length === 0) return null;
    const links = value.map(record).map((one) => ({
      text: String(one["ref"] || one["name"] || `${t(`kind.${kind}`)} ${String(one["id"])}`),
      thing: { kind, id: Number(one["id"]) },
    }));
    return { as: "links", links };
  };

const FIELDS: Readonly<Partial<Record<ThingKind, readonly (readonly [string, Writer])[]>>> = {
  vehicle: [
    ["vehicleKind", word],
    ["speed", speedOf],
    ["street", text],
    ["from", tripEnd("fromBuilding")],
    ["to", tripEnd("toBuilding")],
    ["purpose", purpose],
    ["lineName", named("line", "line")],
    ["nextStopName", named("stop", "nextStop")],
    ["distanceLeft", metres],
    ["since", timeOfDay],
  ],
  building: [
    ["use", word],
    ["useProvenance", provenance],
    ["floors", positive],
    ["height", metres],
    ["heightProvenance", provenance],
    ["roof", word],
    ["groundArea", squareMetres],
    ["address", text],
    ["places", list("place")],
  ],
  place: [
    ["nameEn", text],
    ["placeKind", word],
    ["building", row("building")],
  ],
  edge: [
    ["streetKind", word],
    ["meanSpeed", speedOf],
    ["speedLimit", speedOf],
    ["vehicles", count],
    ["density", density],
    ["flow", hourly],
    ["lanes", positive],
    ["lanesProvenance", provenance],
    ["length", metres],
    ["oneWay", yes],
    ["bridge", yes],
    ["tunnel", yes],
    ["roundabout", yes],
    ["toll", yes],
  ],
  lane: [
    ["modes", words],
    ["turns", words],
    ["vehicles", count],
    ["speedLimit", speedOf],
    ["width", metres],
    ["length", metres],
    ["edge", row("edge")],
  ],
  connection: [
    ["turn", word],
    ["light", word],
    ["speedLimit", speedOf],
    ["length", metres],
    ["junction", row("junction")],
  ],
  junction: [
    ["control", word],
    ["streets", words],
    ["phase", phase],
    ["secondsLeft", seconds],
    ["approaches", lights],
    ["program", row("signal")],
  ],
  signal: [
    ["phase", phase],
    ["secondsLeft", seconds],
    ["cycle", seconds],
    ["approaches", lights],
    ["positionProvenance", provenance],
    ["junction", row("junction")],
  ],
  stop: [
    ["mode", word],
    ["lines", list("line")],
  ],
  line: [
    ["mode", word],
    ["ref", text],
    ["headway", number(duration, 1)],
    ["stops", list("stop")],
  ],
  area: [
    ["use", word],
    ["layer", (value) => word(value === "green" ? "green_layer" : value, {} as ThingFields)],
    ["groundArea", squareMetres],
  ],
};

/** A word of the server in the language of the page; several, as "left, through", each for itself. */
export function wordOf(identifier: string): string {
  if (identifier.includes(", ")) return identifier.split(", ").map(wordOf).join(", ");
  return tOptional(`word.${identifier}`) ?? tOptional(`word.${identifier.slice(identifier.indexOf("=") + 1)}`) ?? plainWord(identifier);
}

function approach(value: unknown): Approach {
  const { street, lights: shownLights } = record(value) as { street?: string; lights?: unknown };
  const all = Object.entries(record(shownLights));
  return { street: street ?? "", lights: all.map(([turn, light]) => ({ turn: wordOf(turn), light: String(light) })) };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
