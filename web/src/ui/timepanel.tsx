import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { formatNumber, say } from "../messages/language";
import { SPEEDS, changeSpeed, playOrPause, tellClock } from "./clockwishes";
import { placeOf } from "../scene/sun";
import { daylightGradient } from "./daylight";
import { clockTime, day } from "./format";
import { Icon } from "./icons";
import { panel } from "./panel";
import { tell, useUi, type Ui } from "./state";
import { timeWords } from "./words/time";

const t = say(timeWords);

const DAY = 86_400;
const SCRUB_STEP = 300; // s
const SETTLED = 450; // ms after the last touch of the slider, the city is asked to jump

export const timePanel = panel({
  id: "time",
  words: timeWords,
  label: "time.label",
  keys: [
    { says: "help.key.play", on: { " ": playOrPause } },
    { says: "help.key.speed", on: { "[": (ui) => changeSpeed(ui, -1), "]": (ui) => changeSpeed(ui, 1) } },
  ],
  dock: "bottom",
  component: TimePanel,
  start: tellClock,
});

/** The clock that all share: what time it is, how fast it runs, and where in the day. */
function TimePanel(): JSX.Element {
  const { world } = useUi();
  const live = world.status.value === "live";
  const locked = live && !world.may("clock");
  return (
    <section class="card time-panel" aria-label={t("time.label")} title={!live ? t("time.offline") : locked ? t("time.locked") : t("time.shared")}>
      <div class="time-row">
        <PlayButton locked={locked} />
        <Clock />
        <Speeds locked={locked} />
      </div>
      <Scrubber locked={locked} />
    </section>
  );
}

/** `locked`: only the operator moves the clock, and that is somebody else. */
interface Lockable {
  readonly locked: boolean;
}

function PlayButton({ locked }: Lockable): JSX.Element {
  const ui = useUi();
  const { paused } = ui.world.clock.value;
  const label = t(paused ? "time.play" : "time.pause");
  return (
    <button type="button" class="icon-button play" aria-label={label} title={label} data-testid="play" disabled={locked} onClick={() => orTell(ui, () => playOrPause(ui))}>
      <Icon name={paused ? "play" : "pause"} size={24} />
    </button>
  );
}

function Clock(): JSX.Element {
  const { world, time } = useUi();
  const now = time.value;
  const jumping = world.jumping.value;
  const stats = world.stats.value;
  const { speed, paused } = world.clock.value;
  const slow = stats !== null && !paused && stats.speedReached > 0 && stats.speedReached < 0.85 * speed;
  return (
    <div class="clock">
      <time data-testid="clock">{clockTime(now, true)}</time>
      <small role="status">
        {jumping !== null
          ? t("time.preparing", { time: clockTime(jumping) })
          : slow
            ? t("time.slow", { n: formatNumber(stats.speedReached, stats.speedReached < 10 ? 1 : 0) })
            : day(now) > 1
              ? t("time.day", { n: day(now) })
              : ""}
      </small>
    </div>
  );
}

function Speeds({ locked }: Lockable): JSX.Element {
  const ui = useUi();
  const { speed } = ui.world.clock.value;
  const set = (n: number): void => orTell(ui, () => ui.world.setTime({ speed: n, ...(ui.world.clock.value.paused ? { paused: false } : {}) }));
  return (
    <div class="speeds">
      <div class="segments" role="radiogroup" aria-label={t("time.speed")}>
        {SPEEDS.map((n) => (
          <button key={n} type="button" role="radio" aria-checked={n === speed} aria-label={t("time.speed.n", { n })} data-testid={`speed-${n}`} disabled={locked} onClick={() => set(n)}>
            {n}×
          </button>
        ))}
      </div>
      <select aria-label={t("time.speed")} value={speed} disabled={locked} onChange={(event) => set(Number(event.currentTarget.value))}>
        {(SPEEDS.includes(speed) ? SPEEDS : [speed, ...SPEEDS]).map((n) => (
          <option key={n} value={n}>
            {n}×
          </option>
        ))}
      </select>
    </div>
  );
}

/** A slider over the day in the colours of its sky. While it is held it shows its own time; then the city jumps. */
function Scrubber({ locked }: Lockable): JSX.Element {
  const ui = useUi();
  const [held, setHeld] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const { manifest } = ui.world;
  const gradient = useMemo(() => daylightGradient(placeOf(manifest)), [manifest]);
  const jumping = ui.world.jumping.value;
  const shown = held ?? jumping ?? ui.time.value % DAY;
  useEffect(() => () => clearTimeout(timer.current), []);

  const move = (time: number): void => {
    setHeld(time);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      orTell(ui, () => ui.world.setTime({ jump: Math.min(time, DAY - 1) }));
      timer.current = setTimeout(() => setHeld(null), 600); // until the server says that it prepares the jump
    }, SETTLED);
  };
  const share = shown / DAY;
  return (
    <div class="scrubber">
      <input
        type="range"
        disabled={locked}
        min={0}
        max={DAY - SCRUB_STEP}
        step={held === null ? 1 : SCRUB_STEP}
        value={Math.round(shown)}
        style={{ background: gradient }}
        aria-label={t("time.scrub")}
        aria-valuetext={clockTime(shown)}
        data-testid="scrubber"
        onInput={(event) => move(SCRUB_STEP * Math.round(Number(event.currentTarget.value) / SCRUB_STEP))}
        onKeyDown={(event) => stepByKey(event, shown, move)}
      />
      {(held !== null || jumping !== null) && (
        <output class="scrub-time" style={{ left: `${100 * share}%` }}>
          {clockTime(shown)}
        </output>
      )}
      <div class="hours" aria-hidden="true">
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </div>
    </div>
  );
}

/** Arrows go by five minutes and pages by an hour, from wherever the clock is. */
function stepByKey(event: KeyboardEvent, shown: number, move: (time: number) => void): void {
  const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 12, PageDown: -12 };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const next = SCRUB_STEP * (Math.round(shown / SCRUB_STEP) + step);
  move((next + DAY) % DAY);
}

/** The clock belongs to the server: without it nothing can be set. */
function orTell(ui: Ui, act: () => unknown): void {
  if (ui.world.status.value !== "live") tell(ui, t("time.offline"), { tone: "error" });
  else if (!ui.world.may("clock")) tell(ui, t("time.locked"), { tone: "error" });
  else act();
}
