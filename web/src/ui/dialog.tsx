import { useLayoutEffect, useRef } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { t } from "../messages/language";
import { Icon } from "./icons";
import { useUi, type Panel } from "./state";

/** A sheet over the page that belongs to a panel: keeps the focus while open, and gives it back. */
export function Dialog({ panel, title, children }: { panel: Panel; title: string; children: ComponentChildren }): JSX.Element | null {
  const ui = useUi();
  const open = ui.panel.value === panel;
  const sheet = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!open) return;
    const before = document.activeElement as HTMLElement | null;
    sheet.current?.focus();
    return () => before?.focus?.();
  }, [open]);
  if (!open) return null;
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
        data-testid={panel}
        onKeyDown={(event) => keepInside(event, sheet.current)}
      >
        <header>
          <h2>{title}</h2>
          <button type="button" class="icon-button small" aria-label={t("close")} onClick={close}>
            <Icon name="close" size={18} />
          </button>
        </header>
        <div class="dialog-body">{children}</div>
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
