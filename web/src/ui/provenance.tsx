import type { JSX } from "preact";
import { t } from "../messages/language";
import type { ProvenanceWord } from "../protocol/messages";

const WORDS: readonly string[] = ["measured", "modelled", "invented"];

export function isProvenance(value: unknown): value is ProvenanceWord {
  return typeof value === "string" && WORDS.includes(value);
}

/** What a thing is: taken from data, computed, or made up. The explanation shows on hover and focus. */
export function ProvenanceChip({ of }: { of: ProvenanceWord }): JSX.Element {
  const why = t(`provenance.${of}.why`);
  return (
    <span class={`badge ${of}`} tabIndex={0} data-why={why} aria-label={`${t(`provenance.${of}`)}: ${why}`} data-testid="provenance">
      {t(`provenance.${of}`)}
    </span>
  );
}
