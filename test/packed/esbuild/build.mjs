import { cp } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [here("main.js")],
  outdir: here("dist"),
  bundle: true,
  format: "esm",
  splitting: true, // what is imported later is loaded later
  minify: true,
  external: ["@qkv/backend-webgpu"], // not installed
});

// esbuild and Rollup leave new URL("./x.wasm", import.meta.url) as it is, and the files behind.
const thread = fileURLToPath(import.meta.resolve("@qkv/backend-wasm/kernelThread.js"));
const kernels = fileURLToPath(import.meta.resolve("@qkv/backend-wasm/wasm/kernels.wasm"));
await cp(thread, here("dist/kernelThread.js"));
await cp(dirname(kernels), here("dist/wasm"), { recursive: true });
