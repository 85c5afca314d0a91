import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { say, tOptional } from "../messages/language";
import type { ThingFields } from "../protocol/messages";
import type { Thing, ThingKind } from "../world/model";
import { FetchError } from "../world/manifest";
import { fieldRows, wordOf, type Approach, type Shown } from "./fields";
import { Icon, type IconName } from "./icons";
import { whenNew } from "./notices";
import { offered, panel, usePanels, type ThingProps } from "./panel";
import { ProvenanceChip, isProvenance } from "./provenance";
import { choose, tell, useUi, type Ui } from "./state";
import { inspectorWords } from "./words/inspector";

const t = say(inspectorWords);

const EVERY = 1000; // ms

const ICONS: Readonly<Record<ThingKind, IconName>> = {
  building: "building",
  place: "place",
  edge: "road",
  lane: "road",
  connection: "road",
  junction: "signal",
  signal: "signal",
  stop: "stop",
  line: "line",
  vehicle: "car",
  area: "area",
};

type Answer =
  | { readonly state: "asking" }
  | { readonly state: "known"; readonly fields: ThingFields }
  | { readonly state: "gone"; readonly fields: ThingFields | null }
  | { readonly state: "failed" };

export const inspectorPanel = panel({
  id: "inspector",
  words: inspectorWords,
  label: "inspector.label",
  keys: [{ says: "help.key.follow", on: { f: followChosen } }],
  dock: "page",
  component: Inspector,
  close: (ui) => {
    const { followed, selection } = ui.world;
    const open = followed.value !== null || selection.value !== null;
    if (followed.value !== null) ui.world.follow(null);
    else choose(ui, null);
    return open;
  },
  start: (ui) =>
    whenNew(
      () => ui.world.channels.follow.arrived.value,
      () => tell(ui, t("toast.arrived")),
    ),
});

function followChosen(ui: Ui): void {
  const { selection, followed } = ui.world;
  if (followed.value !== null) ui.world.follow(null);
  else if (selection.value?.kind === "vehicle") ui.world.follow(selection.value.id);
}

/** What was clicked: what it is, where that is known from, and what it does right now. */
function Inspector(): JSX.Element | null {
  const ui = useUi();
  const thing = ui.world.selection.value;
  if (thing === null) return null;
  return <ThingPanel key={`${thing.kind}${thing.id}`} ui={ui} thing={thing} />;
}

function ThingPanel({ ui, thing }: { ui: Ui; thing: Thing }): JSX.Element {
  const answer = useThing(ui, thing);
  const fields = answer.state === "known" || answer.state === "gone" ? answer.fields : null;
  return (
    <aside class="card inspector" aria-label={t("inspector.label")} data-testid="inspector" data-kind={thing.kind}>
      <header>
        <span class="thing-icon">
          <Icon name={ICONS[thing.kind]} size={20} />
        </span>
        <div>
          <p class="thing-kind">{t(`kind.${thing.kind}`)}</p>
          <h2 data-testid="inspector-title">{titleOf(thing, fields)}</h2>
        </div>
        <button type="button" class="icon-button small" aria-label={t("inspector.close")} data-testid="inspector-close" onClick={() => choose(ui, null)}>
          <Icon name="close" size={18} />
        </button>
      </header>
      <Actions thing={thing} fields={fields} gone={answer.state === "gone"} />
      <div class="inspector-body">
        {answer.state === "gone" && <p class="quiet">{t(thing.kind === "vehicle" ? "inspector.gone" : "inspector.missing")}</p>}
        {answer.state === "failed" && <p class="quiet">{t("inspector.failed")}</p>}
        {fields !== null && answer.state === "known" && <Fields ui={ui} fields={fields} />}
      </div>
      {fields !== null && <Origin fields={fields} />}
    </aside>
  );
}

