/** What in the city has a name worth showing, where it stands, and from how far it is read. */
import type { Language } from "../messages/language";
import { Street, Transit } from "../protocol/words.generated";
import type { Ground, Network, Polygons } from "../world/model";

export interface Candidate {
  readonly text: string;
  readonly kind: "place" | "street" | "stop" | "water" | "green";
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** 0 .. 1 */
  readonly importance: number;
  /** m from the eye */
  readonly reach: number;
  /** CSS pixels, about */
  readonly width: number;
}

const LATIN = 6.6; // CSS pixels a letter
const WIDE = 12.5; // a Chinese character
const STREET_EVERY = 350; // m along an edge
const LAST_STREET = Street.SERVICE; // beyond are ways for people on foot
const LONGEST = 40; // letters

/** By the kind of a place: importance and reach. What is not listed is not shown from afar. */
const PLACES: readonly (readonly [RegExp, number, number])[] = [
  [/=(city|town|suburb|quarter|neighbourhood|village)$/, 0.95, 9000],
  [/=(hospital|university|college|stadium|conference_centre|exhibition_centre|events_venue|townhall|raceway|racetrack|station)$/, 0.85, 4000],
  [/=(museum|theatre|attraction|mall|theme_park|zoo|factory|works|aquarium|tower)$/, 0.75, 2500],
  [/=(school|library|park|hotel|marketplace|police|fire_station|arts_centre|cinema|place_of_worship)$/, 0.55, 1200],
];
const OTHER_PLACE = [0.3, 450] as const;

export function candidatesOf(network: Network, ground: Ground, language: Language): Candidate[] {
  return [...places(ground, language), ...stops(ground), ...areas(ground), ...streets(network)];
}

function candidate(text: string, rest: Omit<Candidate, "text" | "width">): Candidate {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  let width = 0;
  for (const letter of short) width += letter.charCodeAt(0) > 0x2e7f ? WIDE : LATIN;
  return { ...rest, text: short, width };
}

function places({ places: all }: Ground, language: Language): Candidate[] {
  const found: Candidate[] = [];
  for (let i = 0; i < all.name.length; i++) {
    const text = (language === "en" && all.nameEn[i]) || all.name[i];
    if (!text) continue;
    const [, importance, reach] = PLACES.find(([kind]) => kind.test(all.kind[i])) ?? [null, ...OTHER_PLACE];
    found.push(candidate(text, { kind: "place", x: all.x[i], y: all.y[i], z: 14, importance, reach }));
  }
  return found;
}

function stops({ stops: all }: Ground): Candidate[] {
  const found: Candidate[] = [];
  for (let i = 0; i < all.name.length; i++) {
    if (all.name[i] === "") continue;
    const rail = all.mode[i] >= Transit.METRO;
    found.push(
      candidate(all.name[i], { kind: "stop", x: all.x[i], y: all.y[i], z: 6, importance: rail ? 0.8 : 0.25, reach: rail ? 3000 : 300 }),
    );
  }
  return found;
}

/** Waters and parks by their size. */
function areas({ areas: all }: Ground): Candidate[] {
  const found: Candidate[] = [];
  for (let i = 0; i < all.name.length; i++) {
    if (all.name[i] === "" || all.layer[i] === 0) continue;
    const { x, y, size } = outline(all.polygon, i);
    const reach = Math.min(9000, Math.max(600, 14 * Math.sqrt(size)));
    found.push(candidate(all.name[i], { kind: all.layer[i] === 2 ? "water" : "green", x, y, z: 3, importance: 0.65, reach }));
  }
  return found;
}

/** Streets by their class, at the middle of each edge, longer ones in more places. */
function streets(network: Network): Candidate[] {
  const { edges, lanes, names } = network;
  const found: Candidate[] = [];
  for (let edge = 0; edge < edges.count; edge++) {
    const text = names[edges.name[edge]];
    if (!text || edges.kind[edge] > LAST_STREET || (edges.twin[edge] >= 0 && edges.twin[edge] < edge)) continue;
    const lane = edges.firstLane[edge] + edges.laneCount[edge] - 1; // the one next to the middle of the street
    const first = lanes.line.start[lane];
    const last = lanes.line.start[lane + 1] - 1;
    if (last <= first) continue;
    const rank = Math.floor(Math.min(edges.kind[edge], 11) / 2); // 0 motorway .. 5 residential
    const importance = 0.6 - 0.07 * rank;
    for (const [x, y, z] of along(lanes.line.points, first, last)) {
      found.push(candidate(text, { kind: "street", x, y, z: z + 2, importance, reach: [5000, 4000, 3000, 1800, 1000, 650][rank] }));
    }
  }
  return found;
}

/** The middle of a line, and more points at even distances where it is long. */
function along(points: Float32Array, first: number, last: number): [number, number, number][] {
  const station = [0];
  for (let i = first; i < last; i++) {
    station.push(station[i - first] + Math.hypot(points[3 * i + 3] - points[3 * i], points[3 * i + 4] - points[3 * i + 1]));
  }
  const length = station[station.length - 1];
  const n = Math.max(1, Math.round(length / STREET_EVERY));
  const found: [number, number, number][] = [];
  for (let k = 0, i = 0; k < n; k++) {
    const at = ((k + 0.5) / n) * length;
    while (i < last - first - 1 && station[i + 1] < at) i++;
    const share = (at - station[i]) / (station[i + 1] - station[i] || 1);
    const p = 3 * (first + i);
    found.push([0, 1, 2].map((axis) => points[p + axis] + share * (points[p + 3 + axis] - points[p + axis])) as [number, number, number]);
  }
  return found;
}

/** Centre of gravity and area of a polygon's outline. */
function outline(polygons: Polygons, row: number): { x: number; y: number; size: number } {
  const ring = polygons.polygonStart[row];
  const [first, last] = [polygons.ringStart[ring], polygons.ringStart[ring + 1]];
  const p = polygons.points;
  const [ox, oy] = [p[2 * first], p[2 * first + 1]];
  let [x, y, twice] = [0, 0, 0];
  for (let i = first; i < last; i++) {
    const j = i + 1 < last ? i + 1 : first;
    const [ax, ay, bx, by] = [p[2 * i] - ox, p[2 * i + 1] - oy, p[2 * j] - ox, p[2 * j + 1] - oy];
    const cross = ax * by - bx * ay;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
    twice += cross;
  }
  if (Math.abs(twice) < 1) return { x: ox, y: oy, size: 0 };
  return { x: ox + x / (3 * twice), y: oy + y / (3 * twice), size: Math.abs(twice) / 2 };
}
