/** What the page asks of the scene. The page knows no three.js. */
import type { CameraMode, Thing, View } from "../world/model";

export interface SceneHandle {
  view(): View;
  setView(view: View, seconds?: number): void;
  flyTo(x: number, y: number, z?: number, distance?: number): void;
  setCameraMode(mode: CameraMode): void;
  pick(clientX: number, clientY: number): Thing | null;
  resize(): void;
  stats(): { drawCalls: number; triangles: number; frameMs: number };
  /** World to CSS pixels of the canvas; `visible` false behind the camera or outside. */
  project(x: number, y: number, z: number): { x: number; y: number; visible: boolean };
}
