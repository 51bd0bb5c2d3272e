#!/usr/bin/env node
// Publishes everything to a registry that lives as long as this script, as `pnpm release` publishes it to the real one,
// then uses the program from there in an empty folder: what `npx @qkv/cli` will be like.
// node scripts/tryRelease.mjs   (after a build)
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { published, ROOT } from "./packed/tarballs.mjs";

const run = promisify(execFile);
const SENTENCE = ["Where is the train station?", /^Où est la gare\s\?\n$/];

const work = mkdtempSync(join(tmpdir(), "qkv-release-"));
let registry;
try {
  registry = await startRegistry(join(work, "registry"));
  await publishAll(registry.url);
  await useProgram(registry.url, join(work, "empty"));
} finally {
  registry?.stop();
  rmSync(work, { recursive: true, force: true });
}

/** Verdaccio on this machine: it takes what anybody publishes, and asks the registry in use for what is not ours. */
async function startRegistry(folder) {
  mkdirSync(folder);
  const manifest = { dependencies: { verdaccio: "6.5.2" }, overrides: { "node-fetch": "2.7.0" } }; // it asks for a tag of it
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, ...manifest }));
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
  const upstream = (await run("npm", ["config", "get", "registry"])).stdout.trim();
  const port = await freePort();
  const everybody = { access: "$all", publish: "$anonymous" };
  const config = {
    storage: join(folder, "storage"),
    uplinks: { upstream: { url: upstream, timeout: "60s" } },
    packages: { "@qkv/*": everybody, "**": { access: "$all", proxy: "upstream" } },
    max_body_size: "100mb",
    log: { type: "stdout", level: "error" },
  };
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(config)); // JSON is YAML
  const verdaccio = join(folder, "node_modules/.bin/verdaccio");
  const child = spawn(verdaccio, ["--config", join(folder, "config.yaml"), "--listen", `127.0.0.1:${port}`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(url, child);
  return { url, stop: () => child.kill() };
}

async function publishAll(url) {
  const npmrc = join(work, "npmrc"); // a registry wants to know who publishes; this one believes anybody
  writeFileSync(npmrc, `registry=${url}/\n${url.slice("http:".length)}/:_authToken=anybody\n`);
  const env = { ...process.env, NPM_CONFIG_USERCONFIG: npmrc, npm_config_registry: `${url}/` };
  await run("pnpm", ["exec", "changeset", "publish", "--no-git-tag"], { cwd: ROOT, env });
  for (const { manifest } of published([])) {
    const { version } = await (await fetch(`${url}/${manifest.name}/latest`)).json();
    if (version !== manifest.version)
      throw new Error(`${manifest.name}: expected ${manifest.version} in the registry, got ${version}`);
  }
  process.stdout.write(`ok   ${published([]).length} packages published\n`);
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

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url, child) {
  for (let second = 0; second < 60; second += 0.25) {
    if (child.exitCode !== null) throw new Error(`verdaccio: expected it to serve, got exit code ${child.exitCode}`);
    if (
      await fetch(`${url}/-/ping`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`verdaccio: expected an answer at ${url} within 60 s, got none`);
}
