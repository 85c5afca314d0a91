/** Makes the file of all figures' surfaces when the client is built, and serves it while developing. */
import type { Plugin } from "vite";

import { buildParts, encodeParts } from "./src/figures/parts";

const NAME = "virtual:figures";

/** `import address from "virtual:figures"` is the address of the file (see src/figures/parts.ts). */
export function figures(): Plugin {
  let file: Uint8Array | undefined; // a few seconds of work: once a process, and only when something asks for it
  let building = false;
  const made = (): Uint8Array => (file ??= encodeParts(buildParts()));
  return {
    name: "figures",
    configResolved: (config) => void (building = config.command === "build"),
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null;
      if (!building) return `export default "/@figures.bin";`;
      const reference = this.emitFile({ type: "asset", name: "figures.bin", source: made() });
      return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
    },
    configureServer(server) {
      server.middlewares.use("/@figures.bin", (_request, response) => {
        response.setHeader("content-type", "application/octet-stream");
        response.end(made());
      });
    },
  };
}
