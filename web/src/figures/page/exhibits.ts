/** Who stands where on the page of figures, and what each does at a time. */
import { Group, Mesh, BoxGeometry, MeshBasicMaterial, MeshLambertMaterial, CanvasTexture, PlaneGeometry, SRGBColorSpace, type Object3D } from "three";

import type { Crowd, FigureState } from "../crowd";
import { PACES } from "../gait";
import { SHAPES } from "../levels";
import { dressed, lookOf, type Outfit, type Role, type Weather } from "../outfit";
import { CHAIR, type PoseName } from "../poses";
import type { Person } from "../proportions";
import { tell } from "./words";

export const SECTIONS = ["people", "poses", "walking", "crowd", "faces"] as const;
export type Section = (typeof SECTIONS)[number];

/** Where each section lies, and from where it is seen first: the point looked at, and the eye beside it. */
export const PLACES: Readonly<Record<Section, { at: readonly [number, number, number]; from: readonly [number, number, number] }>> = {
  people: { at: [-0.4, 0.35, 0.72], from: [12.6, 2.2, 1.5] },
  poses: { at: [-0.8, 60.1, 0.72], from: [12, -1.0, 1.8] },
  walking: { at: [60, 0, 0.8], from: [5.2, -7.5, 2.2] },
  crowd: { at: [60, 60, 1], from: [-16, -13, 5.5] },
  faces: { at: [0, -40.06, 1.44], from: [2.0, 0.2, 0.1] },
};

export interface Label {
  readonly section: Section;
  readonly text: string;
  readonly at: readonly [number, number, number];
}

/** One figure of an exhibit: how it looks, and its state at a time in s. */
interface Actor {
  readonly person: Person;
  readonly outfit: Outfit;
  readonly state: (time: number) => FigureState;
}

const FACING = 0; // rad; the eye stands to the east of a line
const LANE = 20; // m of the measured floor
export const THRONG = 1000;

/** The figures of all sections but the crowd. */
export function gallery(weather: Weather): { actors: Actor[]; labels: Label[]; props: Object3D } {
  const labels: Label[] = [];
  const actors = [...people(weather, labels), ...poses(weather, labels), ...walkers(weather, labels), ...faces(weather)];
  const props = new Group();
  props.add(bench(0, 60 + 2.5 * 1.75), seat(-2.6, 60 - 2.5 * 1.75 + 0.6), floor());
  return { actors, labels, props };
}

const at = (x: number, y: number, pose: PoseName, more: Partial<FigureState> = {}): FigureState => ({ x, y, z: 0, heading: FACING, pose, ...more });

function people(weather: Weather, labels: Label[]): Actor[] {
  const order = [8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7];
  const front = order.map((shape, i) => {
    const person = SHAPES[shape];
    const y = (i - 5.5) * -0.92;
    const key = person.age < 15 ? (person.sex ? "boy" : "girl") : person.sex ? "man" : "woman";
    labels.push({ section: "people", text: tell(key, { age: person.age }), at: [0.45, y, 0] });
    return { person, outfit: suited(person, 40 + i, "anyone", weather), state: () => at(0, y, i % 3 === 1 ? "idle" : "stand", { offset: i * 0.37 }) };
  });
  const roles: readonly Role[] = ["office", "police", "builder", "pupil", "cyclist", "office", "anyone", "builder", "police", "pupil", "anyone"];
  const back = roles.map((role, i) => {
    const { person, outfit } = dressed(900 + 17 * i, role, weather);
    const y = (i - 5) * -0.95;
    labels.push({ section: "people", text: tell(role), at: [-2.2, y, (person.height ?? 1.7) + 0.2] });
    return { person, outfit: { ...outfit, mount: "none" as const }, state: () => at(-2.2, y, i % 2 ? "idle" : "stand", { offset: i * 0.29 }) };
  });
  return [...front, ...back];
}

/** An outfit drawn for a given person instead of a drawn one. */
function suited(person: Person, seed: number, role: Role, weather: Weather): Outfit {
  for (let k = 0; ; k++) {
    const drawn = dressed(seed + 101 * k, role, weather);
    const close = drawn.person.sex === person.sex && Math.abs(drawn.person.age - person.age) < (person.age < 15 ? 6 : 14);
    if (close || k > 300) return { ...drawn.outfit, prop: "none", mount: "none" };
  }
}

