import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { say } from "../messages/language";
import { Unanswered, type Command } from "../world/channels/orders";
import type { Network, Thing } from "../world/model";
import { speed } from "./format";
import { Icon } from "./icons";
import { tellOrders } from "./ordernews";
import { panel, type ThingProps } from "./panel";
import { tell, useUi, type Ui } from "./state";
import { ordersWords } from "./words/orders";

const t = say(ordersWords);

export const ordersPanel = panel({ id: "orders", words: ordersWords, label: "orders.label", forThing: StreetOrders, start: tellOrders });

const LIMITS: readonly number[] = [10, 20, 30, 40, 50, 60, 70, 80, 100, 120]; // km/h

/** For a street or a lane: whether it is closed, and for whom the city listens to, its closure and its speed limit. */
function StreetOrders({ thing, fields }: ThingProps): JSX.Element | null {
  const ui = useUi();
  const { network, channels } = ui.world;
  const edge = ui.world.edgeOf(thing);
  if (network === null || edge < 0) return null;
  const lanes = lanesOf(thing, network);
  const closed = lanes.filter((lane) => channels.orders.closed.value.has(lane));
  const open = lanes.filter((lane) => !closed.includes(lane));
  if (!ui.world.may("order")) return <State closed={closed.length} lanes={lanes.length} />;
  const limit = channels.orders.limits.value.get(edge) ?? (typeof fields?.["speedLimit"] === "number" ? fields["speedLimit"] : network.edges.speed[edge]);
  const name = thing.kind === "lane" ? "lane" : network.edges.twin[edge] >= 0 ? "direction" : "street";
  return (
    <div class="orders" data-testid="orders">
      <State closed={closed.length} lanes={lanes.length} />
      {open.length > 0 && (
        <OrderButton ui={ui} id="close-street" icon="barrier" text={t(`orders.close.${name}`)} commands={open.map((lane) => ({ type: "close_lane", lane }))} />
      )}
      {closed.length > 0 && <OrderButton ui={ui} id="open-street" icon="road" text={t("orders.open")} commands={closed.map((lane) => ({ type: "open_lane", lane }))} />}
      <Limit ui={ui} edge={edge} limit={limit} />
    </div>
  );
}

function lanesOf({ kind, id }: Thing, { edges }: Network): number[] {
  return kind === "lane" ? [id] : Array.from({ length: edges.laneCount[id] }, (_, i) => edges.firstLane[id] + i);
}

function State({ closed, lanes }: { closed: number; lanes: number }): JSX.Element | null {
  if (closed === 0) return null;
  return (
    <p class="orders-state" role="status" data-testid="street-closed">
      <Icon name="barrier" size={16} />
      {closed === lanes ? t("orders.is.closed") : t("orders.is.narrowed", { n: closed, of: lanes })}
    </p>
  );
}

interface OrderButtonProps {
  readonly ui: Ui;
  readonly id: string;
  readonly icon: "barrier" | "road";
  readonly text: string;
  readonly commands: readonly Command[];
}

function OrderButton({ ui, id, icon, text, commands }: OrderButtonProps): JSX.Element {
  const [waiting, order] = useOrder(ui);
  return (
    <button type="button" class="button" disabled={waiting} aria-busy={waiting} data-testid={id} onClick={() => void order(commands)}>
      <Icon name={icon} size={18} />
      {text}
    </button>
  );
}

function Limit({ ui, edge, limit }: { ui: Ui; edge: number; limit: number }): JSX.Element {
  const [waiting, order] = useOrder(ui);
  const now = Math.round(3.6 * limit);
  const choices = LIMITS.includes(now) ? LIMITS : [...LIMITS, now].sort((a, b) => a - b);
  const set = async (select: HTMLSelectElement): Promise<void> => {
    const done = await order([{ type: "set_speed_limit", edge, speed: Number(select.value) / 3.6 }]);
    if (!done) select.value = String(now);
  };
  return (
    <label class="orders-limit">
      <span>{t("orders.limit")}</span>
      <select value={String(now)} disabled={waiting} aria-busy={waiting} data-testid="speed-limit" onChange={(event) => void set(event.currentTarget)}>
        {choices.map((n) => (
          <option key={n} value={String(n)}>
            {speed(n / 3.6)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The server's sentence, or why there is none. */
function reasonOf({ code, message }: { readonly code: string; readonly message: string }): string {
  if (message !== "") return message;
  const unanswered = Object.values(Unanswered).find((one) => one === code);
  return unanswered === undefined ? code : t(`orders.${unanswered}`);
}

/** Gives one order at a time, and tells why one was refused. */
function useOrder(ui: Ui): [boolean, (commands: readonly Command[]) => Promise<boolean>] {
  const [waiting, setWaiting] = useState(false);
  const order = async (commands: readonly Command[]): Promise<boolean> => {
    setWaiting(true);
    const answer = await ui.world.order(commands);
    setWaiting(false);
    if (!answer.done) tell(ui, reasonOf(answer), { tone: "error" });
    return answer.done;
  };
  return [waiting, order];
}
