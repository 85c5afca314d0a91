/** What the city's server offers over HTTP: the manifest, static files, search and things (protocol section 2). */
import { PROTOCOL, isManifest, isRecord, isStreetHistory, type Manifest, type SearchResult, type StreetHistory, type ThingFields } from "../protocol/messages";
import type { ThingKind } from "./model";

export type FetchProblem = "unreachable" | "missing" | "broken" | "protocol" | "refused";

/** A request that failed: what kind of failure, and a sentence for people. */
export class FetchError extends Error {
  override name = "FetchError";
  constructor(
    readonly problem: FetchProblem,
    message: string,
  ) {
    super(message);
  }
}

/** HTTP of one server; `base` is the address of the page. */
export class CityServer {
  constructor(readonly base: string) {}

  address(path: string): string {
    return new URL(path, this.base).href;
  }

  /** Address of the live socket: a ws: URL as it is, or a path on this server. */
  liveAddress(live: string): string {
    const url = new URL(live, this.base);
    if (url.protocol === "http:") url.protocol = "ws:";
    if (url.protocol === "https:") url.protocol = "wss:";
    return url.href;
  }

  async manifest(signal?: AbortSignal): Promise<Manifest> {
    const manifest = await this.json("api/city", signal);
    if (!isManifest(manifest)) throw new FetchError("broken", "the answer of api/city is not the description of a city");
    if (manifest.protocol !== PROTOCOL) {
      throw new FetchError("protocol", `the server speaks protocol ${manifest.protocol} and this page ${PROTOCOL}`);
    }
    return manifest;
  }

  async search(text: string, limit: number, signal?: AbortSignal): Promise<SearchResult[]> {
    const answer = await this.json(`api/search?q=${encodeURIComponent(text)}&limit=${limit}`, signal);
    return isRecord(answer) && Array.isArray(answer["results"]) ? (answer["results"] as SearchResult[]) : [];
  }

  async thing(kind: ThingKind, id: number, signal?: AbortSignal): Promise<ThingFields> {
    const answer = await this.json(`api/things/${kind}/${id}`, signal);
    if (!isRecord(answer)) throw new FetchError("broken", `the answer about ${kind} ${id} is not an object`);
    return answer as ThingFields;
  }

  /** The last minutes on some paths, and of some signal programs. */
  async history(paths: readonly number[], programs: readonly number[], signal?: AbortSignal): Promise<StreetHistory> {
    const answer = await this.json(`api/history?paths=${paths.join(",")}&programs=${programs.join(",")}`, signal);
    if (!isStreetHistory(answer)) throw new FetchError("broken", "the answer of api/history is not a history");
    return answer;
  }

  /** The bytes of a static file; `arrived` is told of every piece. */
  async bytes(url: string, signal?: AbortSignal, arrived?: (bytes: number) => void): Promise<ArrayBuffer> {
    const response = await this.get(url, signal);
    if (response.body === null || arrived === undefined) return response.arrayBuffer();
    const pieces: Uint8Array[] = [];
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      arrived(value.length);
    }
    return joined(pieces);
  }

  private async json(path: string, signal?: AbortSignal): Promise<unknown> {
    const response = await this.get(path, signal);
    try {
      return await response.json();
    } catch {
      throw new FetchError("broken", `the answer of ${path} is not JSON`);
    }
  }

  private async get(path: string, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.address(path), signal ? { signal } : {});
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new FetchError("unreachable", `the server does not answer (${path})`);
    }
    if (response.ok) return response;
    const problem = problemOf(response.status);
    throw new FetchError(problem, (await saidBy(response)) ?? `the server answered ${response.status} to ${path}`);
  }
}

/** 502 to 504 come from what stands before a server that is away. */
function problemOf(status: number): FetchProblem {
  if (status === 404) return "missing";
  return status >= 502 && status <= 504 ? "unreachable" : "refused";
}

/** The sentence of an error answer (2.6). */
async function saidBy(response: Response): Promise<string | null> {
  try {
    const body: unknown = await response.json();
    const error = isRecord(body) ? body["error"] : null;
    return isRecord(error) && typeof error["message"] === "string" ? error["message"] : null;
  } catch {
    return null;
  }
}

function joined(pieces: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole.buffer;
}
