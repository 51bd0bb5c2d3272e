import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
// @ts-expect-error: a script, which has no types
import { readmeCommands, rowOf } from "../scripts/readme/commands.mjs";

test("each command of the README is one that pnpm test:readme knows what to expect of", () => {
  const readme = readFileSync(fileURLToPath(new URL("../README.md", import.meta.url)), "utf8");
  const commands = (readmeCommands as (markdown: string) => string[])(readme);
  expect(commands.length).toBeGreaterThan(10);
  for (const command of commands) expect(() => (rowOf as (command: string) => object)(command), command).not.toThrow();
});
