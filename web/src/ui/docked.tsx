import type { JSX } from "preact";
import { Dialog } from "./dialog";
import { offered, usePanels, type Dock } from "./panel";
import { useUi } from "./state";

/** The panels of a dock: those without a button always, the others while they are open, and a sheet only then. */
export function Docked({ dock }: { dock: Dock }): JSX.Element {
  const ui = useUi();
  const open = ui.panel.value;
  const here = offered(usePanels(), ui).filter((panel) => panel.dock === dock && (panel.id === open || (panel.icon === undefined && dock !== "dialog")));
  return <>{here.map((panel) => (dock === "dialog" ? <Dialog key={panel.id} panel={panel} /> : panel.component && <panel.component key={panel.id} />))}</>;
}
