import type { JSX } from "preact";
import { formatNumber, t } from "../messages/language";
import { Icon, Mark } from "./icons";
import { Docked } from "./docked";
import { offered, textOf, usePanels, type Panel } from "./panel";
import { toggle, useUi } from "./state";

/** The city, what stands in the bar, and a button for each panel that has one. */
export function TopBar(): JSX.Element {
  const panels = offered(usePanels(), useUi());
  return (
    <header class="topbar">
      <CityName />
      <Docked dock="bar" />
      <div class="topbar-right">
        <Visitors />
        {panels.map((panel) => panel.icon !== undefined && <PanelButton key={panel.id} panel={panel} icon={panel.icon} />)}
      </div>
    </header>
  );
}

function CityName(): JSX.Element {
  const manifest = useUi().world.manifest;
  return (
    <div class="card city-name">
      <Mark />
      <div>
        <h1 data-testid="city-name">{manifest?.name}</h1>
        <p>
          {manifest?.invented && (
            <span class="badge invented" title={t("app.invented.why")} data-testid="invented">
              {t("app.invented")}
            </span>
          )}
          {manifest && manifest.population > 0 && <span class="quiet">{t("app.people", { n: formatNumber(manifest.population) })}</span>}
        </p>
      </div>
    </div>
  );
}

function Visitors(): JSX.Element {
  const n = Math.max(1, useUi().world.visitors.value);
  const label = n === 1 ? t("visitors.one") : t("visitors", { n });
  return (
    <div class="card pill" title={label} role="status" aria-label={label} data-testid="visitors">
      <Icon name="people" size={18} />
      <span aria-hidden="true">{n}</span>
    </div>
  );
}

function PanelButton({ panel, icon }: { panel: Panel; icon: string }): JSX.Element {
  const ui = useUi();
  const label = textOf(panel, panel.label);
  return (
    <button
      type="button"
      class="card icon-button"
      aria-expanded={ui.panel.value === panel.id}
      aria-label={label}
      {...(panel.key === undefined ? {} : { "aria-keyshortcuts": panel.key })}
      title={panel.key === undefined ? label : `${label} (${panel.key.toUpperCase()})`}
      data-testid={`open-${panel.id}`}
      onClick={() => toggle(ui, panel.id)}
    >
      <Icon path={icon} />
    </button>
  );
}
