/** The canvas and the renderer: quality, resolution that follows the machine's speed, and numbers about a frame. */
import { ACESFilmicToneMapping, PCFShadowMap, PerspectiveCamera, Scene, SRGBColorSpace, WebGLRenderer, type Object3D } from "three";

import { shadows } from "./air";

/** This browser or machine draws no WebGL2. */
export class WebGLMissing extends Error {
  constructor(reason: string) {
    super(`This browser cannot draw the city: ${reason}.`);
    this.name = "WebGLMissing";
  }
}

export interface FrameStats {
  readonly drawCalls: number;
  readonly triangles: number;
  /** Main thread, ms, smoothed. */
  readonly frameMs: number;
}

export type Quality = "low" | "medium" | "high";

export interface QualityLevel {
  /** Edge of one shadow map, 0 for none. */
  readonly shadow: number;
  readonly softShadows: boolean;
  readonly pixelRatio: number;
  readonly clouds: boolean;
  readonly antialias: boolean;
  readonly trees: { readonly near: number; readonly far: number };
  /** m to which tiles are loaded, trees drawn, and small things shown. */
  readonly tiles: number;
  readonly treeReach: number;
}

export const QUALITY: Readonly<Record<Quality, QualityLevel>> = {
  low: { shadow: 1024, softShadows: false, pixelRatio: 1, clouds: false, antialias: false, trees: { near: 500, far: 8000 }, tiles: 3000, treeReach: 900 },
  medium: { shadow: 2048, softShadows: true, pixelRatio: 1.5, clouds: true, antialias: true, trees: { near: 2500, far: 30_000 }, tiles: 4200, treeReach: 1800 },
  high: { shadow: 4096, softShadows: true, pixelRatio: 2, clouds: true, antialias: true, trees: { near: 6000, far: 60_000 }, tiles: 7000, treeReach: 3000 },
};

const SLOW = 34; // ms between frames
const FAST = 18;
const LEAST_SCALE = 0.5;
const COARSE = 0.5; // of the pixels of a row, while the first picture is in a hurry

export function guessQuality(): Quality {
  const phone = matchMedia("(pointer: coarse)").matches && Math.min(screen.width, screen.height) < 820;
  const cores = navigator.hardwareConcurrency || 4;
  if (cores <= 2) return "low";
  return phone || cores < 8 ? "medium" : "high";
}

export class Stage {
  readonly renderer: WebGLRenderer;
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(50, 1, 1, 200_000);
  frameMs = 0;
  private scale = 1;
  private hurried = false;
  private lastFrame = 0;
  private interval = 20;
  private settled = 0;
  private outgrown = false;

  constructor(private readonly canvas: HTMLCanvasElement, readonly level: QualityLevel, private readonly adaptive: boolean) {
    const gl = canvas.getContext("webgl2", { antialias: level.antialias, alpha: false, powerPreference: "high-performance", stencil: true });
    if (!gl) throw new WebGLMissing("WebGL 2 is missing or switched off");
    try {
      this.renderer = new WebGLRenderer({ canvas, context: gl, antialias: level.antialias, stencil: true });
    } catch (error) {
      throw new WebGLMissing((error as Error).message);
    }
    this.renderer.outputColorSpace = SRGBColorSpace;
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.renderer.shadowMap.enabled = level.shadow > 0;
    shadows.soft = level.softShadows;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.info.autoReset = false;
    // asking for errors waits for the compiler; in development that is wanted
    this.renderer.debug.checkShaderErrors = import.meta.env.DEV;
    this.camera.up.set(0, 0, 1);
    this.scene.matrixWorldAutoUpdate = true;
    this.fit();
  }

  /** Fewer pixels for now. */
  set coarse(coarse: boolean) {
    if (coarse === this.hurried) return;
    this.hurried = coarse;
    this.resize();
  }

  /** From the next picture on: a canvas that changes its size is cleared, and must be drawn at once. */
  resize(): void {
    this.outgrown = true;
  }

  /** Has the shaders of all under `objects` compiled side by side, while pictures go on. */
  async compile(...objects: Object3D[]): Promise<void> {
    await Promise.all(objects.map((object) => this.renderer.compileAsync(object, this.camera, this.scene)));
  }

  /** Draws; `began` is when this frame's work began. */
  render(began: number): void {
    this.renderer.info.reset();
    if (this.outgrown) this.fit();
    this.renderer.render(this.scene, this.camera);
    const spent = performance.now() - began;
    this.frameMs += 0.1 * (spent - this.frameMs);
    this.adapt(began);
  }

  stats(): FrameStats {
    const { calls, triangles } = this.renderer.info.render;
    return { drawCalls: calls, triangles, frameMs: this.frameMs };
  }

  dispose(): void {
    this.renderer.dispose();
  }

  private fit(): void {
    this.outgrown = false;
    const { clientWidth, clientHeight } = this.canvas;
    const width = clientWidth || 1;
    const height = clientHeight || 1;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, this.level.pixelRatio) * this.scale * (this.hurried ? COARSE : 1));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.fov = width < height ? 62 : 50;
    this.camera.updateProjectionMatrix();
  }

  /** Fewer pixels where frames come too slowly, more again where there is room; at most once in two seconds. */
  private adapt(now: number): void {
    const gap = now - this.lastFrame;
    this.lastFrame = now;
    if (!this.adaptive || gap > 500) return;
    this.interval += 0.05 * (gap - this.interval);
    if (now - this.settled < 2000) return;
    const next = this.interval > SLOW ? Math.max(LEAST_SCALE, this.scale * 0.85) : this.interval < FAST ? Math.min(1, this.scale * 1.1) : this.scale;
    if (next === this.scale) return;
    this.scale = next;
    this.settled = now;
    this.resize();
  }
}
