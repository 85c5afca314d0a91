/** JSON messages of the live socket (protocol section 5) and the bodies of the HTTP API (section 2). */
import type { ThingKind } from "../world/model";

export const PROTOCOL = 1;

/**
 * A message of the live socket: JSON with a `type`. What else it holds is declared by the channel that says or takes
 * it (world/channels).
 */
export interface Message {
  readonly type: string;
  readonly [field: string]: unknown;
}
/** The first answer of a server (5.1). Channels read fields of their own from it. */
export interface Welcome extends Message {
  readonly type: "welcome";
  readonly protocol: number;
  readonly id: number | string;
  readonly time: number;
  readonly speed: number;
  readonly paused: boolean;
  readonly visitors: number;
  readonly city: string;
  /** Only the operator moves the clock. */
  readonly locked?: boolean;
  /** This client is the operator; what it says in its next hello to stay so. */
  readonly operator?: string;
}

/** The fields that a message must have to be taken, and their types. */
export type Shape = { readonly [field: string]: "number" | "string" | "boolean" | "array" };
export const WELCOME: Shape = { protocol: "number", time: "number", speed: "number", paused: "boolean", visitors: "number", city: "string" };

/** The message in a text frame, or null where it is none. */
export function parseMessage(text: string): Message | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  return isRecord(message) && typeof message["type"] === "string" ? (message as Message) : null;
}

/** Whether a message has the fields that it must have. */
export function fits(message: Message, shape: Shape): boolean {
  return Object.entries(shape).every(([field, type]) => {
    const value = Object.hasOwn(message, field) ? message[field] : undefined;
    return type === "array" ? Array.isArray(value) : typeof value === type;
  });
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
