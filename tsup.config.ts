import { existsSync } from "node:fs";
import { defineConfig } from "tsup";

// One configuration for every package: ESM and types for `.`, and for `./node` where a package has one.
export default defineConfig({
  entry: ["src/index.ts", "src/node.ts", "src/main.ts"].filter((file) => existsSync(file)),
  format: "esm",
  target: "es2022",
  platform: "neutral",
  external: [/^node:/],
  dts: existsSync("src/index.ts"),
  sourcemap: true,
  clean: true,
  treeshake: true,
});
