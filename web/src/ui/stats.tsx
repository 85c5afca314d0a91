import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { formatNumber, say } from "../messages/language";
import type { Stats as CityStats } from "../world/trafficlog";
import { TrafficChart } from "./chart";
import { speed } from "./format";
import { panel } from "./panel";
import { toggle, useUi, type Ui } from "./state";
import { WorstStreets } from "./worststreets";
import { statsWords } from "./words/stats";

const t = say(statsWords);

export const statsPanel = panel({ id: "stats", words: statsWords, label: "stats.title", dock: "left", component: Stats });

/** How many are on the road and how fast; opened, the traffic of the whole city. */
function Stats(): JSX.Element | null {
  const ui = useUi();
  const stats = ui.world.stats.value;
  if (stats === null) return null;
  const open = ui.panel.value === "stats";
  const rate = ui.world.log.arrivedPerMinute();
  return (
    <div class="stats">
      {open && (
        <section class="card stats-panel" aria-label={t("stats.title")} data-testid="stats">
          <h2>{t("stats.title")}</h2>
          <dl>
            <Row name={t("stats.vehicles")} value={formatNumber(stats.vehicles)} />
            <Row name={t("stats.speed")} value={speed(stats.speedMean)} />
            <Row name={t("stats.halted")} value={formatNumber(stats.halted)} />
            <Row name={t("stats.rate")} value={rate === null ? "–" : t("stats.perminute", { n: formatNumber(rate) })} />
            <Row name={t("stats.waiting")} value={formatNumber(stats.waiting)} />
            <Row name={t("stats.arrived")} value={formatNumber(stats.arrived)} />
          </dl>
          <TrafficChart />
          <WorstStreets />
          <Developer ui={ui} stats={stats} />
        </section>
      )}
      <button type="button" class="card pill stats-pill" aria-expanded={open} data-testid="open-stats" title={t("stats.title")} onClick={() => toggle(ui, "stats")}>
        <strong>{stats.vehicles === 1 ? t("stats.short.one") : t("stats.short", { n: formatNumber(stats.vehicles) })}</strong>
        <span>{speed(stats.speedMean)}</span>
      </button>
    </div>
  );
}

function updates(perSecond: number): string {
  if (perSecond >= 1e6) return t("unit.million", { n: formatNumber(perSecond / 1e6, 1) });
  return t("unit.persecond", { n: formatNumber(perSecond) });
}

/** What simulating and drawing cost, the latter twice a second. */
function Developer({ ui, stats }: { ui: Ui; stats: CityStats }): JSX.Element | null {
  const [drawn, setDrawn] = useState(ui.scene?.stats() ?? null);
  useEffect(() => {
    const timer = setInterval(() => setDrawn(ui.scene?.stats() ?? null), 500);
    return () => clearInterval(timer);
  }, [ui]);
  if (drawn === null) return null;
  return (
    <details>
      <summary>{t("stats.developer")}</summary>
      <dl>
        <Row name={t("stats.updates")} value={updates(stats.updatesPerSecond)} />
        <Row name={t("stats.reached")} value={`${formatNumber(stats.speedReached, 1)}×`} />
        <Row name={t("stats.draw")} value={formatNumber(drawn.drawCalls)} />
        <Row name={t("stats.triangles")} value={formatNumber(drawn.triangles)} />
        <Row name={t("stats.frame")} value={`${formatNumber(drawn.frameMs, 1)} ms`} />
      </dl>
    </details>
  );
}

function Row({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
