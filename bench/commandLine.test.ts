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
    "embeddings",
    "classification",
    "whisper",
    "t5",
    "train-step",
    "lora-step",
    "decode",
    "llama",
    "llama-1b",
    "attention-long",
    "load",
    "tokenizers",
  ]) {
    expect(stdout).toContain(`\n  ${name} `);
  }
});

test("a case that takes long runs only if it is named", () => {
  const module = JSON.stringify(new URL("commandLine.mjs", import.meta.url).href);
  const namesOf = (args: string[]) => {
    const code = `import { parseCommandLine } from ${module};
      console.log(JSON.stringify(parseCommandLine(${JSON.stringify(args)}).names));`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
    return JSON.parse(stdout) as string[];
  };
  expect(namesOf([])).toContain("llama");
  expect(namesOf([])).not.toContain("llama-1b");
  expect(namesOf(["llama-1b"])).toEqual(["llama-1b"]);
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
