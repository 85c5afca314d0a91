/** Mouse, touch and keys as wishes for the camera: move, turn, zoom. Knows no camera. */

export interface CameraWishes {
  /** Something has been taken hold of at a point of the picture (CSS pixels of the canvas). */
  grab(x: number, y: number): void;
  /** It is dragged there. */
  drag(x: number, y: number): void;
  /** Turn by CSS pixels. */
  turn(dx: number, dy: number): void;
  /** Towards (factor below 1) or away from the point under (x, y). */
  zoom(factor: number, x: number, y: number): void;
  /** Whether dragging with the main button turns the view (walking, flying) or moves the ground. */
  looks(): boolean;
}

const KEYS: Readonly<Record<string, string>> = {
  KeyW: "ahead", ArrowUp: "ahead", KeyS: "back", ArrowDown: "back", KeyA: "left", ArrowLeft: "left", KeyD: "right", ArrowRight: "right", KeyQ: "down", KeyE: "up",
};

interface Finger {
  x: number;
  y: number;
}

export class Input {
  /** Keys held: ahead, back, left, right, up, down, fast. */
  readonly held = new Set<string>();
  private readonly fingers = new Map<number, Finger>();
  private turning = false;
  private readonly ends: (() => void)[] = [];

  constructor(private readonly canvas: HTMLCanvasElement, private readonly wishes: CameraWishes) {
    this.on(canvas, "pointerdown", (event) => this.down(event));
    this.on(canvas, "pointermove", (event) => this.move(event));
    this.on(canvas, "pointerup", (event) => this.up(event));
    this.on(canvas, "pointercancel", (event) => this.up(event));
    this.on(canvas, "wheel", (event) => this.wheel(event), { passive: false });
    this.on(canvas, "contextmenu", (event) => event.preventDefault());
    this.on(window, "keydown", (event) => this.key(event, true));
    this.on(window, "keyup", (event) => this.key(event, false));
    this.on(window, "blur", () => this.held.clear());
  }

  /** -1, 0 or 1 of two opposite keys. */
  axis(plus: string, minus: string): number {
    return Number(this.held.has(plus)) - Number(this.held.has(minus));
  }

  get touched(): boolean {
    return this.fingers.size > 0;
  }

  dispose(): void {
    for (const end of this.ends) end();
  }

  private on<K extends keyof WindowEventMap>(target: EventTarget, type: K, act: (event: WindowEventMap[K]) => void, options?: AddEventListenerOptions): void {
    const listener = act as EventListener;
    target.addEventListener(type, listener, options);
    this.ends.push(() => target.removeEventListener(type, listener, options));
  }

  private point(event: MouseEvent): Finger {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private down(event: PointerEvent): void {
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.focus({ preventScroll: true });
    const at = this.point(event);
    this.fingers.set(event.pointerId, at);
    this.turning = event.button !== 0 || event.ctrlKey || event.shiftKey || this.wishes.looks();
    if (this.fingers.size === 1) this.wishes.grab(at.x, at.y);
    else this.wishes.grab(...middle(this.fingers));
  }

  private move(event: PointerEvent): void {
    const finger = this.fingers.get(event.pointerId);
    if (!finger) return;
    const to = this.point(event);
    if (this.fingers.size === 1) {
      if (this.turning) this.wishes.turn(to.x - finger.x, to.y - finger.y);
      else this.wishes.drag(to.x, to.y);
      Object.assign(finger, to);
      return;
    }
    this.pinch(finger, to);
  }

  /** Two fingers: apart is nearer, round turns, both together up or down tilts, sideways moves the ground. */
  private pinch(finger: Finger, to: Finger): void {
    const other = [...this.fingers.values()].find((one) => one !== finger);
    if (!other) return;
    const before = { x: finger.x - other.x, y: finger.y - other.y };
    const after = { x: to.x - other.x, y: to.y - other.y };
    const [mx, my] = [(to.x + other.x) / 2, (to.y + other.y) / 2];
    const shrink = Math.hypot(before.x, before.y) / Math.max(Math.hypot(after.x, after.y), 1);
    const round = Math.atan2(after.y, after.x) - Math.atan2(before.y, before.x);
    const tilt = (to.y - finger.y) / 2;
    Object.assign(finger, to);
    this.wishes.zoom(Math.min(Math.max(shrink, 0.8), 1.25), mx, my);
    this.wishes.turn((-Math.atan2(Math.sin(round), Math.cos(round)) * 180) / 1.4, tilt * 0.6);
  }

  private up(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    const [left] = this.fingers.values();
    if (left) this.wishes.grab(left.x, left.y);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 24 : event.deltaMode === 2 ? 400 : 1;
    const { x, y } = this.point(event);
    const amount = Math.min(Math.max(event.deltaY * lines, -240), 240);
    this.wishes.zoom(Math.exp(amount * (event.ctrlKey ? 0.008 : 0.0016)), x, y);
  }

  private key(event: KeyboardEvent, pressed: boolean): void {
    const name = event.key === "Shift" ? "fast" : KEYS[event.code];
    if (!name) return;
    if (!pressed) {
      this.held.delete(name);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
    this.held.add(name);
    if (event.code.startsWith("Arrow")) event.preventDefault();
  }
}

function middle(fingers: ReadonlyMap<number, Finger>): [number, number] {
  const [a, b] = [...fingers.values()];
  return [(a.x + b.x) / 2, (a.y + b.y) / 2];
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT", "BUTTON"].includes(target.tagName));
}
