import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { formatNumber, language, say } from "../../messages/language";
import type { StreetWatch } from "../../world/streetwatch";
import { distance, speed } from "../format";
import { Icon } from "../icons";
import { panel, type ThingProps } from "../panel";
import { useUi, type Ui } from "../state";
import { Drawing } from "./drawing";
import { diagramWords } from "../words/diagram";

const t = say(diagramWords);

const LOOK_EVERY = 250; // ms between looks whether there is anything new to draw
const SPANS: readonly number[] = [120, 300]; // s of city time

export const diagramPanel = panel({
  id: "diagram",
  words: diagramWords,
  label: "diagram.title",
  keys: [{ says: "help.key.diagram", on: { t: watchChosen } }],
  dock: "page",
  component: Diagram,
  forThing: OpenDiagram,
  close: ({ world }) => {
    const open = world.street.value !== null;
    if (open) world.watchStreet(null);
    return open;
  },
});

/** The diagram of the chosen street, or no more. */
function watchChosen({ world }: Ui): void {
  const chosen = world.selection.value;
  const edge = chosen === null ? -1 : world.edgeOf(chosen);
  if (world.street.value !== null && (edge < 0 || world.street.value.street.edges.includes(edge))) world.watchStreet(null);
  else if (edge >= 0) world.watchStreet(edge);
}

/** For a street or a lane. */
function OpenDiagram({ thing }: ThingProps): JSX.Element | null {
  const { world } = useUi();
  const edge = world.edgeOf(thing);
  if (edge < 0) return null;
  const watched = world.street.value?.street.edges.includes(edge) ?? false;
  return (
    <button type="button" class={`button ${watched ? "on" : ""}`} aria-pressed={watched} data-testid="open-diagram" onClick={() => world.watchStreet(watched ? null : edge)}>
      <Icon name="diagram" size={18} />
      {t("diagram.open")}
    </button>
  );
}

/** A street over its last minutes: time to the right, distance upward, a line for every vehicle; it goes on live. */
function Diagram(): JSX.Element | null {
  const ui = useUi();
  const watch = ui.world.street.value;
  if (watch === null) return null;
  return <Sheet ui={ui} watch={watch} />;
}

function Sheet({ ui, watch }: { ui: Ui; watch: StreetWatch }): JSX.Element {
  const [seconds, setSeconds] = useState(SPANS[1]);
  const { street } = watch;
  const name = street.name || t("diagram.unnamed");
  return (
    <section class="card diagram" aria-label={t("diagram.title")} data-testid="diagram">
      <header>
        <div>
          <p class="thing-kind">{t("diagram.title")}</p>
          <h2 data-testid="diagram-title">{name}</h2>
        </div>
        <button type="button" class="icon-button small" aria-label={t("diagram.close")} data-testid="diagram-close" onClick={() => ui.world.watchStreet(null)}>
          <Icon name="close" size={18} />
        </button>
      </header>
      <div class="diagram-tools">
        <div class="segments" role="radiogroup" aria-label={t("diagram.span")}>
          {SPANS.map((one) => (
            <button key={one} type="button" role="radio" aria-checked={one === seconds} data-testid={`diagram-span-${one}`} onClick={() => setSeconds(one)}>
              {t("diagram.minutes", { n: formatNumber(one / 60) })}
            </button>
          ))}
        </div>
        {street.twin >= 0 && (
          <button type="button" class="button" data-testid="diagram-direction" onClick={() => ui.world.watchStreet(street.twin)}>
            {t("diagram.direction")}
          </button>
        )}
        <Now watch={watch} />
      </div>
      <Canvas watch={watch} seconds={seconds} label={t("diagram.canvas", { street: name })} />
      <Legend limit={street.limit} />
    </section>
  );
}

/** How many drive there now; told once a second. */
function Now({ watch }: { watch: StreetWatch }): JSX.Element {
  void useUi().world.stats.value; // comes once a second
  const { count, speed: mean } = watch.trajectories.now();
  const length = distance(watch.street.length);
  const said = count === 0 ? t("diagram.now", { count, length }) : t("diagram.now.speed", { count, length, speed: speed(mean) });
  return (
    <p class="diagram-now" data-testid="diagram-now">
      {said}
    </p>
  );
}

function Canvas({ watch, seconds, label }: { watch: StreetWatch; seconds: number; label: string }): JSX.Element {
  const ui = useUi();
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = ui.theme.value;
  const words = language.value;
  useEffect(() => {
    if (canvas.current === null) return;
    const drawing = new Drawing(canvas.current);
    const look = (): void => {
      if (!document.hidden) drawing.update(watch, seconds);
    };
    const renew = (): void => {
      drawing.renew();
      look();
    };
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const timer = setInterval(look, LOOK_EVERY);
    dark.addEventListener("change", renew);
    look();
    return () => {
      clearInterval(timer);
      dark.removeEventListener("change", renew);
    };
  }, [watch, seconds, theme, words]);
  return <canvas ref={canvas} role="img" aria-label={label} data-testid="diagram-canvas" />;
}

function Legend({ limit }: { limit: number }): JSX.Element {
  return (
    <div class="diagram-legend">
      <span>0</span>
      <i class="diagram-ramp" aria-hidden="true" />
      <span>{speed(limit)}</span>
      <span class="diagram-light red">{t("diagram.light.red")}</span>
      <span class="diagram-light green">{t("diagram.light.green")}</span>
    </div>
  );
}
