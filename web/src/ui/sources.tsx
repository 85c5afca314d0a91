import type { JSX } from "preact";
import { say, tOptional } from "../messages/language";
import type { Source } from "../protocol/messages";
import { plainWord } from "./format";
import { panel } from "./panel";
import { ProvenanceChip, isProvenance } from "./provenance";
import { toggle, useUi } from "./state";
import { sourcesWords } from "./words/sources";

const t = say(sourcesWords);

export const sourcesPanel = panel({ id: "sources", words: sourcesWords, label: "sources.title", dock: "dialog", component: Sources });
export const creditsPanel = panel({ id: "credits", words: sourcesWords, label: "sources.short", dock: "right", component: AttributionLine });

/** The credit that maps owe, always in sight. */
function AttributionLine(): JSX.Element {
  const ui = useUi();
  const sources = ui.world.manifest?.sources ?? [];
  const credits = [...new Set(sources.map((source) => source.attribution).filter((credit) => credit !== ""))];
  return (
    <footer class="attribution">
      <span title={credits.join(" · ")}>{credits.join(" · ")}</span>
      <button type="button" class="text-button" data-testid="open-sources" onClick={() => toggle(ui, "sources")}>
        {t("sources.short")}
      </button>
    </footer>
  );
}

function Sources(): JSX.Element {
  const sources = useUi().world.manifest?.sources ?? [];
  return (
    <>
      <p>{t("sources.intro")}</p>
      <ul class="sources">
        {sources.map((source, i) => (
          <SourceRow key={i} source={source} />
        ))}
      </ul>
    </>
  );
}

function SourceRow({ source }: { source: Source }): JSX.Element {
  const layers = source.layers.map((layer) => tOptional(`word.${layer}`) ?? plainWord(layer)).join(", ");
  return (
    <li>
      <h3>
        {isLink(source.url) ? (
          <a href={source.url} target="_blank" rel="noreferrer">
            {source.name}
          </a>
        ) : (
          source.name
        )}
        {isProvenance(source.provenance) && <ProvenanceChip of={source.provenance} />}
      </h3>
      {source.attribution !== "" && <p>{source.attribution}</p>}
      <p class="quiet">
        {[
          source.licence && `${t("sources.licence")}: ${source.licence}`,
          source.date && t("sources.date", { date: source.date }),
          layers && `${t("sources.layers")}: ${layers}`,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
    </li>
  );
}

/** Only web links are followed: a manifest is data. */
function isLink(url: string): boolean {
  return /^https?:\/\//.test(url);
}
