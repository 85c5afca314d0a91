import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import type UPlot from "uplot";
import { formatNumber, say } from "../messages/language";
import type { Stats } from "../world/trafficlog";
import { clockTime, speed } from "./format";
import { useUi } from "./state";
import { statsWords } from "./words/stats";

const t = say(statsWords);

const HEIGHT = 116; // CSS pixels
const FEWEST = 3; // points worth a line

/** Vehicles, those that stand, and the mean speed over the last minutes. uPlot is fetched when it is first opened. */
export function TrafficChart(): JSX.Element {
  const { world, theme } = useUi();
  const stats = world.stats.value; // once a second
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const enough = world.log.points.length >= FEWEST;
  const colours = theme.value;

  useEffect(() => {
    if (!enough || box.current === null) return;
    let over = false;
    void drawnIn(box.current, () => over, columns(world.log.points)).then((made) => (chart.current = made));
    return () => {
      over = true;
      chart.current?.destroy();
      chart.current = null;
    };
  }, [enough, colours, world]);
  useEffect(() => chart.current?.setData(columns(world.log.points)), [stats, world]);

  const said = stats && { vehicles: formatNumber(stats.vehicles), halted: formatNumber(stats.halted), speed: speed(stats.speedMean) };
  return (
    <figure class="traffic-chart">
      <figcaption>{t("traffic.chart")}</figcaption>
      {enough ? <div ref={box} class="traffic-plot" role="img" aria-label={t("traffic.chart.label", said ?? {})} data-testid="traffic-chart" /> : <p class="quiet">{t("traffic.chart.wait")}</p>}
      <p class="traffic-keys" aria-hidden="true">
        <span class="vehicles">{t("traffic.chart.vehicles")}</span>
        <span class="halted">{t("traffic.chart.halted")}</span>
        <span class="speed">{t("traffic.chart.speed")}</span>
      </p>
    </figure>
  );
}

/** Time, vehicles, standing, km/h. */
export function columns(points: readonly Stats[]): [number[], number[], number[], number[]] {
  return [points.map((p) => p.time), points.map((p) => p.vehicles), points.map((p) => p.halted), points.map((p) => 3.6 * p.speedMean)];
}

async function drawnIn(box: HTMLElement, over: () => boolean, data: [number[], number[], number[], number[]]): Promise<UPlot | null> {
  if (document.createElement("canvas").getContext("2d") === null) return null; // nothing to draw on
  const [{ default: Plot }] = await Promise.all([import("uplot"), import("uplot/dist/uPlot.min.css")]);
  if (over()) return null;
  const token = (name: string) => (): string => getComputedStyle(box).getPropertyValue(name).trim();
  const axis = { stroke: token("--ink-quiet"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false }, font: `11px ${getComputedStyle(box).fontFamily}` };
  const line = (scale: string, name: string, dash?: number[]): UPlot.Series => ({ scale, stroke: token(name), width: 1.6, points: { show: false }, ...(dash ? { dash } : {}) });
  return new Plot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [6, 0, 0, 0],
      scales: {
        x: { time: false },
        count: { range: (_, __, most) => [0, Math.max(10, 1.1 * most)] },
        speed: { range: (_, __, most) => [0, Math.max(20, 1.15 * most)] },
      },
      series: [{}, line("count", "--ink"), line("count", "--light-red"), line("speed", "--focus", [4, 3])],
      axes: [
        { ...axis, space: 62, size: 22, incrs: [15, 30, 60, 120, 300], values: (_, times) => times.map((time) => clockTime(time, times.length > 1 && times[1] - times[0] < 60)) },
        { ...axis, scale: "count", size: 42, space: 28, values: (_, counts) => counts.map((n) => formatNumber(n)) },
        { ...axis, scale: "speed", side: 1, size: 30, space: 28, grid: { show: false } },
      ],
    },
    data,
    box,
  );
}
