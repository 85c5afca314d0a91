import { Fragment, type ComponentChildren, type JSX } from "preact";
import { LANGUAGES, language, say, type Language } from "../messages/language";
import { ICONS } from "./icons";
import { offered, panel, textOf, usePanels } from "./panel";
import { useUi, type Theme } from "./state";
import { helpWords } from "./words/help";

const t = say(helpWords);

const THEMES: readonly Theme[] = ["auto", "light", "dark"];

export const helpPanel = panel({
  id: "help",
  words: helpWords,
  label: "help.open",
  title: "help.title",
  icon: ICONS.help,
  key: "?",
  keys: [{ says: "help.key.close", caps: ["Esc"], on: {} }], // closes whatever is topmost: ui/keys.ts
  dock: "dialog",
  component: Help,
});

/** How to move, which keys there are, and the page's settings. */
function Help(): JSX.Element {
  return (
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
  );
}

/** What the panels say of their keys, in their order. */
function Keys(): JSX.Element {
  const ui = useUi();
  return (
    <section class="help-keys">
      <h3>{t("help.keys")}</h3>
      <dl>
        {offered(usePanels(), ui).map((panel) => (
          <Fragment key={panel.id}>
            {panel.key !== undefined && <Key keys={[panel.key]}>{textOf(panel, panel.label)}</Key>}
            {panel.keys?.map(({ says, caps, on }) => (
              <Key key={says} keys={caps ?? Object.keys(on)}>
                {textOf(panel, says)}
              </Key>
            ))}
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

/** As printed on a key. */
function capOf(key: string): string {
  return key === " " ? t("help.space") : key.length === 1 ? key.toUpperCase() : key;
}

function Key({ keys, children }: { keys: readonly string[]; children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{capOf(key)}</kbd>
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
