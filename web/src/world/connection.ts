/** The live socket: says hello, hands on what comes, and comes back by itself. Knows messages, not what they mean. */
import type { OperatorToken } from "./operator";
import { PROTOCOL, WELCOME, fits, parseMessage, type Message, type Welcome } from "../protocol/messages";

export type ConnectionState =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  | { readonly state: "waiting"; readonly retryAt: number } // ms, as Date.now()
  | { readonly state: "refused"; readonly message: string };

export interface ConnectionHandlers {
  /** From now on one may speak. */
  welcome(message: Welcome): void;
  message(message: Message): void;
  frame(buffer: ArrayBuffer): void;
  state(state: ConnectionState): void;
}

/** The part of WebSocket that is used; tests bring their own. */
export interface Socket {
  binaryType: string;
  readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly name: string;
  readonly token?: OperatorToken;
  readonly socket?: (url: string) => Socket;
  readonly random?: () => number;
}

const FIRST_RETRY = 500; // ms
const LAST_RETRY = 15_000;
const PING_EVERY = 5_000;
const SILENCE = 20_000; // without a word for so long the line is dead, whatever the socket says
const REFUSED = 4000; // close code of 5.1
const OPEN = 1;

export class Connection {
  private socket: Socket | null = null;
  private welcomed = false;
  private failures = 0;
  private refusal = "";
  private heardAt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private pingTimer: ReturnType<typeof setInterval> | undefined;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly handlers: ConnectionHandlers,
    private readonly options: ConnectionOptions,
  ) {}

  open(): void {
    this.closed = false;
    clearTimeout(this.retryTimer);
    this.handlers.state({ state: "connecting" });
    this.welcomed = false;
    this.refusal = "";
    const socket = this.makeSocket();
    if (socket === null) return this.lost(0);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify(this.hello()));
    socket.onmessage = (event) => this.heard(event.data);
    socket.onclose = (event) => this.lost(event.code);
    socket.onerror = () => undefined; // a close follows
    this.watch();
  }

  /** Sends now; false where the line is not live, and then the message is lost. */
  send(message: Message): boolean {
    if (!this.welcomed || this.socket?.readyState !== OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  retryNow(): void {
    if (this.socket === null && !this.closed) this.open();
  }

  close(): void {
    this.closed = true;
    this.drop();
    clearTimeout(this.retryTimer);
  }

  private makeSocket(): Socket | null {
    try {
      if (this.options.socket) return this.options.socket(this.url);
      return new WebSocket(this.url) as unknown as Socket;
    } catch {
      return null;
    }
  }

  private hello(): Message {
    const { name } = this.options;
    const token = this.options.token?.read() ?? undefined;
    return { type: "hello", protocol: PROTOCOL, name, ...(token === undefined ? {} : { token }) };
  }

  private heard(data: unknown): void {
    this.heardAt = Date.now();
    if (data instanceof ArrayBuffer) return this.handlers.frame(data);
    const message = typeof data === "string" ? parseMessage(data) : null;
    if (message === null) return;
    if (message.type === "welcome") {
      if (fits(message, WELCOME)) this.enter(message as Welcome);
    } else {
      if (message.type === "error" && !this.welcomed) this.refusal = String(message["message"]);
      this.handlers.message(message);
    }
  }

  private enter(message: Welcome): void {
    this.welcomed = true;
    this.failures = 0;
    if (message.operator !== undefined) this.options.token?.keep(message.operator);
    this.handlers.state({ state: "live" });
    this.handlers.welcome(message);
  }

  private watch(): void {
    this.heardAt = Date.now();
    clearInterval(this.pingTimer);
    this.pingTimer = setInterval(() => {
      if (Date.now() - this.heardAt > SILENCE) this.lost(0);
      else this.send({ type: "ping", sent: Date.now() });
    }, PING_EVERY);
  }

  private lost(code: number): void {
    this.drop();
    if (this.closed) return;
    if (code === REFUSED) {
      this.handlers.state({ state: "refused", message: this.refusal });
      return;
    }
    const longest = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.failures++);
    const wait = longest * (0.5 + 0.5 * (this.options.random ?? Math.random)()); // spread, so that not all come back at once
    this.handlers.state({ state: "waiting", retryAt: Date.now() + wait });
    this.retryTimer = setTimeout(() => this.open(), wait);
  }

  private drop(): void {
    clearInterval(this.pingTimer);
    const socket = this.socket;
    this.socket = null;
    this.welcomed = false;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
