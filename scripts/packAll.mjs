#!/usr/bin/env node
// Packs packages, and those of ours that they need, into a folder; prints the command that installs them from there.
// pnpm pack:all DIR [NAME...]   (all that is published if no name is given)
import { resolve } from "node:path";
import { dependenciesOn, pack, published } from "./packed/tarballs.mjs";

const [folder, ...names] = process.argv.slice(2);
const chosen = published(names);
if (folder === undefined || chosen.length === 0) {
  process.stderr.write(
    `packAll: expected a folder and names of public packages, got ${process.argv.slice(2).join(" ")}\n`,
  );
  process.exit(2);
}
await pack(chosen, resolve(folder));
const argument = (name, version) =>
  version.startsWith("file:") ? version.slice("file:".length) : `${name}@${version}`;
const installed = Object.entries(dependenciesOn(chosen)).map(([name, version]) => argument(name, version));
process.stdout.write(`npm install ${installed.join(" ")}\n`);
