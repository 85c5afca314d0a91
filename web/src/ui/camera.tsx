import type { JSX } from "preact";
import { say } from "../messages/language";
import type { CameraMode } from "../world/model";
import { Icon } from "./icons";
import { panel } from "./panel";
import { useUi, type Ui } from "./state";
import { facingNorth, zoomed } from "./view";
import { cameraWords } from "./words/camera";

const t = say(cameraWords);

const MODES: readonly CameraMode[] = ["orbit", "fly", "walk"];

export const cameraPanel = panel({
  id: "camera",
  words: cameraWords,
  label: "camera.label",
  keys: [
    { says: "help.key.modes", on: Object.fromEntries(MODES.map((mode, i) => [String(i + 1), (ui) => setMode(ui, mode)])) },
    { says: "help.key.move", caps: ["W", "A", "S", "D"], on: {} },
    { says: "help.key.zoom", caps: ["+", "−"], on: { "+": (ui) => zoom(ui, 0.7), "=": (ui) => zoom(ui, 0.7), "-": (ui) => zoom(ui, 1 / 0.7) } },
    { says: "help.key.north", on: { n: turnNorth } },
  ],
  dock: "right",
  component: CameraPanel,
});

function setMode(ui: Ui, mode: CameraMode): void {
  ui.scene?.setCameraMode(mode);
  ui.view.value = ui.scene?.view() ?? null;
}

function zoom(ui: Ui, factor: number): void {
  if (ui.scene !== null) ui.scene.setView(zoomed(ui.scene.view(), factor), 0.25);
}

function turnNorth(ui: Ui): void {
  if (ui.scene !== null) ui.scene.setView(facingNorth(ui.scene.view()), 0.6);
}

function CameraPanel(): JSX.Element {
  const ui = useUi();
  const view = ui.view.value;
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
            onClick={() => setMode(ui, mode)}
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
