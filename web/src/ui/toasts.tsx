import type { JSX } from "preact";
import { t } from "../messages/language";
import { Icon } from "./icons";
import { dismiss, useUi } from "./state";

/** Short messages that come and go. */
export function Toasts(): JSX.Element {
  const ui = useUi();
  return (
    <div class="toasts" role="status" aria-live="polite" data-testid="toasts">
      {ui.toasts.value.map((toast) => (
        <div key={toast.id} class={`toast ${toast.tone}`}>
          <span>{toast.text}</span>
          {toast.action && (
            <button type="button" class="text-button" onClick={() => (toast.action?.run(), dismiss(ui, toast.id))}>
              {toast.action.label}
            </button>
          )}
          <button type="button" class="icon-button small" aria-label={t("toast.close")} onClick={() => dismiss(ui, toast.id)}>
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}
