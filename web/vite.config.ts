import { defineConfig } from "vitest/config";

import { figures } from "./figures.plugin.ts";

/** Where `npm run dev` finds a running world: `cosmopolis run` on its usual port. */
const server = process.env.COSMOPOLIS_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "./",
  plugins: [figures()],
  build: {
    outDir: "../src/cosmopolis/world/client",
    emptyOutDir: true,
    target: "es2022",
    // The UI and the scene are one script, three.js another that both pages share; workers are files of their own.
    chunkSizeWarningLimit: 1200,
    // Two pages: the city, and everybody in it.
    rolldownOptions: { input: ["index.html", "figures.html"] },
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": server,
      "/static": server,
      "/live": { target: server, ws: true },
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.{ts,tsx}"],
    environment: "node",
  },
});
