/** The language of the page, and what it says in it. */
import { effect, signal } from "@preact/signals-core";
import { en } from "./en";
import { fieldsEn } from "./fields.en";
import { fieldsZh } from "./fields.zh";
import { zh } from "./zh";

export type Language = "en" | "zh";
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", zh: "中文" };

export type MessageKey = keyof typeof en | keyof typeof fieldsEn;
export const messages: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: { ...en, ...fieldsEn },
  zh: { ...zh, ...fieldsZh },
};

/** Texts by key, in every language. */
export type Words<K extends string = string> = Readonly<Record<Language, Readonly<Record<K, string>>>>;

/** The words of one part of the page; each key stands in every language, or it does not compile. */
export function words<K extends string>(texts: Words<K>): Words<K> {
  return texts;
}

type Values = Readonly<Record<string, string | number>>;

const STORED = "cosmopolis.language";

export const language = signal<Language>(firstLanguage());

/** The text of a key in the present language, with `{name}` filled in. */
export function t(key: MessageKey, values: Values = {}): string {
  return filled(messages[language.value][key] ?? key, values);
}

/** As `t`, for the keys of a part's own words and those of the page. */
export function say<K extends string>(own: Words<K>): (key: K | MessageKey, values?: Values) => string {
  return (key, values = {}) => filled((own as Words)[language.value][key] ?? messages[language.value][key] ?? key, values);
}

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** The text of a key that may not exist, as those made of words that a server says. */
export function tOptional(key: string): string | null {
  return messages[language.value][key] ?? null;
}

export function formatNumber(value: number, digits = 0): string {
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value);
}

/** Keeps the choice, and tells the browser which language the page is in. */
export function keepLanguage(root: HTMLElement): () => void {
  return effect(() => {
    root.lang = language.value;
    try {
      localStorage.setItem(STORED, language.value);
    } catch {
      // a browser that keeps nothing: the choice lasts as long as the page
    }
  });
}

function firstLanguage(): Language {
  try {
    const stored = localStorage.getItem(STORED);
    if (stored === "en" || stored === "zh") return stored;
  } catch {
    // as above
  }
  return typeof navigator !== "undefined" && navigator.language?.startsWith("zh") ? "zh" : "en";
}
