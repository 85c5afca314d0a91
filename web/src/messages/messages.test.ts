import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { language, messages, t } from "./language";

const keys = Object.keys(messages.en);
const blanks = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
afterEach(() => void (language.value = "en"));

test("both languages have the same keys, none of them empty", () => {
  expect(Object.keys(messages.zh).sort()).toEqual([...keys].sort());
  for (const all of [messages.en, messages.zh]) for (const key of keys) expect(all[key], key).not.toBe("");
});

test("both languages fill in the same blanks", () => {
  for (const key of keys) expect(blanks(messages.zh[key]), key).toEqual(blanks(messages.en[key]));
});

test("Chinese is Chinese, but for units", () => {
  const same = keys.filter((key) => messages.en[key] === messages.zh[key]);
  expect(same).toEqual(["problem.failed.text", "unit.kmh"]);
});

test("every key is used somewhere, in full or by its beginning", () => {
  const folder = fileURLToPath(new URL("../", import.meta.url));
  const source = ["ui", "ui/diagram", "world", "messages"]
    .flatMap((room) => readdirSync(`${folder}${room}`).map((file) => `${folder}${room}/${file}`))
    .filter((file) => /\.tsx?$/.test(file) && !/(en|zh|\.test)\.tsx?$/.test(file))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const built = [...source.matchAll(/`([a-z.]+\.)\$\{/g)].map((m) => m[1]);
  const unused = keys.filter((key) => !source.includes(`"${key}"`) && !built.some((start) => key.startsWith(start)));
  expect(unused).toEqual([]);
});

test("text is filled in", () => {
  expect(t("toast.speed", { who: "Ada", n: 10 })).toBe("Ada set the speed to 10×");
  language.value = "zh";
  expect(t("toast.speed", { who: "Ada", n: 10 })).toBe("Ada把流速设为 10×");
});
