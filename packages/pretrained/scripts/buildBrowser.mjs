// The build for no bundler, dist/browser: one module with all that a page needs, and the files that it loads beside it.
import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const root = fileURLToPath(new URL("..", import.meta.url));
const outDir = join(root, "dist/browser");
const wasm = dirname(dirname(createRequire(import.meta.url).resolve("@qkv/backend-wasm/kernelThread.js")));

const PAGE = {
  outDir,
  config: false,
  format: "esm",
  target: "es2022",
  platform: "browser",
  minify: true,
  splitting: false,
  silent: true,
};
await build({
  ...PAGE,
  entry: { qkv: join(root, "scripts/browser.js") },
  noExternal: [/^(?!node:|@qkv\/backend-webgpu$|@tensorflow\/tfjs-backend-cpu$)/],
  external: ["@qkv/backend-webgpu", "@tensorflow/tfjs-backend-cpu", /^node:/], // for who names them in an import map
  esbuildPlugins: [
    { name: "wasm-beside", setup: putWasmBeside },
    { name: "jinja-beside", setup: putJinjaBeside },
  ],
});
await build({ ...PAGE, entry: { jinja: fileURLToPath(import.meta.resolve("@huggingface/jinja")) } });
await mkdir(outDir, { recursive: true });
for (const file of await readdir(join(wasm, "wasm"))) await copyFile(join(wasm, "wasm", file), join(outDir, file));
await copyFile(join(wasm, "dist/kernelThread.js"), join(outDir, "kernelThread.js"));

/** The package looks for its files in a folder beside its own; here they lie beside the module. */
function putWasmBeside(bundler) {
  bundler.onLoad({ filter: /backend-wasm\/dist\/[^/]+\.js$/ }, async ({ path }) => {
    const contents = await readFile(path, "utf8");
    return { contents: contents.replaceAll('new URL("../wasm/', 'new URL("./') };
  });
}

/** Chat templates need an engine, which a page without them does not load. */
function putJinjaBeside(bundler) {
  bundler.onResolve({ filter: /^@huggingface\/jinja$/ }, () => ({ path: "./jinja.js", external: true }));
}
