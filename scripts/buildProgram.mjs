// Builds the qkv program and what it stands on if anything has changed; silent unless it takes long or fails.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { turbo } from "./turbo.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
if (!existsSync(new URL("../apps/cli/dist/main.js", import.meta.url))) {
  process.stderr.write("Building the packages, once; this takes a minute or two ...\n");
}

const build = turbo(["run", "build:code", "--filter=@qkv/cli..."], { cwd: root });
let output = "";
for (const stream of [build.stdout, build.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
build.on("error", (error) => {
  process.stderr.write(`buildProgram: expected turbo to start, got ${error.message}\n`);
  process.exitCode = 1;
});
build.on("close", (code) => {
  if (code !== 0) process.stderr.write(output);
  process.exitCode = code === 0 ? 0 : 1;
});
