// A registry that lives as long as a script, with everything in it as `pnpm release` publishes it to the real one.
import { execFile, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../packed/servers.mjs";
import { published, ROOT } from "../packed/tarballs.mjs";

const run = promisify(execFile);

/** Verdaccio on this machine: it takes what anybody publishes, and asks the registry in use for what is not ours. */
export async function startRegistry(folder) {
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
  return { url, folder, stop: () => child.kill() };
}

/** Publishes every package and program, built, to a registry; gives how many. */
export async function publishAll({ url, folder }) {
  const npmrc = join(folder, "npmrc"); // a registry wants to know who publishes; this one believes anybody
  writeFileSync(npmrc, `registry=${url}/\n${url.slice("http:".length)}/:_authToken=anybody\n`);
  const env = { ...process.env, NPM_CONFIG_USERCONFIG: npmrc, npm_config_registry: `${url}/` };
  await run("pnpm", ["exec", "changeset", "publish", "--no-git-tag"], { cwd: ROOT, env });
  for (const { manifest } of published([])) {
    const { version } = await (await fetch(`${url}/${manifest.name}/latest`)).json();
    if (version !== manifest.version)
      throw new Error(`${manifest.name}: expected ${manifest.version} in the registry, got ${version}`);
  }
  return published([]).length;
}

async function answers(url, child) {
  for (let second = 0; second < 60; second += 0.25) {
    if (child.exitCode !== null) throw new Error(`verdaccio: expected it to serve, got exit code ${child.exitCode}`);
    const ping = await fetch(`${url}/-/ping`).catch(() => undefined);
    if (ping?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`verdaccio: expected an answer at ${url} within 60 s, got none`);
}
