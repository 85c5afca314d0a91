/** The panels of the city itself; main.ts puts those of other rooms beside them. */
import { cameraPanel } from "./camera";
import { diagramPanel } from "./diagram/diagram";
import { helpPanel } from "./help";
import { inspectorPanel } from "./inspector";
import { layersPanel } from "./layers";
import { ordersPanel } from "./orders";
import type { Panels } from "./panel";
import { searchPanel } from "./search";
import { sharePanel } from "./share";
import { creditsPanel, sourcesPanel } from "./sources";
import { statsPanel } from "./stats";
import { timePanel } from "./timepanel";

export const CITY_PANELS: Panels = [
  searchPanel,
  timePanel,
  cameraPanel,
  diagramPanel,
  inspectorPanel,
  ordersPanel,
  layersPanel,
  statsPanel,
  creditsPanel,
  sourcesPanel,
  sharePanel,
  helpPanel,
];
