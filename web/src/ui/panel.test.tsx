// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { language, say, words } from "../messages/language";
import { closePage, find, get, openPage, press, settle } from "./fakepage";
import { checked, panel, type Panel, type ThingProps } from "./panel";
import { CITY_PANELS } from "./panels";

/** A part of the page that no file of the client knows. */
const squareWords = words({
  en: { "square.name": "Market square", "square.text": "It is market day.", "square.key.ring": "Ring the bell", "square.visit": "Visit" },
  zh: { "square.name": "集市广场", "square.text": "今天是集市日。", "square.key.ring": "敲钟", "square.visit": "去看看" },
});
const t = say(squareWords);
let rung = 0;
let runs = 0;
const isOpen = signal(true);
const square = panel({
  id: "square",
  words: squareWords,
  label: "square.name",
  icon: "M4 4h16v16H4z",
  key: "m",
  keys: [{ says: "square.key.ring", on: { b: () => void rung++ } }],
  dock: "dialog",
  component: () => <p>{t("square.text")}</p>,
  forThing: ({ thing }: ThingProps) => (thing.kind === "place" ? <button data-testid="visit">{t("square.visit")}</button> : null),
  when: () => isOpen.value,
  start: () => (runs++, () => void runs--),
});

const helpLines = (): Record<string, string> =>
  Object.fromEntries([...document.querySelectorAll(".help-keys dt")].map((keys) => [keys.textContent ?? "", keys.nextElementSibling?.textContent ?? ""]));

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  language.value = "en";
  isOpen.value = true;
  rung = 0;
});
afterEach(() => {
  closePage();
  vi.useRealTimers();
});

describe("a panel that only this test knows", () => {
  test("has a button in the top bar, in both languages, that opens it", async () => {
    await openPage("", { panels: [square] });
    const button = get("open-square");
    expect(button.closest(".topbar")).not.toBeNull();
    expect(button.getAttribute("aria-label")).toBe("Market square");
    expect(button.querySelector("path")?.getAttribute("d")).toBe("M4 4h16v16H4z");
    button.click();
    await settle();
    expect(get("square").getAttribute("aria-label")).toBe("Market square");
    expect(get("square").textContent).toContain("It is market day.");
    language.value = "zh";
    await settle();
    expect(button.getAttribute("aria-label")).toBe("集市广场");
    expect(get("square").textContent).toContain("今天是集市日。");
    button.click();
    await settle();
    expect(find("square")).toBeNull();
  });

  test("opens by its key, large or small, and closes with Escape", async () => {
    await openPage("", { panels: [square] });
    for (const key of ["m", "M"]) {
      press(key);
      await settle();
      expect(find("square"), key).not.toBeNull();
      press("Escape");
      await settle();
      expect(find("square"), key).toBeNull();
    }
    press("b");
    expect(rung).toBe(1);
  });

  test("is in the list of the help, in both languages", async () => {
    await openPage("", { panels: [square] });
    press("?");
    await settle();
    expect(helpLines()).toMatchObject({ M: "Market square", B: "Ring the bell" });
    language.value = "zh";
    await settle();
    expect(helpLines()).toMatchObject({ M: "集市广场", B: "敲钟" });
  });

  test("has a button for the things that it knows of", async () => {
    const page = await openPage("", { panels: [square] });
    page.world.select({ kind: "place", id: 0 });
    await settle();
    expect(get("visit").closest('[data-testid="inspector"]')).not.toBeNull();
    page.world.select({ kind: "stop", id: 0 });
    await settle();
    expect(find("visit")).toBeNull();
  });

  test("is nowhere while it is not offered, and runs as long as the page is there", async () => {
    isOpen.value = false;
    const page = await openPage("", { panels: [square] });
    expect(runs).toBe(1);
    page.world.select({ kind: "place", id: 0 });
    press("m");
    press("b");
    await settle();
    expect([find("open-square"), find("square"), find("visit"), rung]).toEqual([null, null, null, 0]);
    press("Escape");
    press("?");
    await settle();
    expect(helpLines()).not.toHaveProperty("M");
    isOpen.value = true;
    await settle();
    expect(find("open-square")).not.toBeNull();
    closePage();
    expect(runs).toBe(0);
  });
});

test("the help tells all keys of the city's panels", async () => {
  await openPage();
  press("?");
  await settle();
  expect([...document.querySelectorAll(".help-keys dt")].map((keys) => keys.textContent)).toEqual(["/", "Space", "[]", "123", "WASD", "+−", "N", "T", "F", "L", "?", "Esc"]);
});

test("no two panels have the same name or the same key, nor one of the camera's", () => {
  const made = (id: string, more: Partial<Panel>): Panel => ({ id, words: { en: {}, zh: {} }, label: "", ...more });
  expect(() => checked([...CITY_PANELS, made("help", {})])).toThrow('two panels are called "help"');
  expect(() => checked([...CITY_PANELS, made("chat", { key: "t" })])).toThrow('"chat" wants the key "t", which belongs to "diagram"');
  expect(() => checked([made("chat", { keys: [{ says: "", on: { w: () => undefined } }] })])).toThrow('the key "w", which belongs to the page');
});
