// Builds the qkv program and what it stands on if anything has changed; silent unless it takes long or fails.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
if (!existsSync(new URL("../apps/cli/dist/main.js", import.meta.url))) {
  process.stderr.write("Building the packages, once; this takes a minute or two ...\n");
}

const turbo = spawn("turbo", ["run", "build", "--filter=@qkv/cli...", "--output-logs=errors-only"], {
  cwd: root,
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
  shell: process.platform === "win32",
});
let output = "";
for (const stream of [turbo.stdout, turbo.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
turbo.on("error", (error) => {
  process.stderr.write(`buildProgram: expected turbo to start, got ${error.message}\n`);
  process.exitCode = 1;
});
turbo.on("close", (code) => {
  if (code !== 0) process.stderr.write(output);
  process.exitCode = code === 0 ? 0 : 1;
});
