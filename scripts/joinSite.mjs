#!/usr/bin/env node
// node scripts/joinSite.mjs [FOLDER]: one site of the start page, of all pages that are built, FOLDER/NAME, and of the
// reference with the guides, FOLDER/reference, where `pnpm docs:site` has made it. Only here do they lead to each other: each
// works alone as well. FOLDER is apps/home/dist unless another one is named.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const start = join(root, "apps/home/dist");
const site = process.argv[2] ?? start;
const GUIDES = "docs/guides/README.html";

if (!existsSync(join(start, "index.html"))) {
  console.error("apps/home/dist: expected the start page as it is built, got nothing: pnpm build:apps builds it");
  process.exit(1);
}
if (site !== start) cpSync(start, site, { recursive: true });

const pages = readdirSync(join(root, "apps")).filter(
  (name) => name !== "home" && existsSync(join(root, "apps", name, "dist/index.html")),
);
for (const name of pages) {
  copy(join(root, "apps", name, "dist"), name);
  change(join(site, name, "index.html"), /<div id="app"/, '$& data-home="../index.html"');
}

const hasReference = existsSync(join(root, "docs/site/index.html"));
if (hasReference) {
  copy(join(root, "docs/site"), "reference");
  const links = `data-guides="./reference/${GUIDES}" data-reference="./reference/index.html"`;
  change(join(site, "index.html"), /<div id="app"[^>]*/, `<div id="app" ${links}`);
  for (const file of readdirSync(join(site, "reference"), { recursive: true })) {
    if (file.endsWith(".html")) linkToStart(join(site, "reference", file));
  }
}
process.stdout.write(`${relative(root, site)}: ${[...pages, ...(hasReference ? ["reference"] : [])].join(", ")}\n`);

/** Puts a folder into the site. */
function copy(folder, name) {
  rmSync(join(site, name), { recursive: true, force: true });
  cpSync(folder, join(site, name), { recursive: true });
}

/** Puts a link to the start page where TypeDoc has links of one's own: at the top, and in the menu of narrow screens. */
function linkToStart(file) {
  const link = `<a href="${relative(dirname(file), join(site, "index.html"))}">Start page</a>`;
  change(file, /<div id="tsd-toolbar-links">/, `$&${link}`);
}

/** Replaces a piece of a file, which has to be there. */
function change(file, piece, replacement) {
  const text = readFileSync(file, "utf8");
  if (!piece.test(text)) throw new Error(`${file}: expected ${piece}, got none`);
  writeFileSync(file, text.replace(piece, replacement));
}
