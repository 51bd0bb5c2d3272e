#!/usr/bin/env node
// Installs every public package alone, from its packed tarball, into an empty project, and uses it as a stranger would:
// import in Node, strict types with both module resolutions, bundles for browsers, publint and attw. And the program:
// it runs, with the models that it brings. Then projects of the usual kinds, made with the packages: each translates on
// wasm, looked at in Chromium where it has a page.
// tsx scripts/testPacked.mjs [NAME...]   (after a build; "projects" for those; all if no name is given)
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage } from "./packed/checkPackage.mjs";
import { checkProgram } from "./packed/checkProgram.mjs";
import { checkProjects } from "./packed/checkProjects.mjs";
import { installTools } from "./packed/checks.mjs";
import { pack, published } from "./packed/tarballs.mjs";

const PROJECTS = "projects";
const asked = process.argv.slice(2);
const chosen = asked.includes(PROJECTS) && asked.length === 1 ? [] : published(asked);
const hasProjects = asked.length === 0 || asked.includes(PROJECTS);
if (chosen.length === 0 && !hasProjects) {
  process.stderr.write(`testPacked: expected names of public packages, or ${PROJECTS}, got ${asked.join(" ")}\n`);
  process.exit(2);
}

const used = hasProjects ? published(["backend", "backend-wasm", "pretrained"]) : [];
const work = mkdtempSync(join(tmpdir(), "qkv-packed-"));
let failed = 0;
try {
  await pack([...chosen, ...used], join(work, "tarballs"));
  const tools = chosen.length > 0 && (await installTools(join(work, "tools")));
  for (const item of chosen) {
    const { name, bin } = item.manifest;
    const check = bin === undefined ? checkPackage : checkProgram;
    await report(name, () => check(item, join(work, name.slice("@qkv/".length)), tools));
  }
  if (hasProjects) await report(PROJECTS, () => checkProjects(used, join(work, PROJECTS)));
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;

async function report(name, check) {
  const start = performance.now();
  const failures = await check();
  failed += failures.length === 0 ? 0 : 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${failures.length === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)\n`);
  for (const failure of failures) process.stdout.write(`${failure.replace(/^/gm, "     ")}\n`);
}
