/** The shapes of vehicles, true to scale (m). Lengths are those of the simulation. */
import { LowPoly } from "./lowpoly";
import { Vehicle, VEHICLE_LENGTH } from "../protocol/words.generated";

export const Part = { PAINT: 0, GLASS: 1, DARK: 2, HEADLIGHT: 3, TAILLIGHT: 4, TRIM: 5, BEACON: 6, CARGO: 7, STRIPE: 8 } as const;

export interface Size {
  readonly length: number;
  readonly width: number;
  readonly height: number;
}

const size = (kind: number, width: number, height: number): Size => ({ length: VEHICLE_LENGTH[kind], width, height });

/** By words.VehicleKind. */
export const SIZES: readonly Size[] = [
  size(Vehicle.CAR, 1.82, 1.46),
  size(Vehicle.VAN, 1.98, 2.2),
  size(Vehicle.TRUCK, 2.45, 3.2),
  size(Vehicle.BUS, 2.55, 3.1),
  size(Vehicle.ARTICULATED_BUS, 2.55, 3.1),
  size(Vehicle.MOTORCYCLE, 0.75, 1.6),
  size(Vehicle.E_BIKE, 0.65, 1.55),
  size(Vehicle.EMERGENCY, 2.05, 2.6),
];

const models: (() => LowPoly)[] = [];
/** By words.VehicleKind. */
export const MODELS: readonly (() => LowPoly)[] = models;

function lamps(model: LowPoly, front: number, rear: number, side: number, low: number, high: number): LowPoly {
  for (const y of [-side, side]) {
    model.box(Part.HEADLIGHT, [front, y, low], [0.06, 0.17, 0.07]);
    model.box(Part.TAILLIGHT, [rear, y, high], [0.05, 0.15, 0.09]);
  }
  return model;
}

function wheels(model: LowPoly, axles: readonly number[], side: number, radius: number): LowPoly {
  for (const x of axles) for (const y of [-side, side]) model.wheel(Part.DARK, [x, y, radius], radius, 0.12);
  return model;
}

models[Vehicle.CAR] = () => {
  const model = new LowPoly().loft(Part.PAINT, [
    [-2.3, 0, 0.74, 0.36, 0.8], [-2.12, 0, 0.87, 0.24, 0.97], [-1.4, 0, 0.91, 0.2, 0.99], [0.85, 0, 0.91, 0.2, 0.95], [1.85, 0, 0.88, 0.22, 0.8], [2.3, 0, 0.74, 0.34, 0.66],
  ]);
  model.hood(Part.GLASS, [-1.95, 1.2, 0.86, 0.95], [-1.25, 0.42, 0.68, 1.4]).hood(Part.PAINT, [-1.27, 0.44, 0.69, 1.395], [-1.1, 0.28, 0.6, 1.46]);
  return lamps(wheels(model, [-1.38, 1.4], 0.82, 0.33), 2.2, -2.24, 0.62, 0.62, 0.8);
};

models[Vehicle.VAN] = () => {
  const model = new LowPoly().loft(Part.PAINT, [
    [-2.75, 0, 0.94, 0.35, 2.1], [-2.65, 0, 0.98, 0.28, 2.2], [1.2, 0, 0.98, 0.28, 2.2], [1.35, 0, 0.97, 0.28, 2.1], [2.1, 0, 0.96, 0.28, 1.2], [2.75, 0, 0.9, 0.35, 0.95],
  ]);
  model.hood(Part.GLASS, [1.1, 2.13, 0.985, 1.22], [0.9, 1.5, 0.985, 1.98]);
  return lamps(wheels(model, [-1.75, 1.75], 0.86, 0.36), 2.7, -2.74, 0.72, 0.78, 1.1);
};

models[Vehicle.TRUCK] = () => {
  const model = new LowPoly().box(Part.CARGO, [-1.15, 0, 1.98], [3.3, 1.22, 1.2]).box(Part.DARK, [-0.3, 0, 0.68], [4.1, 0.5, 0.16]);
  model.loft(Part.PAINT, [[2.35, 0, 1.18, 0.5, 2.85], [3.9, 0, 1.2, 0.45, 2.85], [4.35, 0, 1.18, 0.45, 2.7], [4.5, 0, 1.14, 0.5, 1.5]]);
  model.box(Part.GLASS, [4.2, 0, 2.05], [0.3, 1.08, 0.42]).box(Part.GLASS, [3.5, 0, 2.05], [0.5, 1.215, 0.38]);
  return lamps(wheels(model, [-3.1, -1.9, 3.4], 1.05, 0.5), 4.46, -4.45, 0.9, 0.85, 0.95);
};

