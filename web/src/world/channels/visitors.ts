/** Who is here: how many, as whom oneself, and what one may do. And what the server refuses. */
import { signal, type Signal } from "@preact/signals-core";
import type { Welcome } from "../../protocol/messages";
import { takes, type Channel } from "../channel";

/** What the server has refused: a code for programs and a sentence for people. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** What a visitor may do where the server does not say. */
const AS_EVER: readonly string[] = ["clock"];

export class VisitorsChannel implements Channel {
  readonly name = "visitors";
  readonly count: Signal<number> = signal(0);
  /** What this visitor may do: "clock", "order". */
  readonly may: Signal<readonly string[]> = signal(AS_EVER);
  readonly refused: Signal<Refusal | null> = signal<Refusal | null>(null);
  /** As the server calls this visitor. */
  private self: string;

  readonly messages = {
    visitors: takes<{ count: number }>({ count: "number" }, ({ count }) => void (this.count.value = count)),
    error: takes<Refusal>({ code: "string", message: "string" }, ({ code, message }) => void (this.refused.value = { code, message })),
  };

  /** `wanted`: the name one asks for; without it the server gives one. */
  constructor(private readonly wanted: string) {
    this.self = wanted;
  }

  welcome(message: Welcome): void {
    if (this.wanted === "") this.self = `Visitor ${message.id}`; // as the server calls who has no name
    this.count.value = message.visitors;
    this.may.value = rightsOf(message);
  }

  /** Whether `by`, the author of something, is oneself. */
  isMe(by: string): boolean {
    return by !== "" && by === this.self;
  }
}

/** An operator may order, whether or not that is listed. */
function rightsOf({ may, roles }: Welcome): readonly string[] {
  const listed = Array.isArray(may) ? may.map(String) : AS_EVER;
  return Array.isArray(roles) && roles.includes("operator") && !listed.includes("order") ? [...listed, "order"] : listed;
}
