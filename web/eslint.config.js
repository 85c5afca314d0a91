// The lint rules of the client, and the directions in which its rooms may import each other:
// protocol <- world <- scene, ui <- main. Only scene and xr know three.js.
import tseslint from "typescript-eslint";

const THREE = { group: ["three", "three/*", "three-mesh-bvh"], message: "Only scene/ and xr/ import three.js." };
const room = (name, why) => ({ group: [`**/${name}/**`, `**/${name}`], message: why });

/** Files of a room and what they must not import. */
const wall = (files, patterns) => ({ files, rules: { "no-restricted-imports": ["error", { patterns }] } });

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
  wall(["src/protocol/**"], [
    THREE,
    room("scene", "protocol/ knows nothing of drawing."),
    room("ui", "protocol/ knows nothing of the page."),
    room("xr", "protocol/ knows nothing of headsets."),
    { group: ["**/world/**", "!**/world/model"], message: "protocol/ knows only the model of world/." },
  ]),
  wall(["src/world/**"], [
    THREE,
    room("scene", "world/ draws nothing."),
    room("ui", "world/ draws nothing."),
    room("xr", "world/ draws nothing."),
  ]),
  wall(["src/ui/**", "src/messages/**", "src/main.ts"], [THREE]),
  wall(["src/scene/**"], [room("ui", "scene/ knows nothing of the page."), room("xr", "scene/ knows nothing of headsets.")]),
);
