// What a program does about errors that nobody caught is its own affair, wasm or not.
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "./fixture/bundle.ts";

let folder = "";
beforeAll(async () => {
  folder = await bundle("uncaught");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(folder, "uncaught.js"), ...args], { encoding: "utf8" });

const WAYS = ["rejection", "throw"].flatMap((how) => ["1", "3"].map((threads) => [how, threads] as const));

test.each(WAYS)("a %s ends a program of %s threads with code 1 and the error's own lines", (how, threads) => {
  const { status, stdout, stderr } = run(how, "never", threads);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "0 0\n" });
  expect(stderr).toMatch(/^file:.*\/uncaught\.js:\d+\n/); // the program's own line, no code of the module's
  expect(stderr).toContain("Error: nobody caught this\n    at ");
  expect(stderr.length).toBeLessThan(2000);
});

test.each([
  ["rejection", "1", "before"],
  ["rejection", "3", "after"],
  ["throw", "1", "after"],
  ["throw", "3", "before"],
])("a %s with %s threads is for the program's own handlers, set %s the start", (how, threads, when) => {
  const { status, stdout, stderr } = run(how, when, threads);
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: "1 1\nheard: nobody caught this\nwent on\n",
    stderr: "",
  });
});
