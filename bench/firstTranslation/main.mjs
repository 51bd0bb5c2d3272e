// How long a stranger waits for a first translation in Node, and what lies on the disk then: an empty folder, an empty
// cache of npm, one `npm install`, one program; ours from its packed tarballs, beside transformers.js. Both have the
// shipped model at hand. pnpm bench:first   (after a build)
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { dependenciesOn, pack, published, ROOT } from "../../scripts/packed/tarballs.mjs";
import { writeOnnxFiles } from "../cases/decode/onnxFiles.ts";
import { median } from "../harness/statistics.ts";

const run = promisify(execFile);
const ROUNDS = 3;
const SENTENCE = "Where is the train station?";
const FRENCH = /^Où est la gare\s\?\n$/;

const work = mkdtempSync(join(tmpdir(), "qkv-first-"));
try {
  const model = join(work, "en-fr");
  cpSync(join(ROOT, "models/en-fr"), model, { recursive: true });
  await writeOnnxFiles(model);
  const contestants = [await ours(model), transformersJs(model)];
  const waits = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const contestant of contestants) waits.get(contestant.name).push(await wait(contestant));
  for (const [name, rounds] of waits) process.stdout.write(`${name}: ${sentence(rounds)}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function ours(model) {
  const packages = published(["pretrained", "backend", "backend-wasm"]);
  await pack(packages, join(work, "tarballs"));
  const program = `
    import { initBackend } from "@qkv/backend";
    import { createTranslator, loadPretrained } from "@qkv/pretrained";
    import { modelFolder } from "@qkv/pretrained/node";
    await initBackend();
    const translator = createTranslator(await loadPretrained(modelFolder(${JSON.stringify(model)})));
    console.log((await translator.translate(${JSON.stringify(SENTENCE)})).translation);`;
  return { name: "ours", dependencies: dependenciesOn(packages), program };
}

function transformersJs(model) {
  const { dependencies: peers } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const version = peers["@huggingface/transformers"];
  const program = `
    import { env, pipeline } from "@huggingface/transformers";
    env.allowRemoteModels = false;
    env.localModelPath = ${JSON.stringify(join(model, ".."))};
    const translate = await pipeline("translation", "en-fr", { dtype: "fp32" });
    console.log((await translate(${JSON.stringify(SENTENCE)}))[0].translation_text);`;
  return {
    name: `transformers.js ${version}`,
    dependencies: { "@huggingface/transformers": version },
    program,
  };
}

/** Seconds, and megabytes of what was installed. */
async function wait({ name, dependencies, program }) {
  const folder = mkdtempSync(join(work, "empty-"));
  // Without the libraries for CUDA, which onnxruntime-node would download beside what npm brings.
  const env = { ...process.env, npm_config_cache: join(folder, "cache"), ONNXRUNTIME_NODE_INSTALL_CUDA: "skip" };
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  writeFileSync(join(project, "first.js"), program);
  const start = performance.now();
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: project, env });
  const installed = performance.now();
  const { stdout } = await run(process.execPath, ["first.js"], { cwd: project });
  const translated = performance.now();
  if (!FRENCH.test(stdout)) throw new Error(`${name}: expected ${FRENCH}, got ${stdout}`);
  const megabytes = bytesIn(join(project, "node_modules")) / 1e6;
  rmSync(folder, { recursive: true });
  return { install: (installed - start) / 1000, translate: (translated - installed) / 1000, megabytes };
}

function bytesIn(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

function sentence(rounds) {
  const of = (pick) => median(rounds.map(pick)).toFixed(1);
  const seconds = of(({ install, translate }) => install + translate);
  return `${seconds} s (${of(({ install }) => install)} installing, ${of(({ translate }) => translate)} translating), ${of(({ megabytes }) => megabytes)} MB; medians of ${rounds.length}`;
}
