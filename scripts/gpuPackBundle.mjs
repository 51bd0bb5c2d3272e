// Bundles the benches for a host without packages: each engine's module stays a file of its own at its place.
import { cp, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";

const require = createRequire(new URL("../test/package.json", import.meta.url));

/** Modules that run: the program, a case in a process of its own, and each engine that starts in another. */
const PROGRAMS = ["gpuHost/main.ts", "gpuHost/runCase.ts", "harness/child.ts"];
const TOKENIZERS = join("cases", "tokenizers", "tokenizers.ts");
const ENGINES = /^(ours|onnxWebgpu)\.ts$/;

/** What is there as a package, or is not there at all. */
const EXTERNAL = [
  ...["webgpu", "onnxruntime-web", "onnxruntime-node", "node-llama-cpp", "tokenizers", "sharp"],
  ...["@huggingface/*", "@lenml/*", "@tensorflow/tfjs", "@tensorflow/tfjs-backend-webgl"],
];

/**
 * @param {string} bench the folder of the benches
 * @param {string} to
 */
export async function bundleBenches(bench, to) {
  const { build } = require("esbuild");
  const files = (await readdir(join(bench, "cases"), { recursive: true })).map((file) => join("cases", file));
  const engines = files.filter((file) => ENGINES.test(file.split(sep).at(-1) ?? ""));
  await build({
    entryPoints: [...PROGRAMS, ...engines].map((file) => join(bench, file)),
    outdir: to,
    outbase: bench,
    bundle: true,
    splitting: true,
    minify: true,
    keepNames: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@qkv/source"],
    external: EXTERNAL,
    logLevel: "error",
    banner: { js: 'import{createRequire as qkvRequire}from"node:module";const require=qkvRequire(import.meta.url);' },
    plugins: [{ name: "places", setup: (building) => keepPlaces(building, bench) }],
  });
  for (const file of files.filter((each) => each.endsWith(".py"))) await cp(join(bench, file), join(to, file));
  await cp(join(bench, "harness/engine.py"), join(to, "harness/engine.py"));
}

/**
 * Makes files of the benches find others as they do in the project, whichever chunk their code lands in.
 *
 * @param {import("esbuild").PluginBuild} building
 * @param {string} bench
 */
function keepPlaces(building, bench) {
  building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
    const place = relative(bench, path);
    if (place.startsWith("..") || place.includes("node_modules")) return undefined;
    // Its corpora and peers are not packed, and no tensors are involved.
    if (place === TOKENIZERS) return { contents: "export const tokenizersCase = async () => [];", loader: "ts" };
    const text = await readFile(path, "utf8");
    const here = `process.env.QKV_BENCH_ROOT + ${JSON.stringify(`/${place.replace(/\.ts$/, ".js")}`)}`;
    const contents = text.replaceAll("import.meta.url", `(${here})`).replace(/"(\w+)\.ts"/g, '"$1.js"'); // names of engines: imports have a slash
    return { contents, loader: "ts", resolveDir: dirname(path) };
  });
}
