/** Makes the file of all figures' surfaces when the client is built, and serves it while developing. */
import { fileURLToPath } from "node:url";
import { runnerImport, type Plugin } from "vite";

import type * as Parts from "./src/figures/parts";

const NAME = "virtual:figures";

/** `import address from "virtual:figures"` is the address of the file (see src/figures/parts.ts). */
export function figures(): Plugin {
  let file: Promise<Uint8Array> | undefined; // a few seconds of work: once a process, and only when something asks for it
  let building = false;
  const made = (): Promise<Uint8Array> => (file ??= makeFile());
  return {
    name: "figures",
    configResolved: (config) => void (building = config.command === "build"),
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    async load(id) {
      if (id !== `\0${NAME}`) return null;
      if (!building) return `export default "/@figures.bin";`;
      const reference = this.emitFile({ type: "asset", name: "figures.bin", source: await made() });
      return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
    },
    configureServer(server) {
      server.middlewares.use("/@figures.bin", (_request, response) => {
        response.setHeader("content-type", "application/octet-stream");
        void made().then((source) => response.end(source));
      });
    },
  };
}

async function makeFile(): Promise<Uint8Array> {
  const source = fileURLToPath(new URL("./src/figures/parts.ts", import.meta.url));
  const { module } = await runnerImport<typeof Parts>(source, { configFile: false });
  return module.encodeParts(module.buildParts());
}
