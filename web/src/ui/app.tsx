import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { Banner } from "./banner";
import { CameraPanel } from "./camera";
import { Diagram } from "./diagram/diagram";
import { FullPage } from "./fullpage";
import { Help } from "./help";
import { Inspector } from "./inspector";
import { Layers } from "./layers";
import { Loading } from "./loading";
import { Share } from "./share";
import { AttributionLine, Sources } from "./sources";
import { keepTheme, useUi } from "./state";
import { Stats } from "./stats";
import { TimePanel } from "./timepanel";
import { Toasts } from "./toasts";
import { TopBar } from "./topbar";

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
        <Layers />
        <Stats />
      </div>
      <TimePanel />
      <div class="corner-right">
        <CameraPanel />
        <AttributionLine />
      </div>
      <Diagram />
      <Inspector />
      <Share />
      <Help />
      <Sources />
      <Toasts />
    </div>
  );
}
