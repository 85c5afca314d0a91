/** The byte vectors of protocol/vectors, which the server's tests read too. Rule numbers are SPEC.md's. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ColumnsError, decodeColumns, type Column } from "./columns";
import { FrameError, FrameKind, VehicleRows, openFrame, readFlow, readSignals, readVehicles, readWatched, type Frame } from "./frames";

interface Vector {
  kind: "columns" | "frame";
  rules: string[];
  says: string;
  error?: boolean;
  expect?: Record<string, unknown>;
}
const folder = fileURLToPath(new URL("../../../protocol/vectors/", import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -5));

function read(name: string): { vector: Vector; bytes: ArrayBuffer } {
  const file = readFileSync(`${folder}${name}.bin`);
  const bytes = new ArrayBuffer(file.length);
  new Uint8Array(bytes).set(file);
  return { vector: JSON.parse(readFileSync(`${folder}${name}.json`, "utf8")) as Vector, bytes };
}

test("there are vectors of both kinds, good and bad", () => {
  const vectors = names.map((name) => read(name).vector);
  for (const kind of ["columns", "frame"]) {
    expect(vectors.some((v) => v.kind === kind && v.expect)).toBe(true);
    expect(vectors.some((v) => v.kind === kind && v.error)).toBe(true);
  }
});

describe.each(names)("%s", (name) => {
  const { vector, bytes } = read(name);
  if (vector.kind === "columns") test(`${vector.rules.join(", ")}: ${vector.says}`, () => checkColumns(name, vector, bytes));
  else test(`${vector.rules.join(", ")}: ${vector.says}`, () => checkFrame(vector, bytes));
});

const ARRAYS: Record<string, string> = {
  u8: "Uint8Array",
  i8: "Int8Array",
  u16: "Uint16Array",
  i16: "Int16Array",
  u32: "Uint32Array",
  i32: "Int32Array",
  f32: "Float32Array",
  f64: "Float64Array",
  text: "Array",
};

function checkColumns(name: string, vector: Vector, bytes: ArrayBuffer): void {
  if (vector.error) {
    expect(() => decodeColumns(bytes, name)).toThrow(ColumnsError);
    expect(() => decodeColumns(bytes, name)).toThrow(name); // 1.5: an error names the file
    return;
  }
  const columns = decodeColumns(bytes, name);
  const wanted = vector.expect!["columns"] as Record<string, { type: string; values: unknown[] }>;
  expect([...columns.names].sort()).toEqual(Object.keys(wanted).sort());
  for (const [column, { type, values }] of Object.entries(wanted)) {
    const found = columns.get(column) as Column;
    expect(found.constructor.name, column).toBe(ARRAYS[type]);
    expect(Array.from(found as ArrayLike<unknown>), column).toEqual(values);
  }
}

/** What each kind of frame says, in the words of the vectors. */
const READERS: Readonly<Record<number, (frame: Frame) => Record<string, unknown>>> = {
  [FrameKind.VEHICLES]: (frame) => ({ vehicles: rowsBy(readVehicles, frame) }),
  [FrameKind.WATCHED]: (frame) => ({ vehicles: rowsBy(readWatched, frame) }),
  [FrameKind.SIGNALS]: (frame) => {
    const { program, phase } = readSignals(frame);
    return { phases: Array.from(program, (one, i) => ({ program: one, phase: phase[i] })) };
  },
  [FrameKind.FLOW]: (frame) => Object.fromEntries(Object.entries(readFlow(frame)).map(([name, column]) => [name, [...column]])),
};

function rowsBy(read: (frame: Frame, rows: VehicleRows) => void, frame: Frame): VehicleRows {
  const rows = new VehicleRows();
  read(frame, rows);
  return rows;
}

function decode(bytes: ArrayBuffer): Frame & Record<string, unknown> {
  const frame = openFrame(bytes);
  const read = READERS[frame.kind];
  if (read === undefined) throw new FrameError(`kind ${frame.kind}`);
  return { ...frame, ...read(frame) };
}

function checkFrame(vector: Vector, bytes: ArrayBuffer): void {
  if (vector.error) {
    expect(() => decode(bytes)).toThrow(FrameError);
    return;
  }
  const wanted = vector.expect!;
  const frame = decode(bytes);
  expect(frame.kind).toBe(wanted["type"]);
  const plain = Object.keys(wanted).filter((field) => !["type", "cells", "vehicles"].includes(field));
  for (const field of plain) expect(frame[field], field).toEqual(wanted[field]);
  const cells = wanted["cells"] as { vehicles: Record<string, number>[] }[] | undefined;
  const vehicles = cells?.flatMap((cell) => cell.vehicles) ?? (wanted["vehicles"] as Record<string, number>[] | undefined);
  if (vehicles !== undefined) checkVehicles(frame["vehicles"] as VehicleRows, vehicles);
}

function checkVehicles(rows: VehicleRows, wanted: readonly Record<string, number>[]): void {
  const seen = Array.from({ length: rows.count }, (_, i) => ({
    id: rows.id[i],
    path: rows.path[i],
    kind: rows.kind[i],
    position: Math.round(rows.position[i] * 100),
    speed: rows.speed[i],
  }));
  expect(seen).toEqual(wanted.map((v) => ({ ...v, position: Math.round(Math.fround(v["position"]) * 100) })));
}
