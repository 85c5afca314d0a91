/** Wires the page: the world and its channels, the scene that draws it, and the panels that stand around it. */
import { createScene, WebGLMissing, type Scene } from "./scene/scene";
import { mountUi } from "./ui/mount";
import { CITY_PANELS } from "./ui/panels";
import { operatorToken } from "./world/operator";
import { World } from "./world/world";

declare global {
  interface Window {
    /** For tests and the curious. */
    cosmopolis?: { world: World; scene: Scene | null };
  }
}

const canvas = document.querySelector<HTMLCanvasElement>("#scene")!;
const root = document.querySelector<HTMLElement>("#ui")!;
const world = new World({ cityChanged: () => location.reload(), token: operatorToken(window) });
const scene = sceneOrNull();
window.cosmopolis = { world, scene };
mountUi(root, world, scene, CITY_PANELS);
void world.start();

/** `?quality=low|medium|high` overrides what the machine seems to be good for. */
function sceneOrNull(): Scene | null {
  const wish = new URLSearchParams(location.search).get("quality");
  const quality = wish === "low" || wish === "medium" || wish === "high" ? wish : undefined;
  try {
    return createScene(canvas, world, { quality });
  } catch (error) {
    if (error instanceof WebGLMissing) return null;
    throw error;
  }
}
