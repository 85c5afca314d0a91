import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { say } from "../messages/language";
import type { SearchResult } from "../protocol/messages";
import type { ThingKind } from "../world/model";
import { Icon, type IconName } from "./icons";
import { panel } from "./panel";
import { choose, useUi, type Ui } from "./state";
import { searchWords } from "./words/search";

const t = say(searchWords);

const WAIT = 160; // ms after the last letter
const KIND: Readonly<Record<SearchResult["kind"], { kind: ThingKind; icon: IconName; distance: number }>> = {
  place: { kind: "place", icon: "place", distance: 260 },
  street: { kind: "edge", icon: "road", distance: 420 },
  stop: { kind: "stop", icon: "stop", distance: 220 },
  line: { kind: "line", icon: "line", distance: 1600 },
  building: { kind: "building", icon: "building", distance: 320 },
};

type Answer = readonly SearchResult[] | "failed" | null;

export const searchPanel = panel({
  id: "search",
  words: searchWords,
  label: "search.label",
  keys: [{ says: "help.key.search", on: { "/": () => document.querySelector<HTMLInputElement>("#search")?.focus() } }],
  dock: "bar",
  component: Search,
});

/** A combobox: what is typed is searched, arrows choose, Enter flies there. */
function Search(): JSX.Element {
  const ui = useUi();
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [wide, setWide] = useState(false);
  const answer = useAnswer(ui, text);
  const input = useRef<HTMLInputElement>(null);
  const results = Array.isArray(answer) ? (answer as readonly SearchResult[]) : [];
  const showing = open && text.trim() !== "" && answer !== null;
  useEffect(() => setActive(0), [answer]);

  const pick = (result: SearchResult | undefined): void => {
    if (result === undefined) return;
    goTo(ui, result);
    setOpen(false);
    setWide(false);
    input.current?.blur();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return; // an input method is still choosing characters
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && results.length > 0) {
      setOpen(true);
      setActive((active + step + results.length) % results.length);
    } else if (event.key === "Enter") pick(results[active]);
    else if (event.key === "Escape") {
      if (text === "" || !open) input.current?.blur();
      setText("");
      setOpen(false);
      setWide(false);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const widen = (): void => {
    setWide(true);
    requestAnimationFrame(() => input.current?.focus());
  };
  return (
    <div class={`search ${wide ? "wide" : ""}`} role="search">
      <button type="button" class="card icon-button search-opener" aria-label={t("search.label")} onClick={widen}>
        <Icon name="search" />
      </button>
      <div class="card search-box">
        <Icon name="search" size={18} />
        <input
          id="search"
          ref={input}
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck={false}
          enterkeyhint="search"
          aria-label={t("search.label")}
          aria-expanded={showing}
          aria-controls="search-results"
          aria-autocomplete="list"
          aria-activedescendant={showing && results.length > 0 ? `search-result-${active}` : ""}
          placeholder={t("search.placeholder")}
          data-testid="search"
          value={text}
          onInput={(event) => (setText(event.currentTarget.value), setOpen(true))}
          onFocus={() => setOpen(true)}
          onBlur={() => (setOpen(false), setWide(false))}
          onKeyDown={onKey}
        />
        {text === "" ? (
          <kbd aria-hidden="true">/</kbd>
        ) : (
          <button type="button" class="icon-button small" aria-label={t("search.clear")} onMouseDown={keepFocus} onClick={() => setText("")}>
            <Icon name="close" size={16} />
          </button>
        )}
      </div>
      {showing && <Results answer={answer} active={active} hover={setActive} pick={pick} />}
    </div>
  );
}

interface ResultsProps {
  readonly answer: Answer;
  readonly active: number;
  readonly hover: (row: number) => void;
  readonly pick: (result: SearchResult) => void;
}

function Results({ answer, active, hover, pick }: ResultsProps): JSX.Element {
  if (answer === "failed" || answer === null || answer.length === 0) {
    return (
      <div class="card search-results" role="status">
        <p class="quiet">{t(answer === "failed" ? "search.failed" : "search.none")}</p>
      </div>
    );
  }
  return (
    <ul class="card search-results" id="search-results" role="listbox" aria-label={t("search.count", { n: answer.length })}>
      {answer.map((result, row) => (
        <li
          key={`${result.kind}${result.id}`}
          id={`search-result-${row}`}
          role="option"
          aria-selected={row === active}
          data-testid="search-result"
          ref={(element) => void (row === active && element?.scrollIntoView?.({ block: "nearest" }))}
          onMouseDown={keepFocus}
          onMouseMove={() => hover(row)}
          onClick={() => pick(result)}
        >
          <Icon name={KIND[result.kind]?.icon ?? "place"} size={18} />
          <span class="result-name">{result.name}</span>
          <span class="result-detail">{result.detail}</span>
        </li>
      ))}
    </ul>
  );
}

/** So that a click in the list does not take the focus, and with it the list, away. */
function keepFocus(event: Event): void {
  event.preventDefault();
}

/** The newest answer to the newest text; older questions are dropped. */
function useAnswer(ui: Ui, text: string): Answer {
  const [answer, setAnswer] = useState<Answer>(null);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === "") return setAnswer(null);
    const abort = new AbortController();
    const timer = setTimeout(() => {
      ui.world.search(wanted, abort.signal).then(
        (results) => !abort.signal.aborted && setAnswer(results),
        () => !abort.signal.aborted && setAnswer("failed"),
      );
    }, WAIT);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [ui, text]);
  return answer;
}

function goTo(ui: Ui, result: SearchResult): void {
  const target = KIND[result.kind];
  choose(ui, target ? { kind: target.kind, id: result.id } : null);
  ui.scene?.flyTo(result.x, result.y, undefined, target?.distance);
}