function bus(model: LowPoly, x0: number, x1: number): LowPoly {
  model.loft(Part.PAINT, [[x0, 0, 1.22, 0.38, 2.95], [x0 + 0.1, 0, 1.27, 0.32, 3.08], [x1 - 0.15, 0, 1.27, 0.32, 3.08], [x1, 0, 1.22, 0.38, 2.9]]);
  const middle = (x0 + x1) / 2;
  const half = (x1 - x0) / 2;
  model.box(Part.GLASS, [middle, 0, 2.0], [half - 0.55, 1.285, 0.5]);
  model.box(Part.STRIPE, [middle, 0, 0.95], [half - 0.12, 1.28, 0.2]);
  return model.box(Part.TRIM, [middle - half * 0.3, 0, 3.16], [1.1, 0.8, 0.12]);
}

models[Vehicle.BUS] = () => {
  const model = bus(new LowPoly(), -6, 6).box(Part.GLASS, [5.75, 0, 1.85], [0.27, 1.13, 0.75]);
  return lamps(wheels(model, [-2.9, 3.3], 1.12, 0.48), 5.98, -5.98, 0.95, 0.75, 1.0);
};

models[Vehicle.ARTICULATED_BUS] = () => {
  const model = bus(bus(new LowPoly(), -9, -0.9), 0.1, 9).box(Part.DARK, [-0.4, 0, 1.7], [0.6, 1.15, 1.25]).box(Part.GLASS, [8.75, 0, 1.85], [0.27, 1.13, 0.75]);
  return lamps(wheels(model, [-6.2, 0.9, 6.4], 1.12, 0.48), 8.98, -8.98, 0.95, 0.75, 1.0);
};

function rider(model: LowPoly, x: number, seat: number): LowPoly {
  model.loft(Part.CARGO, [[x - 0.16, 0, 0.19, seat, seat + 0.42], [x + 0.1, 0, 0.2, seat + 0.04, seat + 0.56]]);
  model.box(Part.TRIM, [x + 0.22, 0, seat - 0.04], [0.24, 0.17, 0.09]);
  for (const y of [-0.2, 0.2]) model.loft(Part.CARGO, [[x + 0.05, y, 0.06, seat + 0.34, seat + 0.48], [x + 0.5, y, 0.05, seat + 0.2, seat + 0.32]]);
  return model.blob(Part.STRIPE, [x + 0.02, 0, seat + 0.74], [0.15, 0.13, 0.15], 0, 0);
}

models[Vehicle.MOTORCYCLE] = () => {
  const model = new LowPoly().loft(Part.PAINT, [[-0.75, 0, 0.14, 0.55, 0.82], [0.1, 0, 0.16, 0.3, 0.8], [0.65, 0, 0.14, 0.4, 0.98]]);
  for (const x of [-0.72, 0.72]) model.wheel(Part.DARK, [x, 0, 0.31], 0.31, 0.07);
  rider(model, -0.15, 0.84);
  return model.box(Part.HEADLIGHT, [0.78, 0, 0.86], [0.05, 0.09, 0.07]).box(Part.TAILLIGHT, [-0.8, 0, 0.78], [0.04, 0.09, 0.05]);
};

models[Vehicle.E_BIKE] = () => {
  const model = new LowPoly().loft(Part.PAINT, [[-0.6, 0, 0.1, 0.5, 0.74], [0.0, 0, 0.1, 0.28, 0.4], [0.45, 0, 0.1, 0.28, 0.9]]);
  for (const x of [-0.62, 0.62]) model.wheel(Part.DARK, [x, 0, 0.26], 0.26, 0.05);
  rider(model, -0.2, 0.76);
  return model.box(Part.HEADLIGHT, [0.56, 0, 0.88], [0.04, 0.07, 0.06]).box(Part.TAILLIGHT, [-0.68, 0, 0.7], [0.03, 0.07, 0.04]);
};

models[Vehicle.EMERGENCY] = () => {
  const model = new LowPoly().box(Part.PAINT, [-0.8, 0, 1.45], [2.2, 1.02, 1.1]);
  model.loft(Part.PAINT, [[1.4, 0, 0.98, 0.35, 2.2], [2.2, 0, 0.96, 0.35, 1.35], [3.0, 0, 0.9, 0.38, 1.05]]);
  model.hood(Part.GLASS, [1.2, 2.25, 0.985, 1.35], [1.2, 1.6, 0.985, 2.1]).box(Part.STRIPE, [-0.8, 0, 1.2], [2.21, 1.03, 0.18]);
  model.box(Part.BEACON, [1.0, 0, 2.62], [0.16, 0.75, 0.09]);
  return lamps(wheels(model, [-1.8, 1.9], 0.88, 0.38), 2.96, -2.98, 0.75, 0.8, 1.1);
};

/** Seen from afar: a body and a roof, 1 by 1 by 1, scaled by kind. */
export const farModel = (): LowPoly =>
  new LowPoly().loft(Part.PAINT, [[-0.5, 0, 0.46, 0.14, 0.62], [0.5, 0, 0.46, 0.14, 0.55]]).hood(Part.GLASS, [-0.42, 0.3, 0.45, 0.6], [-0.34, 0.16, 0.4, 1], Part.PAINT);
