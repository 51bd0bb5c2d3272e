#!/usr/bin/env node
// Publishes everything to a registry that lives as long as this script, then translates from there in an empty folder:
// what `npx @qkv/cli` will be like.
// node scripts/tryRelease.mjs   (after a build)
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { publishAll, startRegistry } from "./release/registry.mjs";

const run = promisify(execFile);
const SENTENCE = ["Where is the train station?", /^Où est la gare\s\?\n$/];

const work = mkdtempSync(join(tmpdir(), "qkv-release-"));
let registry;
try {
  registry = await startRegistry(join(work, "registry"));
  process.stdout.write(`ok   ${await publishAll(registry)} packages published\n`);
  await useProgram(registry.url, join(work, "empty"));
} finally {
  registry?.stop();
  rmSync(work, { recursive: true, force: true });
}

async function useProgram(url, folder) {
  mkdirSync(join(folder, "home"), { recursive: true });
  const env = { PATH: process.env.PATH, HOME: join(folder, "home"), LANG: "C.UTF-8", npm_config_registry: url };
  const [sentence, expected] = SENTENCE;
  const start = performance.now();
  const { stdout } = await run("npx", ["-y", "@qkv/cli", "translate", sentence], { cwd: folder, env });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (!expected.test(stdout)) throw new Error(`npx @qkv/cli translate: expected ${expected}, got ${stdout}`);
  const installed = megabytes(join(folder, "home/.npm/_npx"));
  process.stdout.write(`ok   npx @qkv/cli translate in an empty folder: ${seconds} s, ${installed} MB installed\n`);
}

function megabytes(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return Math.round(bytes / 1e6);
}
