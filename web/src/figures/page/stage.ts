/** The page's picture: a sheet of warm paper, one lamp with soft shadows, and a camera that goes round what it looks at. */
import { ACESFilmicToneMapping, CircleGeometry, Color, DirectionalLight, Fog, HemisphereLight, Mesh, MeshBasicMaterial, PCFShadowMap, PerspectiveCamera, Scene, ShadowMaterial, Vector3, WebGLRenderer } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

const PAPER = 0xefe6d6;
const FLIGHT = 1.1; // s
const KEYS: Readonly<Record<string, readonly [round: number, up: number, closer: number]>> = {
  ArrowLeft: [-0.09, 0, 1], ArrowRight: [0.09, 0, 1], ArrowUp: [0, -0.06, 1], ArrowDown: [0, 0.06, 1], "+": [0, 0, 0.88], "=": [0, 0, 0.88], "-": [0, 0, 1.14],
};

export class Stage {
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(32, 1, 0.08, 400);
  readonly renderer: WebGLRenderer;
  private readonly controls: OrbitControls;
  private readonly lamp = new DirectionalLight(0xfff0d8, 2.7);
  private flight: { from: Vector3; to: Vector3; eye: Vector3; eyeTo: Vector3; began: number } | null = null;

  /** Throws an Error where WebGL 2 is missing. */
  constructor(private readonly canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: "high-performance" });
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.renderer.toneMappingExposure = 1.02;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.camera.up.set(0, 0, 1);
    this.scene.background = new Color(PAPER);
    this.scene.fog = new Fog(PAPER, 26, 85);
    const sky = new HemisphereLight(0xe6ecf5, 0xd9c3a4, 2.5);
    sky.position.set(0, 0, 1);
    this.lamp.castShadow = true;
    this.lamp.shadow.mapSize.set(2048, 2048);
    this.lamp.shadow.radius = 3.5;
    this.lamp.shadow.bias = -0.0006;
    this.lamp.shadow.normalBias = 0.012;
    const ground = new Mesh(new CircleGeometry(260, 64), new MeshBasicMaterial({ color: PAPER, toneMapped: false }));
    const shade = new Mesh(ground.geometry, new ShadowMaterial({ color: 0x4a3524, opacity: 0.26 }));
    shade.position.z = 0.006;
    shade.receiveShadow = true;
    this.scene.add(sky, this.lamp, this.lamp.target, ground, shade);
    this.controls = new OrbitControls(this.camera, canvas);
    Object.assign(this.controls, { enableDamping: true, dampingFactor: 0.09, minDistance: 0.6, maxDistance: 45, maxPolarAngle: 1.6, zoomToCursor: false });
    this.controls.addEventListener("start", () => void (this.flight = null));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** Looks at a place from beside it; at once, or in a flight that began at `now` (s). */
  look(at: readonly [number, number, number], from: readonly [number, number, number], now: number | null): void {
    const to = new Vector3(...at);
    const narrow = this.camera.aspect < 1 ? Math.min(1 / this.camera.aspect, 1.9) : 1;
    const eyeTo = new Vector3(...from).multiplyScalar(narrow).add(to);
    if (now === null) {
      this.controls.target.copy(to);
      this.camera.position.copy(eyeTo);
      this.flight = null;
    } else this.flight = { from: this.controls.target.clone(), to, eye: this.camera.position.clone(), eyeTo, began: now };
  }

  get target(): Vector3 {
    return this.controls.target;
  }

  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.renderer.setSize(width || 1, height || 1, false);
    this.camera.aspect = (width || 1) / (height || 1);
    this.camera.updateProjectionMatrix();
  }

  /** Draws the picture at `now` (s). */
  render(now: number): void {
    if (this.flight) {
      const t = Math.min((now - this.flight.began) / FLIGHT, 1);
      const share = t * t * (3 - 2 * t);
      this.controls.target.lerpVectors(this.flight.from, this.flight.to, share);
      this.camera.position.lerpVectors(this.flight.eye, this.flight.eyeTo, share);
      if (t >= 1) this.flight = null;
    }
    this.controls.update();
    if (this.camera.position.z < 0.12) this.camera.position.z = 0.12;
    this.shine();
    this.renderer.render(this.scene, this.camera);
  }

  /** The lamp goes along; its shadows are as wide as what is seen. */
  private shine(): void {
    const reach = Math.min(Math.max(this.camera.position.distanceTo(this.target) * 0.95, 2.2), 26);
    const { camera } = this.lamp.shadow;
    if (Math.abs(camera.right - reach) > 0.1 * reach) {
      [camera.left, camera.right, camera.bottom, camera.top, camera.near, camera.far] = [-reach, reach, -reach, reach, 1, 90];
      camera.updateProjectionMatrix();
    }
    this.lamp.target.position.set(this.target.x, this.target.y, 0);
    this.lamp.position.copy(this.lamp.target.position).add(SUN);
  }

  private key(event: KeyboardEvent): void {
    const turn = KEYS[event.key];
    if (!turn || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.flight = null;
    const offset = this.camera.position.clone().sub(this.target);
    const flat = Math.hypot(offset.x, offset.y);
    const round = Math.atan2(offset.y, offset.x) + turn[0];
    const up = Math.min(Math.max(Math.atan2(offset.z, flat) - turn[1], -0.05), 1.45);
    const far = Math.min(Math.max(offset.length() * turn[2], 0.6), 45);
    this.camera.position.set(far * Math.cos(up) * Math.cos(round), far * Math.cos(up) * Math.sin(round), far * Math.sin(up)).add(this.target);
  }
}

const SUN = new Vector3(26, 15, 33);
