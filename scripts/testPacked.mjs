#!/usr/bin/env node
// Installs every public package alone, from its packed tarball, into an empty project, and uses it as a stranger would:
// import in Node, strict types with both module resolutions, bundles for browsers, publint and attw.
// node scripts/testPacked.mjs [NAME...]   (after a build; all public packages if no name is given)
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "qkv-packed-"));
const asked = process.argv.slice(2);
const catalog = readCatalog();
const all = readPackages();
const chosen = all.filter(
  ({ manifest }) => !manifest.private && (asked.length === 0 || asked.includes(manifest.name.slice(5))),
);
if (chosen.length === 0) {
  process.stderr.write(`testPacked: expected names of public packages, got ${asked.join(" ")}\n`);
  process.exit(2);
}

let failed = 0;
try {
  await packAll();
  const tools = await installTools();
  for (const item of chosen) {
    const start = performance.now();
    const failures = await check(item, tools);
    failed += failures.length === 0 ? 0 : 1;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${failures.length === 0 ? "ok  " : "FAIL"} ${item.manifest.name} (${seconds} s)\n`);
    for (const failure of failures) process.stdout.write(`${failure.replace(/^/gm, "     ")}\n`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;

function readPackages() {
  return readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) }));
}

/** The versions that pnpm-workspace.yaml gives to names that several packages share. */
function readCatalog() {
  const yaml = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8");
  const lines = /^catalog:\n((?:[ \t].*\n|\n|#.*\n)*)/m.exec(yaml)?.[1] ?? "";
  return new Map(
    Array.from(lines.matchAll(/^\s+"?([^":\s]+)"?:\s*"?([^"\s]+)"?\s*$/gm), ([, name, version]) => [name, version]),
  );
}

/** Packs what is to be tested and all that it needs of ours. */
async function packAll() {
  mkdirSync(join(work, "tarballs"));
  const needed = new Set(chosen.flatMap(withOurs));
  for (const item of needed) {
    if (!existsSync(join(item.folder, "dist")))
      throw new Error(`${item.manifest.name}: expected a dist folder, got none: run pnpm build`);
    const { stdout } = await run("pnpm", ["pack", "--json", "--pack-destination", join(work, "tarballs")], {
      cwd: item.folder,
    });
    item.tarball = JSON.parse(stdout).filename;
  }
}

/** A package and those of ours that it needs, its optional peers left out. */
function withOurs(item) {
  const names = Object.keys(item.manifest.dependencies ?? {}).filter((name) => name.startsWith("@qkv/"));
  return [item, ...all.filter(({ manifest }) => names.includes(manifest.name)).flatMap(withOurs)];
}

/** The programs that judge a package: those of this workspace, and a bundler that it does without. */
async function installTools() {
  const folder = join(work, "tools");
  mkdirSync(folder);
  // Versions are those tried.
  await npmInstall(folder, { vite: "8.3.1", esbuild: "0.27.7" });
  const own = (name) => join(root, "node_modules", ".bin", name);
  const bin = (name) => join(folder, "node_modules", ".bin", name);
  return { tsc: own("tsc"), publint: own("publint"), attw: own("attw"), esbuild: bin("esbuild"), vite: bin("vite") };
}

function npmInstall(folder, dependencies) {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  return run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"], {
    cwd: folder,
  });
}

/** What is wrong with a package; nothing if all is well. */
async function check(item, tools) {
  const folder = join(work, item.manifest.name.slice(5));
  mkdirSync(folder);
  const peers = new Set(withOurs(item).flatMap(requiredPeers));
  await npmInstall(folder, {
    ...Object.fromEntries(
      [...new Set(withOurs(item))].map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]),
    ),
    ...Object.fromEntries([...peers].map((name) => [name, catalog.get(name) ?? "latest"])),
  });
  const isFile = (path) => path.endsWith(".js"); // what a page loads by its address, and nobody imports
  const paths = Object.keys(item.manifest.exports);
  const entries = paths.filter((path) => !isFile(path)).map((path) => item.manifest.name + path.slice(1));
  const browser = entries.filter((entry) => !entry.endsWith("/node"));
  writeFileSync(
    join(folder, "node.mjs"),
    entries
      .map(
        (entry, i) =>
          `import * as e${i} from "${entry}";\nif (Object.keys(e${i}).length === 0) throw new Error("${entry}: expected exports, got none");\n`,
      )
      .join(""),
  );
  writeFileSync(join(folder, "types.ts"), entries.map((entry, i) => `export * as e${i} from "${entry}";\n`).join(""));
  writeFileSync(
    join(folder, "browser.mjs"),
    browser.map((entry, i) => `import * as e${i} from "${entry}";\nglobalThis.e${i} = e${i};\n`).join(""),
  );
  writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="./browser.mjs"></script>');

  for (const [module, moduleResolution] of [
    ["esnext", "bundler"],
    ["nodenext", "nodenext"],
  ]) {
    const lib = ["es2023", "esnext.disposable", "dom", "dom.iterable"];
    const compilerOptions = { noEmit: true, strict: true, target: "es2022", lib, module, moduleResolution };
    writeFileSync(
      join(folder, `tsconfig.${moduleResolution}.json`),
      JSON.stringify({ compilerOptions, files: ["types.ts"] }),
    );
  }
  const unresolved = optionalPeers(item).flatMap((name) => [`--external:${name}`]);
  const checks = [
    ["imports in Node without a word", process.execPath, ["node.mjs"], { silent: true }],
    ["has types for bundlers", tools.tsc, ["-p", "tsconfig.bundler.json"]],
    ["has types for Node", tools.tsc, ["-p", "tsconfig.nodenext.json"]],
    [
      "is bundled by esbuild",
      tools.esbuild,
      [
        "browser.mjs",
        "--bundle",
        "--format=esm",
        "--platform=browser",
        "--outdir=esbuild",
        "--log-level=warning",
        ...unresolved,
      ],
      { silent: true },
    ],
    ["is bundled by Vite", tools.vite, ["build", "--logLevel", "warn", "--outDir", "vite"]],
    ["pleases publint", tools.publint, ["--strict", item.tarball]],
    [
      "pleases attw",
      tools.attw,
      [
        ...[item.tarball, "--profile", "esm-only", "--no-emoji"],
        ...paths.filter(isFile).flatMap((path) => ["--exclude-entrypoints", path.slice(2)]),
      ],
    ],
  ];
  const failures = [];
  for (const [what, program, args, { silent = false } = {}] of checks) {
    try {
      const { stdout, stderr } = await run(program, args, { cwd: folder, maxBuffer: 2 ** 26 });
      if (silent && stdout + stderr !== "")
        failures.push(`${what}: expected silence, got\n${(stdout + stderr).slice(0, 2000)}`);
    } catch (error) {
      failures.push(`${what}: expected success, got ${error.code}\n${`${error.stdout}${error.stderr}`.slice(0, 4000)}`);
    }
  }
  return failures;
}

/** Peers that have to be installed beside a package; ours come as tarballs. */
function requiredPeers({ manifest }) {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  return Object.keys(peerDependencies).filter(
    (name) => peerDependenciesMeta[name]?.optional !== true && !name.startsWith("@qkv/"),
  );
}

function optionalPeers(item) {
  return withOurs(item).flatMap(({ manifest }) => Object.keys(manifest.peerDependenciesMeta ?? {}));
}
