// Runs turbo without its telemetry, on any shell: node scripts/turbo.mjs run build --filter=@qkv/nn
import { spawn } from "node:child_process";

/** The environment in which turbo reports nothing to anybody. */
export const QUIET = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };

/** turbo as a child process, in the folder where pnpm runs a script. */
export function turbo(args, options) {
  return spawn("turbo", args, { env: QUIET, shell: process.platform === "win32", ...options });
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const child = turbo(process.argv.slice(2), { stdio: "inherit" });
  child.on("error", (error) => {
    process.stderr.write(`turbo: expected it to start, got ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("close", (code) => (process.exitCode = code ?? 1));
}
