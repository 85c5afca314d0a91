import type { JSX } from "preact";
import { t } from "../messages/language";
import type { CameraMode } from "../world/model";
import { Icon } from "./icons";
import { turnNorth, zoom } from "./keys";
import { useUi } from "./state";

const MODES: readonly CameraMode[] = ["orbit", "fly", "walk"];

export function CameraPanel(): JSX.Element {
  const ui = useUi();
  const view = ui.view.value;
  const set = (mode: CameraMode): void => {
    ui.scene?.setCameraMode(mode);
    ui.view.value = ui.scene?.view() ?? null;
  };
  return (
    <div class="camera" role="group" aria-label={t("camera.label")}>
      <button type="button" class="card icon-button compass" aria-label={t("camera.north")} title={t("camera.north")} data-testid="north" onClick={() => turnNorth(ui)}>
        <Compass yaw={view?.yaw ?? 0} />
      </button>
      <div class="card stack zoom">
        <button type="button" class="icon-button" aria-label={t("camera.in")} title={t("camera.in")} data-testid="zoom-in" onClick={() => zoom(ui, 0.6)}>
          <Icon name="plus" />
        </button>
        <button type="button" class="icon-button" aria-label={t("camera.out")} title={t("camera.out")} data-testid="zoom-out" onClick={() => zoom(ui, 1 / 0.6)}>
          <Icon name="minus" />
        </button>
      </div>
      <div class="card stack" role="radiogroup" aria-label={t("camera.label")}>
        {MODES.map((mode, i) => (
          <button
            key={mode}
            type="button"
            class="icon-button"
            role="radio"
            aria-checked={view?.mode === mode}
            aria-label={t(`camera.${mode}`)}
            title={`${t(`camera.${mode}`)} (${i + 1})`}
            data-testid={`camera-${mode}`}
            onClick={() => set(mode)}
          >
            <Icon name={mode as "orbit" | "fly" | "walk"} />
          </button>
        ))}
      </div>
    </div>
  );
}

function Compass({ yaw }: { yaw: number }): JSX.Element {
  return (
    <svg width={26} height={26} viewBox="0 0 24 24" aria-hidden="true" style={{ transform: `rotate(${-yaw}rad)` }}>
      <path class="needle-north" d="M12 2.500 15.500 12h-7z" />
      <path class="needle-south" d="M12 21.500 8.500 12h7z" />
    </svg>
  );
}
