import type { JSX } from "preact";
import { formatNumber, t } from "../messages/language";
import { Icon, Mark } from "./icons";
import { Search } from "./search";
import { toggle, useUi, type Panel } from "./state";
import type { IconName } from "./icons";
import type { MessageKey } from "../messages/language";

export function TopBar(): JSX.Element {
  return (
    <header class="topbar">
      <CityName />
      <Search />
      <div class="topbar-right">
        <Visitors />
        <PanelButton panel="share" icon="share" label="share.label" />
        <PanelButton panel="help" icon="help" label="help.open" />
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

export function PanelButton({ panel, icon, label }: { panel: Panel; icon: IconName; label: MessageKey }): JSX.Element {
  const ui = useUi();
  const open = ui.panel.value === panel;
  return (
    <button
      type="button"
      class="card icon-button"
      aria-expanded={open}
      aria-label={t(label)}
      title={t(label)}
      data-testid={`open-${panel}`}
      onClick={() => toggle(ui, panel)}
    >
      <Icon name={icon} />
    </button>
  );
}
