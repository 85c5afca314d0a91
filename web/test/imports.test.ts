/** How the files of the client hang together. */
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const SOURCE = fileURLToPath(new URL("../src/", import.meta.url));

/** The files that each file imports, types too. */
function importsIn(folder: string): Map<string, string[]> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
  return new Map(
    files.map((file) => {
      const named = ts.preProcessFile(readFileSync(join(folder, file), "utf8")).importedFiles.map(({ fileName }) => fileName);
      const local = named.filter((name) => name.startsWith(".")).map((name) => join(dirname(file), name));
      return [file, local.map((name) => [`${name}.ts`, `${name}.tsx`].find((one) => existsSync(join(folder, one)))).filter((one) => one !== undefined)];
    }),
  );
}

/** A way by which a file imports itself, or null. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of imports.get(file) ?? []) {
      const circle = walk(next, [...way, file]);
      if (circle !== null) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of imports.keys()) {
    const circle = walk(file, []);
    if (circle !== null) return circle;
  }
  return null;
}

test("no file imports itself by a detour, types included", () => {
  const imports = importsIn(SOURCE);
  expect(imports.get("main.ts")).toContain(join("world", "world.ts")); // the walk finds something
  expect(circleIn(imports)).toBeNull();
});

test("a circle would be found", () => {
  expect(circleIn(new Map([["a", ["b", "c"]], ["b", []], ["c", ["d"]], ["d", ["c"]]]))).toEqual(["c", "d", "c"]); // prettier-ignore
});