function poses(weather: Weather, labels: Label[]): Actor[] {
  const list: readonly (readonly [PoseName, Partial<Outfit>, string?])[] = [
    ["sit", {}], ["talk", {}], ["wave", {}], ["clap", {}], ["push", { mount: "wheelchair" }], ["ride", { mount: "bicycle" }], ["look", {}], ["point", {}], ["stand", { prop: "phone" }, "phone"], ["walk", { prop: "umbrella", bag: "shoulder bag" }, "umbrella"], ["walk", { prop: "case" }, "case"], ["drive", {}],
  ];
  return list.map(([pose, more, name], i) => {
    const { person, outfit } = dressed(2000 + 13 * i, pose === "ride" ? "cyclist" : name === "case" ? "office" : "anyone", weather);
    const grown: Person = { ...person, age: Math.max(person.age, 20), height: Math.max(person.height ?? 1.6, 1.58) };
    const y = 60 + (2.5 - (i % 6)) * 1.75 + (i < 6 ? 0 : 0.6);
    const x = i < 6 ? 0 : -2.6;
    const own = y;
    labels.push({ section: "poses", text: tell((name ?? pose) as PoseName), at: i < 6 ? [x + (pose === "ride" ? 1.4 : 0.6), own, 0] : [x, own, pose === "drive" ? 1.45 : name === "umbrella" ? 2.35 : 2.05] });
    const speed = pose === "walk" ? 1.2 : pose === "ride" ? 3.6 : pose === "push" ? 1.1 : 0;
    return {
      person: grown,
      outfit: { ...outfit, prop: "none" as const, mount: "none" as const, ...more },
      state: (time: number) => at(pose === "sit" ? x + 0.02 : x, own, pose, { speed, distance: speed * time, offset: i * 0.13 }),
    };
  });
}

function walkers(weather: Weather, labels: Label[]): Actor[] {
  const speeds = [...PACES.slice(1), 2.5].sort((a, b) => a - b);
  const lanes = speeds.map((speed, i) => {
    const { person, outfit } = dressed(3100 + 7 * i, "anyone", weather);
    const grown: Person = { ...person, age: Math.min(Math.max(person.age, 20), 60), height: 1.7 };
    const y = (i - 2.5) * 1.1;
    labels.push({ section: "walking", text: tell("speed", { speed }), at: [60 - LANE / 2 - 0.8, y, 0] });
    return {
      person: grown,
      outfit: { ...outfit, prop: "none" as const, mount: "none" as const, bottom: outfit.bottom === "skirt" ? ("skirt" as const) : outfit.bottom },
      state: (time: number) => at(60 - LANE / 2 + ((speed * time + 3.1 * i) % LANE), y, "walk", { speed, distance: speed * time }),
    };
  });
  const { person, outfit } = dressed(3203, "anyone", weather);
  labels.push({ section: "walking", text: tell("inPlace"), at: [60, -4.3, 0] });
  const still: Actor = { person: { ...person, age: 30 }, outfit: { ...outfit, prop: "none", mount: "none" }, state: (time) => at(60, -3.9, "walk", { speed: 1.35, distance: 1.35 * time }) };
  return [...lanes, still];
}

function faces(weather: Weather): Actor[] {
  const plain = (seed: number): Outfit => ({ ...dressed(seed, "anyone", weather).outfit, prop: "none", bag: "none", mount: "none", hat: "none", glasses: false, beard: 0 });
  const three: readonly (readonly [Person, Outfit])[] = [
    [{ sex: 1, age: 36, height: 1.7 }, { ...plain(11), skin: 3, hair: "parted", hairColour: 2, beard: 2, top: "shirt", topColour: 10 }],
    [{ sex: 0, age: 28, height: 1.67 }, { ...plain(12), skin: 1, hair: "bob", hairColour: 1, top: "sweater", topColour: 15 }],
    [{ sex: 0, age: 72, height: 1.62 }, { ...plain(13), skin: 6, hair: "bun", hairColour: 8, glasses: true, top: "jacket", topColour: 11, accent: 18 }],
  ];
  return three.map(([person, outfit], i) => {
    const y = (i - 1) * -0.6;
    return { person, outfit, state: () => at(0.06 * (i % 2), -40 + y, "idle", { heading: FACING - y * 0.35, offset: i * 0.3 }) };
  });
}

/** How the faces of the last figures of the gallery look at a time: talking, looking round, surprised. */
export function animateFaces(crowd: Crowd, first: number, time: number): void {
  const speech = (seed: number): number => Math.max(0, Math.sin(time * 9 + seed) * Math.sin(time * 3.1 + 2 * seed) * 1.1);
  crowd.face(first, { mouth: speech(1), wide: 0.5 + 0.5 * Math.sin(time * 5), left: 0.35 * Math.sin(time * 0.7), up: 0, brows: 0.3 * Math.sin(time * 1.3) });
  crowd.face(first + 1, { left: Math.round(1.6 * Math.sin(time * 0.55)) / 2, up: 0.2 * Math.sin(time * 0.9), wide: 0.9, brows: 0.2, mouth: 0 });
  crowd.face(first + 2, { mouth: 0.75 * Math.max(0, Math.sin(time * 0.8)), wide: 0.1, brows: Math.sin(time * 0.8), left: -0.3 });
}

