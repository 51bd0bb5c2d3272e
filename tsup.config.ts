import { existsSync } from "node:fs";
import { defineConfig } from "tsup";

// One configuration for every package: ESM and types for `.`, and for `./node` where a package has one; and the file
// that threads start from.
export default defineConfig({
  entry: [
    "src/index.ts",
    "src/node.ts",
    "src/element.ts",
    "src/main.ts",
    "src/workerd.ts",
    "src/kernelThread.js",
  ].filter((file) => existsSync(file)),
  format: "esm",
  target: "es2022",
  platform: "neutral",
  external: [/^node:/, /\.wasm$/],
  dts: existsSync("src/index.ts") && {
    entry: ["src/index.ts", "src/node.ts", "src/element.ts"].filter((file) => existsSync(file)),
  },
  sourcemap: true,
  clean: true,
  treeshake: true,
});
