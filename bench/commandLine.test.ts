// The command line is judged before anything is built or installed.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("bench.mjs", import.meta.url));
const bench = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });

test("--help lists the cases", () => {
  const { status, stdout, stderr } = bench("--help");
  expect([status, stderr]).toEqual([0, ""]);
  for (const name of [
    "encoder",
    "encoder-base",
    "train-step",
    "decode",
    "llama",
    "attention-long",
    "load",
    "tokenizers",
  ]) {
    expect(stdout).toContain(`\n  ${name} `);
  }
});

test.each([
  [["nonsense"], /expected a case of encoder, .*, got nonsense/],
  [["encoder", "--rounds", "0"], /--rounds: expected a whole number from 1, got 0/],
  [["--threads", "two"], /--threads: expected a whole number from 1, got two/],
  [["--fast"], /--fast/],
])("%j is wrong usage", (args, message) => {
  const { status, stdout, stderr } = bench(...args);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
});
