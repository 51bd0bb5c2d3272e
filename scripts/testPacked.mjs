#!/usr/bin/env node
// Installs every public package alone, from its packed tarball, into an empty project, and uses it as a stranger would:
// import in Node, strict types with both module resolutions, bundles for browsers, publint and attw. And the program:
// it runs, with the models that it brings.
// node scripts/testPacked.mjs [NAME...]   (after a build; all that is public if no name is given)
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage } from "./packed/checkPackage.mjs";
import { checkProgram } from "./packed/checkProgram.mjs";
import { installTools } from "./packed/checks.mjs";
import { pack, published } from "./packed/tarballs.mjs";

const asked = process.argv.slice(2);
const chosen = published(asked);
if (chosen.length === 0) {
  process.stderr.write(`testPacked: expected names of public packages, got ${asked.join(" ")}\n`);
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), "qkv-packed-"));
let failed = 0;
try {
  await pack(chosen, join(work, "tarballs"));
  const tools = await installTools(join(work, "tools"));
  for (const item of chosen) {
    const { name, bin } = item.manifest;
    const start = performance.now();
    const check = bin === undefined ? checkPackage : checkProgram;
    const failures = await check(item, join(work, name.slice("@qkv/".length)), tools);
    failed += failures.length === 0 ? 0 : 1;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${failures.length === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)\n`);
    for (const failure of failures) process.stdout.write(`${failure.replace(/^/gm, "     ")}\n`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
