#!/usr/bin/env node
// Runs the README's commands one after another as a stranger who has only Node and npm: a new clone, an empty HOME.
// What is on no registry yet comes from one on this machine, and so do the hub's models. QKV_DATA: a folder of data sets;
// without it, what needs them is skipped and counted. QKV_PNPM: which pnpm, 10 if left out.
// tsx --conditions=@qkv/source scripts/testReadme.mjs [WORDS]   (after a build; only commands with these words)
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./packed/tarballs.mjs";
import { readmeCommands, rowOf } from "./readme/commands.mjs";
import { startReadmeHub } from "./readme/hub.mjs";
import { newStranger, runLine } from "./readme/stranger.mjs";
import { publishAll, startRegistry } from "./release/registry.mjs";

const { QKV_DATA: data, QKV_PNPM: pnpm = "10" } = process.env;
const words = process.argv.slice(2).join(" ");
const commands = readmeCommands(readFileSync(join(ROOT, "README.md"), "utf8")).filter((line) => line.includes(words));
const work = mkdtempSync(join(tmpdir(), "qkv-readme-"));
const stranger = newStranger(work);
const places = { clone: stranger.clone, empty: join(work, "empty") };
mkdirSync(places.empty);

const hub = await startReadmeHub();
const registry =
  commands.some((command) => rowOf(command).place === "empty") && (await startRegistry(join(work, "registry")));
let failed = 0;
try {
  if (registry) await publishAll(registry);
  for (const [i, command] of commands.entries()) {
    await report(command);
    if (i === 0) prepare(); // later, since the first commands have to leave no file behind
  }
} finally {
  if (registry) registry.stop();
  await hub.close();
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;

async function report(command) {
  const row = rowOf(command);
  const skip = row.skip ?? (row.data && data === undefined ? "QKV_DATA is not set" : undefined);
  const start = performance.now();
  const failures = skip === undefined ? await check(command, row) : [];
  failed += failures.length === 0 ? 0 : 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const verdict = skip !== undefined ? "skip" : failures.length === 0 ? "ok  " : "FAIL";
  process.stdout.write(`${verdict} ${command} (${skip ?? `${seconds} s`})\n`);
  for (const failure of failures) process.stdout.write(`${failure.replace(/^/gm, "     ")}\n`);
}

/** Runs one command; gives what is wrong with what it did. */
async function check(command, { words = {}, place = "clone", until, prints = /^/, notes = /^/, writes = [] }) {
  const cwd = places[place];
  let line = command.replace(/(^|\| )pnpm /, "$1npx -y pnpm@10 ").replace("pnpm@10", `pnpm@${pnpm}`);
  for (const [word, value] of Object.entries({ DIR: data, ...words })) line = line.replaceAll(word, value);
  const env = { HF_ENDPOINT: hub.endpoint, ...(place === "empty" && { npm_config_registry: registry.url }) };
  const { code, stdout, stderr } = await runLine(stranger, line, { cwd, env, until: until?.(command, cwd) });
  const failures = writes
    .filter((file) => !existsSync(join(cwd, file)))
    .map((file) => `expected the file ${file}, got none`);
  if (until === undefined && code !== 0) failures.push(`expected exit code 0, got ${code}`);
  if (!prints.test(stdout)) failures.push(`expected output like ${prints}, got ${stdout.slice(-500)}`);
  if (!notes.test(stderr)) failures.push(`expected on standard error ${notes}`);
  return failures.length === 0 ? [] : [...failures, stderr.slice(-1500)];
}

/** Files of the reader's own that commands name. */
function prepare() {
  const left = execFileSync("git", ["status", "--porcelain"], { cwd: places.clone, encoding: "utf8" });
  if (left !== "") throw new Error(`expected no new or changed file after the first command, got\n${left}`);
  const file = (name) => join(places.clone, name);
  copyFileSync(join(ROOT, "packages/vit/test/images/rgb.jpg"), file("cat.jpg"));
  writeFileSync(file("test.en"), "I love you.\nWhere is the train station?\n");
  writeFileSync(file("test.fr"), "Je t'aime.\nOù est la gare ?\n");
  writeFileSync(file("texts.txt"), readFileSync(join(ROOT, "README.md")));
  const ids = { dtype: "I32", shape: [1, 3], values: new Int32Array([5, 6, 0]) };
  const pixels = { dtype: "F32", shape: [1, 3, 32, 32], values: new Float32Array(3 * 32 * 32) };
  writeFileSync(file("in.safetensors"), safetensors({ input_ids: ids, decoder_input_ids: ids }));
  writeFileSync(file("pixels.safetensors"), safetensors({ pixel_values: pixels }));
}

function safetensors(tensors) {
  const header = {};
  let end = 0;
  for (const [name, { dtype, shape, values }] of Object.entries(tensors))
    header[name] = { dtype, shape, data_offsets: [end, (end += values.byteLength)] };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, ...Object.values(tensors).map(({ values }) => Buffer.from(values.buffer))]);
}
