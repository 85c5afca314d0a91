// The lint rules of the client, and the directions in which its rooms may import each other:
// protocol <- world <- figures <- scene <- xr, and ui <- main. Only the rooms that draw know three.js. That no file
// imports itself by a detour is a test: test/imports.test.ts.
import tseslint from "typescript-eslint";

const THREE = { group: ["three", "three/*", "three-mesh-bvh"], message: "Only scene/, figures/ and xr/ import three.js." };
const DRAWING = ["src/scene/**", "src/figures/**", "src/xr/**"];
const room = (name, why) => ({ group: [`**/${name}/**`, `**/${name}`], message: why });

/** Files of a room and what they must not import. */
const wall = (files, patterns, ignores = []) => ({ files, ignores, rules: { "no-restricted-imports": ["error", { patterns }] } });

export default tseslint.config(
  { ignores: ["node_modules/**", "dist/**"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: ["error", "smart"],
      "prefer-const": "error",
      "no-console": ["error", { allow: ["warn", "error"] }],
    },
  },
  wall(["src/**"], [THREE], DRAWING),
  wall(["src/protocol/**"], [
    THREE,
    room("scene", "protocol/ knows nothing of drawing."),
    room("figures", "protocol/ knows nothing of drawing."),
    room("ui", "protocol/ knows nothing of the page."),
    room("xr", "protocol/ knows nothing of headsets."),
    { group: ["**/world/**", "!**/world/model"], message: "protocol/ knows only the model of world/." },
  ]),
  wall(["src/world/**"], [
    THREE,
    room("scene", "world/ draws nothing."),
    room("figures", "world/ draws nothing."),
    room("ui", "world/ draws nothing."),
    room("xr", "world/ draws nothing."),
  ]),
  wall(["src/figures/**"], [
    room("ui", "figures/ knows nothing of the page."),
    room("xr", "figures/ knows nothing of headsets."),
    room("scene", "figures/ are bodies; the scene places them."),
    room("protocol", "figures/ knows nothing of the wire."),
  ]),
  wall(["src/scene/**"], [room("ui", "scene/ knows nothing of the page."), room("xr", "scene/ knows nothing of headsets.")]),
  wall(["src/xr/**"], [room("protocol", "xr/ knows nothing of the wire.")]),
);
