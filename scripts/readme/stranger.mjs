// Somebody who has Node and npm and nothing else: a new clone, an empty HOME, no environment of one's own.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../packed/tarballs.mjs";

const PATIENCE_MS = 20 * 60_000;

/** Clones what is committed below `folder`, for a stranger whose home is there. */
export function newStranger(folder) {
  const home = join(folder, "home");
  const clone = join(folder, "clone");
  mkdirSync(home);
  execFileSync("git", ["clone", "-q", ROOT, clone]);
  return { home, clone };
}

/**
 * Runs a line of shell for a stranger, to its end or, if `until` is given, until that resolves: then as Ctrl-C ends it.
 *
 * @param until gets what was printed so far, every quarter of a second; resolves to whether that is enough
 */
export async function runLine({ home }, line, { cwd, env = {}, until } = {}) {
  const path = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
  const child = spawn("sh", ["-c", line], {
    cwd,
    env: { HOME: home, PATH: path, LANG: "C.UTF-8", ...env },
    detached: true, // a process group, for Ctrl-C to end all of it
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"])
    child[name].setEncoding("utf8").on("data", (text) => (printed[name] += text));
  const ended = once(child, "close");
  const deadline = setTimeout(() => process.kill(-child.pid, "SIGKILL"), PATIENCE_MS);
  if (until !== undefined) {
    while (child.exitCode === null && !(await until(printed))) await new Promise((resolve) => setTimeout(resolve, 250));
    if (child.exitCode === null) process.kill(-child.pid, "SIGINT");
  }
  const [code] = await ended;
  clearTimeout(deadline);
  return { code, ...printed };
}
