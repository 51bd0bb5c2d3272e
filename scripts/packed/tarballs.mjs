// What is published, packed, and installed from its tarballs as a stranger installs it.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const run = promisify(execFile);
const catalog = readCatalog();
const all = readPublished();

/** Every package and program that is published: its folder and its package.json. */
function readPublished() {
  return ["packages", "apps"]
    .flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => join(ROOT, parent, name)))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) }))
    .filter(({ manifest }) => !manifest.private);
}

/** The versions that pnpm-workspace.yaml gives to names that several packages share. */
function readCatalog() {
  const yaml = readFileSync(join(ROOT, "pnpm-workspace.yaml"), "utf8");
  const lines = /^catalog:\n((?:[ \t].*\n|\n|#.*\n)*)/m.exec(yaml)?.[1] ?? "";
  return new Map(
    Array.from(lines.matchAll(/^\s+"?([^":\s]+)"?:\s*"?([^"\s]+)"?\s*$/gm), ([, name, version]) => [name, version]),
  );
}

/** Those of the names, without their scope; all if there are none. */
export function published(names) {
  return all.filter(({ manifest }) => names.length === 0 || names.includes(manifest.name.slice("@qkv/".length)));
}

/** An item and those of ours that it needs, its optional peers left out. */
export function withOurs(item) {
  const names = Object.keys(item.manifest.dependencies ?? {}).filter((name) => name.startsWith("@qkv/"));
  return [...new Set([item, ...all.filter(({ manifest }) => names.includes(manifest.name)).flatMap(withOurs)])];
}

/** Packs the items and all that they need of ours; each then has a `tarball`. */
export async function pack(items, folder) {
  mkdirSync(folder, { recursive: true });
  for (const item of new Set(items.flatMap(withOurs))) {
    if (!existsSync(join(item.folder, "dist")))
      throw new Error(`${item.manifest.name}: expected a dist folder, got none: run pnpm build`);
    const { stdout } = await run("pnpm", ["pack", "--json", "--pack-destination", folder], { cwd: item.folder });
    item.tarball = JSON.parse(stdout.slice(stdout.indexOf("{\n"))).filename; // in front of it, what scripts say
  }
}

/** Installs an item alone, and the peers it cannot do without, into an empty project. */
export function installAlone(item, folder) {
  return npmInstall(folder, dependenciesOn([item]));
}

/** Copies the projects of a folder, and installs beside them the items and what its package.json names. */
export async function installProjects(items, folder, projects) {
  const { dependencies } = JSON.parse(readFileSync(join(projects, "package.json"), "utf8"));
  await npmInstall(folder, { ...dependencies, ...dependenciesOn(items) });
  for (const name of readdirSync(projects))
    if (name !== "package.json") cpSync(join(projects, name), join(folder, name), { recursive: true });
}

/** Items, what they need of ours, and the peers they cannot do without, as a package.json names them. */
export function dependenciesOn(items) {
  const ours = [...new Set(items.flatMap(withOurs))];
  const peers = new Set(ours.flatMap(requiredPeers));
  return {
    ...Object.fromEntries(ours.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`])),
    ...Object.fromEntries([...peers].map((name) => [name, catalog.get(name) ?? "latest"])),
  };
}

/** Which of the files that every package has to bring are not there once it is installed. */
export function missingFiles({ manifest }, folder) {
  return ["LICENSE", "README.md"]
    .filter((file) => !existsSync(join(folder, "node_modules", manifest.name, file)))
    .map((file) => `brings its ${file}: expected it in the tarball, got none`);
}

/** Makes a project in a folder, with what it depends on. */
export function npmInstall(folder, dependencies) {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  return run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"], {
    cwd: folder,
  });
}

/** Peers that have to be installed beside a package; ours come as tarballs. */
function requiredPeers({ manifest }) {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  return Object.keys(peerDependencies).filter(
    (name) => peerDependenciesMeta[name]?.optional !== true && !name.startsWith("@qkv/"),
  );
}
