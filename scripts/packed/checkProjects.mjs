import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { launchChromium } from "../../test/browser/chromium.ts";
import { answerFailures, pageFailures, TEXT } from "./answers.mjs";
import { failuresOf } from "./checks.mjs";
import { limitFailures } from "./limits.mjs";
import { freePort, serveFolder, startServer } from "./servers.mjs";
import { installProjects, ROOT } from "./tarballs.mjs";

const MODEL = join(ROOT, "models/en-fr");
const PROJECTS = join(ROOT, "test/packed");
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const BROWSER_BUILD_BYTES = 412_500; // gzipped: tests of kernels and the budget of memory 5, steps on a device 5, families of decoders and encoders 25, of images, of two towers and of many languages 30, text tasks, speech and generation 25, tfjs-core and its wasm backend a half, ours a half; BERT and T5 5 kB, caches 2.5, PNG and GIF 2.6, hashes 3, GGUF of twenty-three architectures 14, attention of rows 0.5, native kernels and gradients of norms 1.5, SentencePiece files of classes 1, heads anew and narrow caches 2.5, packed weights 2, their kernels 3, codes of MLX, GPTQ and others 9, rounding and saving as GGUF 10, adapters 3, proposals and heads of decoders 2, templates by name and the spelling of names 1, the types nearest to an unknown one 0.4, correcting copies 0.8

/** What is wrong in projects as people have them, with the packages installed from their tarballs. */
export async function checkProjects(items, folder) {
  await installProjects(items, folder, PROJECTS);
  for (const name of ["vite-react", "next"])
    cpSync(MODEL, join(folder, name, "public/models/en-fr"), { recursive: true });
  mkdirSync(join(folder, "models"));
  cpSync(MODEL, join(folder, "models/en-fr"), { recursive: true });
  const browser = await launchChromium();
  const files = await serveFolder(folder);
  const isolated = await serveFolder(folder, ISOLATION);
  try {
    const failures = unchecked().map((name) => `${name}: expected a check, got none`);
    for (const [name, check] of Object.entries(CHECKS)) {
      const start = performance.now();
      const found = await check({
        folder,
        browser,
        files: files.origin,
        isolated: isolated.origin,
        inside: join(folder, folderOf(name)),
      });
      process.stdout.write(`     ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
      failures.push(...found.map((failure) => `${name}: ${failure}`));
    }
    return failures;
  } finally {
    await browser.close();
    files.close();
    isolated.close();
  }
}

/** The projects that nobody checks. */
function unchecked() {
  const checked = new Set(Object.keys(CHECKS).map(folderOf));
  return readdirSync(PROJECTS).filter((name) => name !== "package.json" && !checked.has(name));
}

/** The folder of a check's name: `node` of `node, an uncaught error`. */
function folderOf(name) {
  return name.split(",")[0];
}

const node = process.execPath;
const bin = (folder, name) => join(folder, "node_modules/.bin", name);

/** Each project's name, which begins with its folder, and its check. */
const CHECKS = {
  node: ({ inside }) => failuresOf([["translates", node, ["translate.mjs", MODEL], { stdout: ANSWER }]], inside),
  "node, an uncaught error": ({ inside }) =>
    failuresOf([["fails", node, ["uncaught.mjs"], { code: 1, stderr: CLEAN_ERROR }]], inside),
  hono: ({ inside }) =>
    servers(inside, node, (port) => ["server.mjs", MODEL, port], [
      ["/translate", answerFailures],
      ["/", limitFailures],
    ]),
  workerd: (place) => workerd(place),
  "workerd, with Node's globals": (place) => workerd(place, "nodejs_compat"),
  "vite-react, served by vite": ({ inside, folder, browser }) =>
    servers(inside, bin(folder, "vite"), (port) => ["--host=127.0.0.1", `--port=${port}`], [["/", looks(browser)]]),
  "vite-react, built": async ({ inside, folder, browser }) => [
    ...(await failuresOf([["is built", bin(folder, "vite"), ["build", "--logLevel=error"]]], inside)),
    ...(await servers(inside, bin(folder, "vite"), (port) => ["preview", "--host=127.0.0.1", `--port=${port}`], [
      ["/", looks(browser)],
    ])),
  ],
  webpack: async ({ inside, files, browser }) => [
    ...(await failuresOf([["is built", node, ["build.mjs"]]], inside)),
    ...(await pageFailures(browser, `${files}/webpack/index.html`)),
  ],
  esbuild: async ({ inside, isolated, browser }) => [
    ...(await failuresOf([["is built", node, ["build.mjs"], { silent: true }]], inside)),
    ...(await pageFailures(browser, `${isolated}/esbuild/index.html`)),
  ],
  next: async ({ inside, folder, browser }) => [
    ...(await failuresOf([["is built", bin(folder, "next"), ["build"]]], inside)),
    ...(await servers(inside, bin(folder, "next"), (port) => ["start", "-H", "127.0.0.1", "-p", port], [
      ["/api/translate", answerFailures],
      ["/", looks(browser)],
    ])),
  ],
  "script-tag": async ({ files, browser, folder }) => {
    const bytes = gzipSync(readFileSync(join(folder, "node_modules/@qkv/pretrained/dist/browser/qkv.js"))).length;
    return [
      ...(bytes > BROWSER_BUILD_BYTES ? [`expected at most ${BROWSER_BUILD_BYTES} bytes, got ${bytes}`] : []),
      ...(await pageFailures(browser, `${files}/script-tag/index.html`)),
    ];
  },
};

async function workerd({ inside, folder, files }, ...flags) {
  const program = join(folder, "node_modules/workerd/bin/workerd");
  const argsOf = (port) => ["serve", "dist/config.capnp", "--socket-addr", `http=127.0.0.1:${port}`];
  return [
    ...(await failuresOf([["is built", node, ["build.mjs", `${files}/models/en-fr`, ...flags]]], inside)),
    ...(await servers(inside, program, argsOf, [["/", answerFailures]])),
  ];
}

const ANSWER = /^\{"backend":"wasm",.*"translation":"Où est la gare\s\?"\}\n$/;
const CLEAN_ERROR = /^file:.*uncaught\.mjs:\d+\nthrow new Error\("nobody caught this"\);\n[^]{0,400}$/;

const looks = (browser) => (address) => pageFailures(browser, address);

/** Starts a server and looks at each path by its check. */
async function servers(inside, program, argsOf, paths) {
  const port = String(await freePort());
  const server = await startServer(program, argsOf(port), inside, `http://127.0.0.1:${port}`);
  try {
    const failures = [];
    for (const [path, check] of paths) failures.push(...(await check(new URL(path, server.origin).href, TEXT)));
    return failures.map((failure) => `${failure}\n${server.printed()}`);
  } catch (error) {
    return [`${error.message}\n${server.printed()}`];
  } finally {
    await server.stop();
  }
}
