/** Clicks and taps on the city, told apart from drags. */
import { choose, type Ui } from "./state";

const STILL = 6; // CSS pixels that a click may move
const QUICK = 600; // ms

export function listenToPointer(ui: Ui, canvas: HTMLCanvasElement): () => void {
  let down: { x: number; y: number; at: number; pointer: number } | null = null;
  let pointers = 0;

  const onDown = (event: PointerEvent): void => {
    pointers++;
    const alone = event.isPrimary && pointers === 1 && event.button === 0;
    down = alone ? { x: event.clientX, y: event.clientY, at: event.timeStamp, pointer: event.pointerId } : null;
    if (document.activeElement instanceof HTMLElement && document.activeElement !== canvas) document.activeElement.blur();
  };
  const onUp = (event: PointerEvent): void => {
    pointers = Math.max(0, pointers - 1);
    const start = down;
    down = null;
    if (start === null || start.pointer !== event.pointerId || event.timeStamp - start.at > QUICK) return;
    if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > STILL) return;
    choose(ui, ui.scene?.pick(event.clientX, event.clientY) ?? null);
  };
  const onCancel = (): void => {
    pointers = 0;
    down = null;
  };
  const onLost = (event: Event): void => {
    event.preventDefault(); // so that the browser may give it back
    ui.problem.value = "context";
  };
  const onRestored = (): void => location.reload();
  canvas.addEventListener("pointerdown", onDown);
  window.addEventListener("pointerup", onUp);
  window.addEventListener("pointercancel", onCancel);
  canvas.addEventListener("webglcontextlost", onLost);
  canvas.addEventListener("webglcontextrestored", onRestored);
  return () => {
    canvas.removeEventListener("pointerdown", onDown);
    window.removeEventListener("pointerup", onUp);
    window.removeEventListener("pointercancel", onCancel);
    canvas.removeEventListener("webglcontextlost", onLost);
    canvas.removeEventListener("webglcontextrestored", onRestored);
  };
}
