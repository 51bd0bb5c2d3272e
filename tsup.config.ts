import { existsSync } from "node:fs";
import { defineConfig } from "tsup";

// The code of every package: `.`, `./node` and the like where a package has them, and the file that threads start from.
// tsup.types.config.ts makes the types, which take seven times as long and which no program needs to run.
export default defineConfig({
  entry: [
    "src/index.ts",
    "src/node.ts",
    "src/element.ts",
    "src/pipeline.ts",
    "src/main.ts",
    "src/workerd.ts",
    "src/kernelThread.js",
    "src/captureWorklet.js",
  ].filter((file) => existsSync(file)),
  format: "esm",
  target: "es2022",
  platform: "neutral",
  external: [/^node:/, /\.wasm$/],
  dts: false,
  sourcemap: true,
  clean: ["!*.d.ts", "!browser/**"], // what other tasks made stays
  treeshake: true,
});
