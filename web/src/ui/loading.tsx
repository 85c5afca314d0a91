import type { JSX } from "preact";
import { t } from "../messages/language";
import { Mark } from "./icons";
import { useUi } from "./state";

/** While the city is on its way: what is being done, and how far it is. */
export function Loading(): JSX.Element {
  const { world } = useUi();
  const { share, word } = world.progress.value;
  const percent = Math.round(100 * share);
  return (
    <main class="loading" data-testid="loading">
      <Mark size={72} />
      <h1>{world.manifest?.name || "Cosmopolis"}</h1>
      <div class="loading-bar" role="progressbar" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} aria-label={t(`loading.${word}`)}>
        <div style={{ transform: `scaleX(${Math.max(0.02, share)})` }} />
      </div>
      <p role="status">{t(`loading.${word}`)}</p>
    </main>
  );
}