/** Titles that the server makes of words ("Truck", "Residential building") in the language of the page. */
function titleOf(thing: Thing, fields: ThingFields | null): string {
  if (fields === null) return "…";
  const kind = fields["vehicleKind"];
  if (thing.kind === "vehicle" && typeof kind === "string" && typeof fields["lineName"] !== "string") return capitalised(wordOf(kind));
  return fields.title;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What can be done with it: the inspector's own buttons, and those that other panels have for such a thing. */
function Actions({ thing, fields, gone }: ThingProps): JSX.Element {
  const ui = useUi();
  const following = ui.world.followed.value === thing.id;
  return (
    <div class="actions">
      {thing.kind === "vehicle" && !gone && (
        <button type="button" class={`button ${following ? "on" : ""}`} aria-pressed={following} data-testid="follow" onClick={() => followChosen(ui)}>
          <Icon name="follow" size={18} />
          {t(following ? "inspector.unfollow" : "inspector.follow")} <kbd>F</kbd>
        </button>
      )}
      {thing.kind !== "vehicle" && fields?.x !== undefined && fields.y !== undefined && (
        <button type="button" class="button" data-testid="goto" onClick={() => ui.scene?.flyTo(fields.x as number, fields.y as number)}>
          <Icon name="goto" size={18} />
          {t("inspector.goto")}
        </button>
      )}
      {offered(usePanels(), ui).map(({ id, forThing: For }) => For && <For key={id} thing={thing} fields={fields} gone={gone} />)}
    </div>
  );
}

function Fields({ ui, fields }: { ui: Ui; fields: ThingFields }): JSX.Element {
  return (
    <dl>
      {fieldRows(fields).map((row) => (
        <div key={row.key} class={row.value.as === "lights" || (row.value.as === "links" && row.value.links.length > 2) ? "tall" : ""} data-field={row.key}>
          <dt>{row.label}</dt>
          <dd>
            <Value ui={ui} value={row.value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ ui, value }: { ui: Ui; value: Shown }): JSX.Element {
  if (value.as === "text") return <>{value.text}</>;
  if (value.as === "provenance") return <ProvenanceChip of={value.of} />;
  if (value.as === "lights") return <Lights approaches={value.approaches} />;
  return (
    <span class="links">
      {value.links.map((link, i) => (
        <button key={i} type="button" class="text-button" onClick={() => choose(ui, link.thing)}>
          {link.text}
        </button>
      ))}
    </span>
  );
}

/** The lights of each street that comes to a signal. */
function Lights({ approaches }: { approaches: readonly Approach[] }): JSX.Element {
  return (
    <ul class="lights">
      {approaches.map((approach, i) => (
        <li key={i}>
          <span>{approach.street || "–"}</span>
          {approach.lights.map(({ turn, light }) => (
            <span key={turn} class={`lamp ${light}`} title={`${turn}: ${wordOf(light)}`}>
              <i aria-hidden="true" />
              <small>{turn}</small>
              <span class="visually-hidden">{wordOf(light)}</span>
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Origin({ fields }: { fields: ThingFields }): JSX.Element {
  const source = typeof fields.source === "string" ? fields.source : "";
  return (
    <footer>
      {isProvenance(fields.provenance) && <ProvenanceChip of={fields.provenance} />}
      {source !== "" && <small title={t("inspector.where")}>{tOptional(`word.${source}`) ?? source}</small>}
    </footer>
  );
}

/** Asks about a thing now and every second after; one question at a time. What is followed tells by itself. */
function useThing(ui: Ui, thing: Thing): Answer {
  const [answer, setAnswer] = useState<Answer>({ state: "asking" });
  const followed = ui.world.followedFields.value;
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const fields = await ui.world.thing(thing.kind, thing.id, abort.signal);
        if (!abort.signal.aborted) setAnswer({ state: "known", fields });
      } catch (error) {
        if (abort.signal.aborted) return;
        const missing = error instanceof FetchError && error.problem === "missing";
        setAnswer((last) => failed(last, missing));
        if (missing) return;
      }
      timer = setTimeout(() => void ask(), EVERY);
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [ui, thing.kind, thing.id]);
  if (thing.kind === "vehicle" && followed?.vehicle === thing.id && answer.state === "known") {
    return { state: "known", fields: { ...answer.fields, ...followed } as ThingFields };
  }
  return answer;
}

/** What was known stays in sight when the server does not answer once. */
function failed(last: Answer, missing: boolean): Answer {
  if (missing) return { state: "gone", fields: last.state === "known" || last.state === "gone" ? last.fields : null };
  return last.state === "known" ? last : { state: "failed" };
}
