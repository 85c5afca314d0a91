import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { t } from "../messages/language";
import { useSecondsUntil } from "./banner";
import { Icon } from "./icons";
import { useUi, type Ui } from "./state";

const RETRY_AFTER = 8_000; // ms

interface Trouble {
  readonly title: string;
  readonly text: string;
  readonly retry: boolean;
}

/** A whole page about what keeps the city from being shown, and what to do. */
export function FullPage(): JSX.Element {
  const ui = useUi();
  const { title, text, retry } = troubleOf(ui);
  return (
    <main class="fullpage" data-testid="problem">
      <Icon name="warning" size={44} />
      <div role="alert">
        <h1>{title}</h1>
        <p>{text}</p>
      </div>
      {retry && <Retry ui={ui} />}
      {!retry && ui.problem.value !== "webgl" && (
        <button type="button" class="button primary" onClick={() => location.reload()}>
          {t("problem.reload")}
        </button>
      )}
    </main>
  );
}

function troubleOf({ world, problem }: Ui): Trouble {
  if (problem.value === "webgl") return { title: t("problem.webgl.title"), text: t("problem.webgl.text"), retry: false };
  if (problem.value === "context") return { title: t("problem.context.title"), text: t("problem.context.text"), retry: false };
  const reason = world.failure.value;
  if (world.problem.value === "protocol") return { title: t("problem.refused.title"), text: reason, retry: false };
  if (world.problem.value === "unreachable") return { title: t("problem.failed.title"), text: t("problem.unreachable"), retry: true };
  return { title: t("problem.failed.title"), text: t("problem.failed.text", { reason }), retry: true };
}

/** Tries again by itself after a while, or at once. */
function Retry({ ui }: { ui: Ui }): JSX.Element {
  const [at] = useState(() => Date.now() + RETRY_AFTER);
  const seconds = useSecondsUntil(at);
  useEffect(() => {
    const timer = setTimeout(() => void ui.world.start(), RETRY_AFTER);
    return () => clearTimeout(timer);
  }, [ui]);
  return (
    <>
      <button type="button" class="button primary" onClick={() => void ui.world.start()}>
        {t("problem.retry")}
      </button>
      <small>{t("problem.retrying", { n: seconds })}</small>
    </>
  );
}
