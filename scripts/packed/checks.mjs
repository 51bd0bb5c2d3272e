import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { npmInstall, ROOT } from "./tarballs.mjs";

const run = promisify(execFile);

/** The programs that judge what is packed: those of this workspace, and bundlers that it does without. */
export async function installTools(folder) {
  // Versions are those tried.
  await npmInstall(folder, { vite: "8.3.1", esbuild: "0.27.7" });
  const own = (name) => join(ROOT, "node_modules", ".bin", name);
  const bin = (name) => join(folder, "node_modules", ".bin", name);
  return { tsc: own("tsc"), publint: own("publint"), attw: own("attw"), esbuild: bin("esbuild"), vite: bin("vite") };
}

/**
 * Runs commands in a folder, and tells what is wrong; nothing if all is well.
 *
 * @param checks rows of what is checked, a program, its arguments, and what is expected of it: `silent`, or `stdout`, or to
 *   fail with `code` and `stderr`
 */
export async function failuresOf(checks, folder) {
  const failures = [];
  for (const [what, program, args, { silent = false, stdout: expected, code, stderr: words } = {}] of checks) {
    try {
      const { stdout, stderr } = await run(program, args, { cwd: folder, maxBuffer: 2 ** 26 });
      const printed = (stdout + stderr).slice(0, 2000);
      if (silent && printed !== "") failures.push(`${what}: expected silence, got\n${printed}`);
      if (expected !== undefined && !(expected.test(stdout) && stderr === ""))
        failures.push(`${what}: expected ${expected} and nothing else, got\n${printed}`);
      if (code !== undefined) failures.push(`${what}: expected exit code ${code}, got 0\n${printed}`);
    } catch (error) {
      if (error.code === code && words.test(error.stderr)) continue;
      failures.push(`${what}: expected success, got ${error.code}\n${`${error.stdout}${error.stderr}`.slice(0, 4000)}`);
    }
  }
  return failures;
}
