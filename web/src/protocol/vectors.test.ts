/** The byte vectors of protocol/vectors, which the server's tests read too. Rule numbers are SPEC.md's. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ColumnsError, decodeColumns, type Column } from "./columns";
import { FrameError, decodeFrame, type Frame, type VehicleRows } from "./frames";

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

function checkFrame(vector: Vector, bytes: ArrayBuffer): void {
  if (vector.error) {
    expect(() => decodeFrame(bytes)).toThrow(FrameError);
    return;
  }
  const frame = decodeFrame(bytes);
  const wanted = vector.expect!;
  expect(frame.tick).toBe(wanted["tick"]);
  expect(frame.time).toBe(wanted["time"]);
  checkBody(frame, wanted);
}

function checkBody(frame: Frame, wanted: Record<string, unknown>): void {
  if (frame.type === "vehicles") {
    expect(wanted["type"]).toBe(1);
    const cells = wanted["cells"] as { vehicles: Record<string, number>[] }[];
    checkVehicles(frame.vehicles, cells.flatMap((cell) => cell.vehicles)); // prettier-ignore
  } else if (frame.type === "watched") {
    expect(wanted["type"]).toBe(4);
    checkVehicles(frame.vehicles, wanted["vehicles"] as Record<string, number>[]);
  } else if (frame.type === "signals") {
    expect(wanted["type"]).toBe(2);
    expect(Array.from(frame.program, (program, i) => ({ program, phase: frame.phase[i] }))).toEqual(wanted["phases"]);
  } else {
    expect(wanted["type"]).toBe(3);
    expect([...frame.speed]).toEqual(wanted["speed"]);
    expect([...frame.density]).toEqual(wanted["density"]);
    expect([...frame.flow]).toEqual(wanted["flow"]);
    expect([...frame.queue]).toEqual(wanted["queue"]);
  }
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
