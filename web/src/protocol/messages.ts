/** JSON messages of the live socket (protocol section 5) and the bodies of the HTTP API (section 2). */
import type { ThingKind } from "../world/model";

export const PROTOCOL = 1;

// ---- what a client says (5.1, 5.2)
export type ClientMessage =
  | { type: "hello"; protocol: number; name: string; token?: string }
  | { type: "view"; x: number; y: number; radius: number }
  | ({ type: "time" } & TimeWish)
  | { type: "follow"; vehicle: number | null }
  | { type: "layers"; flow: boolean }
  | { type: "watch"; paths: readonly number[] }
  | { type: "ping"; sent: number };

/** `jump` is seconds after midnight. */
export interface TimeWish {
  paused?: boolean;
  speed?: number;
  jump?: number;
}

// ---- what a server says (5.1, 5.3)
export interface Welcome {
  type: "welcome";
  protocol: number;
  id: number | string;
  time: number;
  speed: number;
  paused: boolean;
  visitors: number;
  city: string;
}
export interface ClockMessage {
  type: "clock";
  time: number;
  speed: number;
  paused: boolean;
  by?: string | null;
}
export interface FollowedMessage {
  type: "followed";
  vehicle: number;
  gone?: boolean;
  [field: string]: unknown;
}
export interface StatsMessage {
  type: "stats";
  time: number;
  vehicles: number;
  waiting: number;
  arrived: number;
  /** Slower than 5 km/h. */
  halted?: number;
  speed_mean: number;
  updates_per_s: number;
  /** City seconds a second that the server reaches; less than the speed asked for where it cannot keep up. */
  speed_reached?: number;
}
export type ServerMessage =
  | Welcome
  | ClockMessage
  | { type: "jumping"; to: number; by?: string }
  | { type: "visitors"; count: number }
  | FollowedMessage
  | { type: "pong"; sent: number; time: number }
  | StatsMessage
  | { type: "error"; code: string; message: string };

type FieldType = "number" | "string" | "boolean";
const REQUIRED: { readonly [type: string]: { readonly [field: string]: FieldType } } = {
  welcome: { protocol: "number", time: "number", speed: "number", paused: "boolean", visitors: "number", city: "string" },
  clock: { time: "number", speed: "number", paused: "boolean" },
  jumping: { to: "number" },
  visitors: { count: "number" },
  followed: { vehicle: "number" },
  pong: { sent: "number", time: "number" },
  stats: { time: "number", vehicles: "number", waiting: "number", arrived: "number", speed_mean: "number", updates_per_s: "number" },
  error: { code: "string", message: "string" },
};

/** The message in a text frame, or null where it is not one that this client knows. */
export function parseServerMessage(text: string): ServerMessage | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(message) || typeof message["type"] !== "string") return null;
  const fields = Object.hasOwn(REQUIRED, message["type"]) ? REQUIRED[message["type"]] : undefined;
  if (fields === undefined) return null;
  for (const [field, type] of Object.entries(fields)) if (typeof message[field] !== type) return null;
  return message as unknown as ServerMessage;
}

// ---- HTTP
export type ProvenanceWord = "measured" | "modelled" | "invented";

export interface Source {
  readonly name: string;
  readonly attribution: string;
  readonly licence: string;
  readonly url: string;
  readonly date: string;
  readonly layers: readonly string[];
  readonly provenance: ProvenanceWord;
}
export interface StaticFile {
  readonly url: string;
  readonly bytes: number;
}
export interface TileFile extends StaticFile {
  readonly x: number;
  readonly y: number;
  readonly buildings: number;
}
/** `GET /api/city` (2.1). */
export interface Manifest {
  readonly protocol: number;
  readonly name: string;
  readonly version: string;
  readonly origin: readonly [number, number];
  readonly bounds: readonly [number, number, number, number];
  /** IANA time zone of the city's clocks, the ISO date of day 0, and s ahead of universal time on it. */
  readonly zone: string;
  readonly date: string;
  readonly utcOffset: number;
  readonly driveOnLeft: boolean;
  readonly invented: boolean;
  readonly population: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly sources: readonly Source[];
  readonly network: StaticFile;
  readonly ground: StaticFile;
  readonly tiles: readonly TileFile[];
  readonly tileSize: number;
  readonly cellSize: number;
  readonly live: string;
  readonly step: number;
}

/** A line of `GET /api/search` (2.4). */
export interface SearchResult {
  readonly kind: "place" | "street" | "stop" | "line" | "building";
  readonly id: number;
  readonly name: string;
  readonly detail: string;
  readonly x: number;
  readonly y: number;
}

/** `GET /api/things/{kind}/{id}` (2.5): the fields that every thing has, and its own. */
export interface ThingFields {
  readonly kind: ThingKind;
  readonly id: number;
  readonly title: string;
  readonly provenance: ProvenanceWord;
  readonly source: unknown;
  readonly x?: number;
  readonly y?: number;
  readonly [field: string]: unknown;
}

/** `GET /api/history` (2.8): picture k holds rows start[k] .. start[k + 1]. */
export interface StreetHistory {
  readonly time: number;
  readonly pictures: readonly number[];
  readonly start: readonly number[];
  readonly id: readonly number[];
  readonly path: readonly number[];
  readonly position: readonly number[];
  readonly speed: readonly number[];
  /** From each time on, the phases of the programs asked for. */
  readonly lights: readonly { readonly time: number; readonly phases: readonly number[] }[];
}

export function isStreetHistory(value: unknown): value is StreetHistory {
  const columns = ["pictures", "start", "id", "path", "position", "speed", "lights"];
  return isRecord(value) && columns.every((name) => Array.isArray(value[name]));
}

export function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value)) return false;
  return (
    typeof value["protocol"] === "number" &&
    typeof value["version"] === "string" &&
    Array.isArray(value["bounds"]) &&
    Array.isArray(value["tiles"]) &&
    isRecord(value["network"]) &&
    isRecord(value["ground"]) &&
    typeof value["live"] === "string"
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
