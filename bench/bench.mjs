// `pnpm bench`: reads the command line, builds the packages, installs the peers, and runs the cases.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseCommandLine, UsageError } from "./commandLine.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * Runs a program to its end with its output on standard error, or ends this one as it ended.
 *
 * @param {string} command
 * @param {string[]} args
 */
function prepare(command, args) {
  // On Windows pnpm is a script for a shell.
  const { status, error } = spawnSync(command, args, {
    cwd: here,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (error) process.stderr.write(`bench: expected ${command} to start, got ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}

try {
  const settings = parseCommandLine(process.argv.slice(2));
  if (typeof settings === "string") {
    process.stdout.write(settings);
  } else {
    prepare(process.execPath, ["../scripts/buildProgram.mjs"]);
    if (!existsSync(new URL("node_modules", import.meta.url))) {
      process.stderr.write("Installing the peers, once: this takes a while ...\n");
    }
    prepare("pnpm", ["install", "--frozen-lockfile", "--silent"]);
    const { status } = spawnSync(process.execPath, ["--import", "tsx", "main.ts", JSON.stringify(settings)], {
      cwd: here,
      stdio: "inherit",
    });
    process.exitCode = status ?? 1;
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench: ${error.message}\nTry: pnpm bench --help\n`);
  process.exitCode = 2;
}
