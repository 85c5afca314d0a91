/** The page around the scene. */
import { render } from "preact";
import { keepLanguage } from "../messages/language";
import type { World } from "../world/world";
import { App } from "./app";
import type { SceneHandle } from "./handle";
import { keepAddress } from "./address";
import { listenToKeys } from "./keys";
import { showLabels } from "./labels";
import { tellNotices } from "./notices";
import { listenToPointer } from "./pointer";
import { PanelsProvider, checked, type Panels } from "./panel";
import { createUi, UiProvider, type Problem, type Ui } from "./state";
import { keepTime } from "./tick";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/bars.css";
import "./styles/time.css";
import "./styles/labels.css";
import "./styles/panels.css";
import "./styles/traffic.css";
import "./styles/dialogs.css";
import "./styles/messages.css";

export interface MountedUi {
  readonly ui: Ui;
  dispose(): void;
}

/**
 * Puts the page into `root`, made of `panels`: throws where two of them want the same key. Without a scene (`null`) it
 * says why there is none: `problem`, by default that WebGL is missing.
 */
export function mountUi(root: HTMLElement, world: World, scene: SceneHandle | null, panels: Panels, problem: Problem = "webgl"): MountedUi {
  checked(panels);
  const ui = createUi(world, scene, scene === null ? problem : null);
  const labelLayer = document.createElement("div");
  labelLayer.className = "labels";
  labelLayer.setAttribute("aria-hidden", "true");
  root.before(labelLayer);
  const canvas = document.querySelector("canvas");
  const ends: (() => void)[] = [
    keepLanguage(document.documentElement),
    keepTime(ui),
    listenToKeys(ui, panels),
    tellNotices(ui),
    keepAddress(ui),
    ...panels.flatMap(({ start }) => start?.(ui) ?? []),
    ...(scene === null ? [] : [showLabels(ui, labelLayer, scene)]),
    ...(canvas === null ? [] : [listenToPointer(ui, canvas)]),
  ];
  render(
    <UiProvider value={ui}>
      <PanelsProvider value={panels}>
        <App />
      </PanelsProvider>
    </UiProvider>,
    root,
  );
  return {
    ui,
    dispose() {
      for (const end of ends) end();
      render(null, root);
      labelLayer.remove();
    },
  };
}
