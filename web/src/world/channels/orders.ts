/**
 * Orders: a visitor's commands to the running city, all or none of them applied, and the orders that anybody's have
 * become. Knows which lanes are closed and which speed limits have been set since.
 */
import { signal, type Signal } from "@preact/signals-core";
import { isRecord, type Message, type Welcome } from "../../protocol/messages";
import { takes, type Channel, type Line } from "../channel";

/** As simulation/command.py declares them; lanes, edges and programs are rows of the city's tables. */
export type Command =
  | { readonly type: "close_lane"; readonly lane: number }
  | { readonly type: "open_lane"; readonly lane: number }
  | { readonly type: "set_speed_limit"; readonly edge: number; readonly speed: number } // m/s
  | { readonly type: "add_trip"; readonly from_lane: number; readonly from_position: number; readonly to_lane: number; readonly to_position: number; readonly kind?: string }
  | { readonly type: "show_phase"; readonly program: number; readonly phase: number }
  | { readonly type: "follow_signal_plan"; readonly program: number }
  | { readonly type: "set_signal_plan"; readonly program: number; readonly greens: readonly number[]; readonly offset: number };

/** A command as it is heard: perhaps of a newer server, with a name that is not known here. */
export interface HeardCommand {
  readonly type: string;
  readonly [field: string]: unknown;
}
/** An order of anybody's that the city has applied. */
export interface AppliedOrder {
  readonly time: number; // s after midnight of day 0
  readonly by: string;
  readonly commands: readonly HeardCommand[];
}
/** What has become of one's own order. `code` is the server's, or of `Unanswered`, and then without a message. */
export type OrderAnswer =
  | { readonly done: true; readonly step: number; readonly time: number }
  | { readonly done: false; readonly code: string; readonly message: string };
/** Why there is no answer: the line is down, was lost meanwhile, or nothing was said for long. */
export const Unanswered = { OFFLINE: "offline", LOST: "lost", SILENT: "silent" } as const;

const REMEMBERED = 50; // orders
const PATIENCE = 20_000; // ms until an answer is not waited for any more

interface Waiting {
  readonly resolve: (answer: OrderAnswer) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class OrdersChannel implements Channel {
  readonly name = "orders";
  /** The last ones, oldest first. */
  readonly applied: Signal<readonly AppliedOrder[]> = signal<readonly AppliedOrder[]>([]);
  /** Rows of the lanes that are closed now. */
  readonly closed: Signal<ReadonlySet<number>> = signal<ReadonlySet<number>>(new Set());
  /** m/s by edge, where an order has set a limit. */
  readonly limits: Signal<ReadonlyMap<number, number>> = signal<ReadonlyMap<number, number>>(new Map());
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;
  private line: Line | null = null;

  readonly messages = {
    ordered: takes<{ order: number; step: number; time: number }>({ order: "number", step: "number", time: "number" }, ({ order, step, time }) =>
      this.answer(order, { done: true, step, time }),
    ),
    refused: takes<{ order: number; code: string; message: string }>({ order: "number", code: "string", message: "string" }, ({ order, code, message }) =>
      this.answer(order, { done: false, code, message }),
    ),
    event: takes<{ event: string; time?: unknown; by?: unknown; commands?: unknown }>({ event: "string" }, ({ event, time, by, commands }) => {
      if (event !== "order_applied" || typeof time !== "number" || !Array.isArray(commands)) return;
      this.happened({ time, by: typeof by === "string" ? by : "", commands: commands.filter(isCommand) });
    }),
  };

  join(line: Line): void {
    this.line = line;
  }
  welcome({ closed, limits }: Welcome): void {
    this.closed.value = new Set(Array.isArray(closed) ? closed.filter(isRow) : []);
    this.limits.value = new Map(Array.isArray(limits) ? limits.filter(isLimit) : []);
  }
  lost(): void {
    for (const order of [...this.waiting.keys()]) this.answer(order, { done: false, code: Unanswered.LOST, message: "" });
  }
  stop(): void {
    this.lost();
  }

  /** Asks the city to apply all of the commands, or none of them. Never rejects. */
  order(commands: readonly Command[]): Promise<OrderAnswer> {
    const order = this.next++;
    const message: Message = { type: "order", order, commands };
    if (this.line === null || !this.line.send(message)) return Promise.resolve({ done: false, code: Unanswered.OFFLINE, message: "" });
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer(order, { done: false, code: Unanswered.SILENT, message: "" }), PATIENCE);
      this.waiting.set(order, { resolve, timer });
    });
  }

  private answer(order: number, answer: OrderAnswer): void {
    const waiting = this.waiting.get(order);
    if (waiting === undefined) return;
    this.waiting.delete(order);
    clearTimeout(waiting.timer);
    waiting.resolve(answer);
  }

  private happened(order: AppliedOrder): void {
    const closed = new Set(this.closed.value);
    const limits = new Map(this.limits.value);
    for (const { type, lane, edge, speed } of order.commands) {
      if (type === "close_lane" && isRow(lane)) closed.add(lane);
      if (type === "open_lane" && isRow(lane)) closed.delete(lane);
      if (type === "set_speed_limit" && isRow(edge) && typeof speed === "number") limits.set(edge, speed);
    }
    this.closed.value = closed;
    this.limits.value = limits;
    this.applied.value = [...this.applied.value, order].slice(-REMEMBERED);
  }
}

function isCommand(value: unknown): value is HeardCommand {
  return isRecord(value) && typeof value["type"] === "string";
}

function isRow(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function isLimit(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && isRow(value[0]) && typeof value[1] === "number";
}
