// What Cloudflare's wrangler does: one file by esbuild, the modules of wasm beside it as they are, and what has to be told
// to workerd. node build.mjs MODEL [FLAG]: the model's address, a compatibility flag.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const [model, flag] = process.argv.slice(2);
const dist = fileURLToPath(new URL("dist", import.meta.url));
const wasm = [];

await mkdir(dist, { recursive: true });
await build({
  entryPoints: [fileURLToPath(new URL("worker.js", import.meta.url))],
  outfile: join(dist, "worker.js"),
  bundle: true,
  format: "esm",
  platform: "browser",
  conditions: ["workerd", "worker", "browser"],
  external: ["@qkv/backend-webgpu", "node:*"],
  plugins: [{ name: "wasm", setup: keepWasm }],
});
await writeFile(join(dist, "config.capnp"), config());

function keepWasm(bundler) {
  bundler.onResolve({ filter: /\.wasm$/ }, async ({ path, resolveDir }) => {
    const file = basename(path);
    await copyFile(join(resolveDir, path), join(dist, file));
    wasm.push(file);
    return { path: `./${file}`, external: true };
  });
}

function config() {
  const modules = [
    '(name = "worker.js", esModule = embed "worker.js")',
    ...wasm.map((file) => `(name = "${file}", wasm = embed "${file}")`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${modules.join(", ")}],
      compatibilityDate = "2026-01-01",
      bindings = [(name = "MODEL", text = "${model}")],
      compatibilityFlags = [${flag === undefined ? "" : `"${flag}"`}],
    )),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
`;
}
