// Bundles trainStep.ts from the sources and runs it.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = new URL(".", import.meta.url);
const require = createRequire(createRequire(import.meta.url).resolve("tsup"));
const { build } = require("esbuild");
const outfile = fileURLToPath(new URL("../generated/trainStep.mjs", here));
await build({
  entryPoints: [fileURLToPath(new URL("trainStep.ts", here))],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  conditions: ["@qkv/source"],
  external: ["@tensorflow/*"],
  logLevel: "error",
});
execFileSync(process.execPath, [...process.execArgv, outfile, ...process.argv.slice(2)], { stdio: "inherit" });
