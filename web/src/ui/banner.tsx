import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { t } from "../messages/language";
import { useUi } from "./state";

/** Whole seconds until a moment (ms, as Date.now()), counted down. */
export function useSecondsUntil(moment: number | null): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (moment === null) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [moment]);
  return moment === null ? 0 : Math.max(0, Math.ceil((moment - now) / 1000));
}

/** While the live line is down: when it is tried again. */
export function Banner(): JSX.Element | null {
  const { world } = useUi();
  const line = world.connection.value;
  const seconds = useSecondsUntil(line.state === "waiting" ? line.retryAt : null);
  if (world.status.value !== "reconnecting" && line.state !== "waiting") return null;
  return (
    <div class="banner" role="alert" data-testid="offline">
      <span class="banner-dot" />
      <span>{line.state === "waiting" && seconds > 0 ? t("banner.gone", { n: seconds }) : t("banner.connecting")}</span>
      <button type="button" class="text-button" onClick={() => world.retryNow()}>
        {t("banner.now")}
      </button>
    </div>
  );
}
