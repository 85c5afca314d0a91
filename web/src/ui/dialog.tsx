import { useLayoutEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { t } from "../messages/language";
import { Icon } from "./icons";
import { textOf, type Panel } from "./panel";
import { useUi } from "./state";

/** A sheet over the page with a panel on it: keeps the focus while it is there, and gives it back. */
export function Dialog({ panel }: { panel: Panel }): JSX.Element {
  const ui = useUi();
  const sheet = useRef<HTMLDivElement>(null);
  const title = textOf(panel, panel.title ?? panel.label);
  const Body = panel.component;
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    sheet.current?.focus();
    return () => before?.focus?.();
  }, []);
  const close = (): void => void (ui.panel.value = null);
  return (
    <div class="veil" onPointerDown={(event) => event.target === event.currentTarget && close()}>
      <div
        ref={sheet}
        class="card dialog"
        role="dialog"
        aria-modal="true"
        aria-label={title}
        tabIndex={-1}
        data-testid={panel.id}
        onKeyDown={(event) => keepInside(event, sheet.current)}
      >
        <header>
          <h2>{title}</h2>
          <button type="button" class="icon-button small" aria-label={t("close")} onClick={close}>
            <Icon name="close" size={18} />
          </button>
        </header>
        <div class="dialog-body">{Body && <Body />}</div>
      </div>
    </div>
  );
}

const FOCUSABLE = "a[href], button, input, select, summary, [tabindex='0']";

/** Tab goes round inside the sheet. */
function keepInside(event: KeyboardEvent, sheet: HTMLElement | null): void {
  if (event.key !== "Tab" || sheet === null) return;
  const all = [...sheet.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const edge = event.shiftKey ? all[0] : all[all.length - 1];
  if (document.activeElement !== edge && document.activeElement !== sheet) return;
  event.preventDefault();
  (event.shiftKey ? all[all.length - 1] : all[0])?.focus();
}
