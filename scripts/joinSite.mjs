#!/usr/bin/env node
// node scripts/joinSite.mjs: puts all pages that are built into the start page's folder, apps/home/dist/NAME, and so makes
// one site of them; and the reference, where `pnpm docs:site` has made it.
import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const site = join(root, "apps/home/dist");

if (!existsSync(join(site, "index.html"))) {
  console.error("apps/home/dist: expected the start page as it is built, got nothing: pnpm build:apps builds it");
  process.exit(1);
}
const pages = readdirSync(join(root, "apps")).filter(
  (name) => name !== "home" && existsSync(join(root, "apps", name, "dist/index.html")),
);
const parts = Object.fromEntries(pages.map((name) => [name, join(root, "apps", name, "dist")]));
if (existsSync(join(root, "docs/site/index.html"))) parts.reference = join(root, "docs/site");

for (const [name, folder] of Object.entries(parts)) {
  const place = join(site, name);
  rmSync(place, { recursive: true, force: true });
  cpSync(folder, place, { recursive: true });
}
process.stdout.write(`apps/home/dist: ${Object.keys(parts).join(", ")}\n`);
