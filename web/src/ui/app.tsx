import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { Banner } from "./banner";
import { Docked } from "./docked";
import { FullPage } from "./fullpage";
import { Loading } from "./loading";
import { keepTheme, useUi } from "./state";
import { Toasts } from "./toasts";
import { TopBar } from "./topbar";

/** The docks of the page; what stands at them is in the records of the panels. */
export function App(): JSX.Element {
  const ui = useUi();
  const { world } = ui;
  useSignalEffect(() => keepTheme(ui.theme.value));
  useSignalEffect(() => {
    if (world.ready.value && world.manifest) document.title = `${world.manifest.name} · Cosmopolis`;
  });
  const problem = ui.problem.value !== null || world.status.value === "failed";
  if (problem) return <FullPage />;
  if (!world.ready.value) return <Loading />;
  return (
    <div class="page">
      <TopBar />
      <Banner />
      <div class="corner-left">
        <Docked dock="left" />
      </div>
      <Docked dock="bottom" />
      <div class="corner-right">
        <Docked dock="right" />
      </div>
      <Docked dock="page" />
      <Docked dock="dialog" />
      <Toasts />
    </div>
  );
}
