import type { JSX } from "preact";
import { formatNumber, say, type MessageKey } from "../messages/language";
import { LAYERS, type Layer } from "../world/model";
import { Icon } from "./icons";
import { panel } from "./panel";
import { ProvenanceChip } from "./provenance";
import { toggle, useUi, type Ui } from "./state";
import { layersWords } from "./words/layers";

const t = say(layersWords);

export const layersPanel = panel({
  id: "layers",
  words: layersWords,
  label: "layers.open",
  keys: [{ says: "help.key.layers", on: { l: nextLayer } }],
  dock: "left",
  component: Layers,
});

function nextLayer(ui: Ui): void {
  const { layer } = ui.world;
  layer.value = LAYERS[(LAYERS.indexOf(layer.value) + 1) % LAYERS.length];
}

/** The layers, one at a time, each with what its colours mean. */
function Layers(): JSX.Element {
  const ui = useUi();
  const { layer } = ui.world;
  const open = ui.panel.value === "layers";
  return (
    <div class="layers">
      {open && (
        <section class="card layers-panel" aria-label={t("layers.title")} data-testid="layers">
          <h2>{t("layers.title")}</h2>
          <div role="radiogroup" aria-label={t("layers.title")}>
            {LAYERS.map((one) => (
              <LayerChoice key={one} layer={one} chosen={layer.value === one} choose={() => (layer.value = one)} />
            ))}
          </div>
        </section>
      )}
      <div class="layers-row">
        <button
          type="button"
          class={`card icon-button ${layer.value === "none" ? "" : "on"}`}
          aria-expanded={open}
          aria-label={t("layers.open")}
          title={t("layers.open")}
          data-testid="open-layers"
          onClick={() => toggle(ui, "layers")}
        >
          <Icon name="layers" />
        </button>
        {!open && layer.value !== "none" && (
          <div class="card layer-now">
            <strong>{t(`layer.${layer.value}`)}</strong>
            <Legend layer={layer.value} />
          </div>
        )}
      </div>
    </div>
  );
}

function LayerChoice({ layer, chosen, choose }: { layer: Layer; chosen: boolean; choose: () => void }): JSX.Element {
  return (
    <>
      <button type="button" class="choice" role="radio" aria-checked={chosen} data-testid={`layer-${layer}`} onClick={choose}>
        <span class="choice-dot" />
        <span>
          <strong>{t(`layer.${layer}`)}</strong>
          <small>{t(`layer.${layer}.why`)}</small>
        </span>
      </button>
      {chosen && layer !== "none" && (
        <div class="choice-legend">
          <Legend layer={layer} />
        </div>
      )}
    </>
  );
}

/** Kinds of use that the legend names; the scene has a colour for each. */
const USES: readonly string[] = ["residential", "commercial", "retail", "industrial", "civic", "education", "health", "transport", "park", "water"];

interface Scale {
  /** At the left, in the middle and at the right of the colours. */
  readonly marks: readonly number[];
  readonly unit: keyof typeof layersWords.en;
}

/** As the scene paints them: scene/layers.ts. */
const SCALES: Readonly<Partial<Record<Layer, Scale>>> = {
  speed: { marks: [0, 50, 100], unit: "legend.speed" },
  flow: { marks: [0, 400, 800], unit: "legend.flow" },
  density: { marks: [0, 45, 90], unit: "legend.density" },
  queue: { marks: [0, 50, 100], unit: "legend.queue" },
};

function Legend({ layer }: { layer: Layer }): JSX.Element | null {
  const scale = SCALES[layer];
  if (scale !== undefined) return <Ramp name={layer} {...scale} />;
  if (layer === "source") {
    return (
      <div class="legend-chips">
        <ProvenanceChip of="measured" />
        <ProvenanceChip of="modelled" />
        <ProvenanceChip of="invented" />
      </div>
    );
  }
  if (layer !== "landuse") return null;
  return (
    <ul class="legend-swatches">
      {USES.map((use) => (
        <li key={use}>
          <i class={`swatch ${use}`} />
          {t(`word.${use}` as MessageKey)}
        </li>
      ))}
    </ul>
  );
}

function Ramp({ name, marks, unit }: { name: Layer } & Scale): JSX.Element {
  return (
    <div class="ramp">
      <div class={`ramp-colours ${name}`} />
      {marks.map((mark) => (
        <span key={mark}>{formatNumber(mark)}</span>
      ))}
      <small>{t(unit)}</small>
    </div>
  );
}
