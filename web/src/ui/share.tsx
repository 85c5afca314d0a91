import { useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { say } from "../messages/language";
import { presentLink } from "./address";
import { clockTime } from "./format";
import { ICONS, Icon } from "./icons";
import { panel } from "./panel";
import { tell, useUi } from "./state";
import { shareWords } from "./words/share";

const t = say(shareWords);

export const sharePanel = panel({ id: "share", words: shareWords, label: "share.label", icon: ICONS.share, dock: "dialog", component: Share });

/** A link to this place and this second. */
function Share(): JSX.Element {
  const ui = useUi();
  const input = useRef<HTMLInputElement>(null);
  const [link, setLink] = useState(() => presentLink(ui)); // stays as it is while somebody selects it
  const now = clockTime(ui.time.value, true);
  const copy = async (): Promise<void> => {
    const fresh = presentLink(ui);
    setLink(fresh);
    const copied = await copyText(fresh, input.current);
    tell(ui, t(copied ? "share.copied" : "share.notcopied"), { tone: copied ? "plain" : "error" });
    if (copied) ui.panel.value = null;
  };
  return (
    <>
      <p>{t("share.text")}</p>
      <div class="share-row">
        <input ref={input} readOnly value={link} aria-label={t("share.label")} data-testid="share-link" onFocus={(event) => event.currentTarget.select()} />
        <button type="button" class="button primary" data-testid="share-copy" onClick={() => void copy()}>
          <Icon name="link" size={18} />
          {t("share.copy")}
        </button>
      </div>
      <p class="quiet">{t("share.now", { time: now })}</p>
    </>
  );
}

/** The clipboard is only open to pages of https and this machine; elsewhere the old way may still work. */
async function copyText(text: string, input: HTMLInputElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    input?.select();
    return document.execCommand?.("copy") ?? false;
  }
}
