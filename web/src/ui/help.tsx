import type { ComponentChildren, JSX } from "preact";
import { LANGUAGES, language, t, type Language } from "../messages/language";
import { Dialog } from "./dialog";
import { useUi, type Theme } from "./state";

const THEMES: readonly Theme[] = ["auto", "light", "dark"];

/** How to move, which keys there are, and the page's settings. */
export function Help(): JSX.Element {
  return (
    <Dialog panel="help" title={t("help.title")}>
      <div class="help-columns">
        <section>
          <h3>{t("help.mouse")}</h3>
          <p>{t("help.mouse.drag")}</p>
          <p>{t("help.mouse.right")}</p>
          <p>{t("help.mouse.wheel")}</p>
          <p>{t("help.mouse.click")}</p>
        </section>
        <section>
          <h3>{t("help.touch")}</h3>
          <p>{t("help.touch.one")}</p>
          <p>{t("help.touch.two")}</p>
          <p>{t("help.touch.tap")}</p>
        </section>
        <Keys />
        <Settings />
      </div>
    </Dialog>
  );
}

function Keys(): JSX.Element {
  return (
    <section class="help-keys">
      <h3>{t("help.keys")}</h3>
      <dl>
        <Key keys={["/"]}>{t("help.key.search")}</Key>
        <Key keys={[t("help.space")]}>{t("help.key.play")}</Key>
        <Key keys={["[", "]"]}>{t("help.key.speed")}</Key>
        <Key keys={["1", "2", "3"]}>{t("help.key.modes")}</Key>
        <Key keys={["W", "A", "S", "D"]}>{t("help.key.move")}</Key>
        <Key keys={["+", "−"]}>{t("help.key.zoom")}</Key>
        <Key keys={["N"]}>{t("help.key.north")}</Key>
        <Key keys={["F"]}>{t("help.key.follow")}</Key>
        <Key keys={["T"]}>{t("help.key.diagram")}</Key>
        <Key keys={["L"]}>{t("help.key.layers")}</Key>
        <Key keys={["?"]}>{t("help.key.help")}</Key>
        <Key keys={["Esc"]}>{t("help.key.close")}</Key>
      </dl>
    </section>
  );
}

function Key({ keys, children }: { keys: readonly string[]; children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{children}</dd>
    </>
  );
}

function Settings(): JSX.Element {
  const ui = useUi();
  return (
    <section class="settings">
      <label>
        <span>{t("settings.language")}</span>
        <select value={language.value} data-testid="language" onChange={(event) => (language.value = event.currentTarget.value as Language)}>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t("settings.theme")}</span>
        <select value={ui.theme.value} data-testid="theme" onChange={(event) => (ui.theme.value = event.currentTarget.value as Theme)}>
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {t(`settings.theme.${theme}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t("settings.labels")}</span>
        <input type="checkbox" checked={ui.labels.value} data-testid="labels" onChange={(event) => (ui.labels.value = event.currentTarget.checked)} />
      </label>
    </section>
  );
}
