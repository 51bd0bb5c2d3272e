import { existsSync, readdirSync, rmSync } from "node:fs";
import { defineConfig } from "tsup";

// The types of every package, beside the code that tsup.config.ts makes.
for (const file of existsSync("dist") ? readdirSync("dist") : []) {
  if (file.endsWith(".d.ts")) rmSync(`dist/${file}`); // some have a hash in their names; tsup clears for code alone
}

export default defineConfig({
  entry: ["src/index.ts", "src/node.ts", "src/element.ts", "src/pipeline.ts"].filter((file) => existsSync(file)),
  format: "esm",
  external: [/^node:/],
  dts: { only: true },
});
