import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { CITY_PANELS } from "../ui/panels";
import { language, messages, say, t, words, type Words } from "./language";

const blanks = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
afterEach(() => void (language.value = "en"));

/** What the page says itself, and what each panel brings. */
const ALL: readonly (readonly [string, Words])[] = [["the page", messages], ...CITY_PANELS.map(({ id, words }) => [id, words] as const)];
const page = Object.keys(messages.en);

describe.each(ALL)("what %s says", (_, { en, zh }) => {
  test("is said in both languages, with the same blanks", () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en)) {
      expect(en[key] && zh[key], key).not.toBe("");
      expect(blanks(zh[key]), key).toEqual(blanks(en[key]));
    }
  });

  test("is Chinese in Chinese, but for units", () => {
    const same = Object.keys(en).filter((key) => en[key] === zh[key]);
    expect(["problem.failed.text", "unit.kmh"]).toEqual(expect.arrayContaining(same));
  });

  test("does not hide a text of the page", () => {
    if (en !== messages.en) expect(Object.keys(en).filter((key) => page.includes(key))).toEqual([]);
  });
});

test("every key is used somewhere, in full or by its beginning", () => {
  const folder = fileURLToPath(new URL("../", import.meta.url));
  const source = ["ui", "ui/diagram", "world", "messages"]
    .flatMap((room) => readdirSync(`${folder}${room}`).map((file) => `${folder}${room}/${file}`))
    .filter((file) => /\.tsx?$/.test(file) && !/(en|zh|\.test)\.tsx?$/.test(file))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const built = [...source.matchAll(/`([a-z.]+\.)\$\{/g)].map((m) => m[1]);
  const keys = ALL.flatMap(([, { en }]) => Object.keys(en));
  const unused = keys.filter((key) => !source.includes(`"${key}"`) && !built.some((start) => key.startsWith(start)));
  expect(unused).toEqual([]);
});

test("text is filled in, from a part's own words or from those of the page", () => {
  const own = say(words({ en: { "own.speed": "{who} set the speed to {n}×" }, zh: { "own.speed": "{who}把流速设为 {n}×" } }));
  expect(own("own.speed", { who: "Ada", n: 10 })).toBe("Ada set the speed to 10×");
  expect(own("unit.m", { n: 3 })).toBe(t("unit.m", { n: 3 }));
  language.value = "zh";
  expect(own("own.speed", { who: "Ada", n: 10 })).toBe("Ada把流速设为 10×");
});