/** A thousand people who walk up and down a square, lane by lane, all by the time alone. */
export function throng(crowd: Crowd, time: number): void {
  const lanes = 40;
  const each = THRONG / lanes;
  for (let i = 0; i < THRONG; i++) {
    const lane = i % lanes;
    const speed = 0.95 + 0.6 * frac(lane * 0.618);
    const way = lane % 2 ? 1 : -1;
    const start = (Math.floor(i / lanes) + 0.5 * frac(i * 0.754)) * (70 / each);
    const along = (start + speed * time) % 70;
    const swerve = 0.35 * Math.sin(along * 0.18 + i);
    const slope = 0.35 * 0.18 * Math.cos(along * 0.18 + i);
    crowd.set(i, { x: 60 + way * (along - 35), y: 60 + (lane - lanes / 2) * 1.15 + swerve + 0.3 * frac(i * 0.37), z: 0, heading: Math.atan2(slope, way), pose: "walk", speed, distance: speed * time, offset: frac(i * 0.917) });
  }
}

export function dressThrong(crowd: Crowd, weather: Weather): void {
  for (let i = 0; i < THRONG; i++) {
    const role: Role = frac(i * 0.31) < 0.12 ? "office" : frac(i * 0.57) < 0.04 ? "pupil" : frac(i * 0.71) < 0.02 ? "builder" : "anyone";
    const { person, outfit } = dressed(10_000 + i, role, weather);
    crowd.dress(i, lookOf(person, outfit));
  }
}

const frac = (x: number): number => x - Math.floor(x);

function bench(x: number, y: number): Group {
  const group = new Group();
  const wood = new MeshLambertMaterial({ color: 0xa9793f });
  const iron = new MeshLambertMaterial({ color: 0x3c3a38 });
  const plank = (px: number, z: number, deep: number, high: number): Mesh => {
    const mesh = new Mesh(new BoxGeometry(deep, 1.3, high), wood);
    mesh.position.set(px, 0, z);
    return mesh;
  };
  for (let i = 0; i < 4; i++) group.add(plank(-0.19 + 0.115 * i, CHAIR - 0.02, 0.1, 0.035));
  for (let i = 0; i < 3; i++) group.add(plank(-0.28 - 0.02 * i, CHAIR + 0.14 + 0.12 * i, 0.03, 0.09));
  for (const s of [-0.55, 0.55]) {
    const leg = new Mesh(new BoxGeometry(0.42, 0.05, CHAIR - 0.04), iron);
    leg.position.set(-0.02, s, CHAIR / 2 - 0.02);
    group.add(leg);
  }
  group.traverse((child) => void (child.castShadow = child.receiveShadow = true));
  group.position.set(x, y, 0);
  return group;
}

/** A car's seat, by itself. */
function seat(x: number, y: number): Group {
  const group = new Group();
  const cloth = new MeshLambertMaterial({ color: 0x55504a });
  const block = (w: number, h: number, px: number, z: number, tilt: number): void => {
    const mesh = new Mesh(new BoxGeometry(w, 0.5, h), cloth);
    mesh.position.set(px, 0, z);
    mesh.rotation.y = tilt;
    mesh.castShadow = mesh.receiveShadow = true;
    group.add(mesh);
  };
  block(0.5, 0.16, 0.1, 0.2, -0.1);
  block(0.14, 0.66, -0.25, 0.52, -0.25);
  block(0.09, 0.2, -0.37, 0.94, -0.25);
  group.position.set(x, y, 0);
  return group;
}

/** The measured floor: a line each metre and a number every five. */
function floor(): Mesh {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2048, 768];
  const ink = canvas.getContext("2d")!;
  const metre = 2048 / (LANE + 2);
  ink.fillStyle = "#f8f2e7";
  ink.fillRect(0, 0, 2048, 768);
  ink.fillStyle = ink.strokeStyle = "#8a7a64";
  ink.font = "600 34px system-ui, sans-serif";
  ink.textAlign = "center";
  for (let i = 0; i <= LANE; i++) {
    ink.lineWidth = i % 5 ? 2 : 5;
    ink.globalAlpha = i % 5 ? 0.5 : 0.9;
    ink.beginPath();
    ink.moveTo((i + 1) * metre, i % 5 ? 60 : 40);
    ink.lineTo((i + 1) * metre, 768 - 60);
    ink.stroke();
    if (i % 5 === 0) ink.fillText(`${i} m`, (i + 1) * metre, 748);
  }
  const map = new CanvasTexture(canvas);
  map.colorSpace = SRGBColorSpace;
  map.anisotropy = 8;
  const mesh = new Mesh(new PlaneGeometry(LANE + 2, 8.25), new MeshBasicMaterial({ map, toneMapped: false }));
  mesh.position.set(60, 0, 0.004);
  mesh.receiveShadow = true;
  return mesh;
}
