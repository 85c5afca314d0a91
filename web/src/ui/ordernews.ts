/** What others have ordered, as toasts. */
import { say } from "../messages/language";
import type { AppliedOrder, HeardCommand } from "../world/channels/orders";
import type { Network } from "../world/model";
import { speed } from "./format";
import { whenNew } from "./notices";
import { tell, type Ui } from "./state";
import { ordersWords } from "./words/orders";

const t = say(ordersWords);

export function tellOrders(ui: Ui): () => void {
  const { orders, visitors } = ui.world.channels;
  return whenNew(
    () => orders.applied.value.at(-1) ?? null,
    (order) => {
      if (visitors.isMe(order.by) || ui.world.network === null) return; // one sees what one does
      for (const text of newsOf(order, ui.world.network)) tell(ui, text);
    },
  );
}

/** A sentence for each kind of command in an order. */
export function newsOf(order: AppliedOrder, network: Network): string[] {
  const who = authorOf(order.by);
  const kinds = [...new Set(order.commands.map(({ type }) => type))];
  const told = kinds.map((kind) => (NEWS[kind] ?? OTHER)(who, order.commands.filter(({ type }) => type === kind), network));
  return [...new Set(told)];
}

/** Who asked for no name has one of the server's, which is said in the language of the page. */
function authorOf(by: string): string {
  const number = /^Visitor (\d+)$/.exec(by)?.[1];
  return number === undefined ? by || t("orders.somebody") : t("orders.visitor", { n: number });
}

type Teller = (who: string, commands: readonly HeardCommand[], network: Network) => string;
const OTHER: Teller = (who) => t("orders.other", { who });
const NEWS: Readonly<Record<string, Teller>> = {
  close_lane: (who, commands, network) => ofLanes("closed", who, commands, network),
  open_lane: (who, commands, network) => ofLanes("opened", who, commands, network),
  set_speed_limit: (who, commands, network) => {
    const { edge, speed: limit } = commands[commands.length - 1];
    return t("orders.limited", { who, street: streetOf(Number(edge), network), speed: speed(Number(limit)) });
  },
};

function ofLanes(what: "closed" | "opened", who: string, commands: readonly HeardCommand[], network: Network): string {
  const lanes = new Set(commands.map(({ lane }) => Number(lane)));
  const edges = [...new Set([...lanes].map((lane) => network.lanes.edge[lane] ?? -1))];
  const streets = [...new Set(edges.map((edge) => streetOf(edge, network)))];
  if (streets.length > 1) return t(`orders.${what}.many`, { who, n: streets.length });
  const all = edges.reduce((sum, edge) => sum + (network.edges.laneCount[edge] ?? 1), 0);
  const part = lanes.size >= all ? "street" : lanes.size > 1 ? "lanes" : "lane";
  return t(`orders.${what}.${part}`, { who, street: streets[0], n: lanes.size });
}

function streetOf(edge: number, { edges, names }: Network): string {
  return names[edges.name[edge]] || t("orders.unnamed");
}
