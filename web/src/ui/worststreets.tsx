import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { say } from "../messages/language";
import { worstStreets, type Order, type StreetState } from "../world/trafficlog";
import { distance, speed } from "./format";
import { choose, useUi, type Ui } from "./state";
import { statsWords } from "./words/stats";

const t = say(statsWords);

const MOST = 8;
const SORT_EVERY = 4; // s; a list that is always in motion cannot be clicked
const ORDERS: readonly Order[] = ["queue", "speed"];
const NEAR = 320; // m from which one looks at a street

/** The streets with the longest queues or the lowest speeds; a click flies there. */
export function WorstStreets(): JSX.Element {
  const ui = useUi();
  const [order, setOrder] = useState<Order>("queue");
  const streets = useWorst(ui, order);
  useEffect(() => {
    ui.world.edgesWanted.value = true;
    return () => void (ui.world.edgesWanted.value = false);
  }, [ui]);
  return (
    <section class="worst" aria-label={t("traffic.streets")}>
      <div class="segments" role="radiogroup" aria-label={t("traffic.order")}>
        {ORDERS.map((one) => (
          <button key={one} type="button" role="radio" aria-checked={one === order} data-testid={`order-${one}`} onClick={() => setOrder(one)}>
            {t(`traffic.order.${one}`)}
          </button>
        ))}
      </div>
      {streets === null ? (
        <p class="quiet">…</p>
      ) : streets.length === 0 ? (
        <p class="quiet">{t(`traffic.none.${order}`)}</p>
      ) : (
        <ol>
          {streets.map((street) => (
            <li key={street.edge}>
              <StreetButton ui={ui} street={street} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function StreetButton({ ui, street }: { ui: Ui; street: StreetState }): JSX.Element {
  const name = street.name || t("traffic.unnamed");
  const [queue, pace] = [distance(Math.round(street.queue)), speed(street.speed)];
  return (
    <button type="button" class="worst-street" aria-label={t("traffic.street", { name, queue, speed: pace })} data-testid="worst-street" onClick={() => visit(ui, street.edge)}>
      <span>{name}</span>
      <span>{queue}</span>
      <span>{pace}</span>
    </button>
  );
}

/** Flies to the middle of an edge and shows what is known of it. */
export function visit(ui: Ui, edge: number): void {
  const { network, paths } = ui.world;
  if (network === null || paths === null) return;
  const lane = network.edges.firstLane[edge];
  const at = [0, 0, 0];
  paths.point(lane, paths.length(lane) / 2, at);
  ui.scene?.flyTo(at[0], at[1], at[2], NEAR);
  choose(ui, { kind: "edge", id: edge });
}

/** The list, sorted anew every few seconds; null before the first state of the edges has come. */
function useWorst(ui: Ui, order: Order): readonly StreetState[] | null {
  const { world } = ui;
  void world.stats.value; // comes once a second
  const last = useRef<{ order: Order; at: number; streets: readonly StreetState[] } | null>(null);
  const { network, paths, flow } = world;
  if (network === null || paths === null || flow === null) return null;
  const now = performance.now();
  if (last.current === null || last.current.order !== order || now - last.current.at > 1000 * SORT_EVERY) {
    last.current = { order, at: now, streets: worstStreets(network, paths, flow, order, MOST) };
  }
  return last.current.streets;
}
