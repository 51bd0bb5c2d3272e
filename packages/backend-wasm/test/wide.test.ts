// What V8 has behind a flag is set for a whole process: each start has one of its own.
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "./fixture/bundle.ts";

let folder = "";
beforeAll(async () => {
  folder = await bundle("products");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Outcome {
  readonly report: object;
  readonly hash: string;
}

function run(options: object, ...flags: string[]): Outcome {
  const args = [...flags, path.join(folder, "products.js"), JSON.stringify(options)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as Outcome;
}

const major = Number.parseInt(process.versions.node, 10);
const isBehindFlag = major < 22;

describe.runIf(process.arch === "x64")("the option wide", () => {
  test.each([1, 2])("gives the numbers of relaxed SIMD to the bit, with %i threads", (threads) => {
    const usual = run({ threads }, ...(isBehindFlag ? ["--experimental-wasm-relaxed-simd"] : []));
    expect(usual.report).toMatchObject({ simd: "relaxed" });
    const wide = run({ threads, wide: true });
    expect(wide.hash).toBe(usual.hash);
    if (major === 22) {
      expect(wide.report).toMatchObject({
        simd: "relaxed",
        simdFallbackReason: expect.stringContaining("128 bits") as string,
      });
    } else {
      expect(wide.report).toEqual({ name: "wasm", refused: [], simd: isBehindFlag ? "relaxed" : "wide", threads });
    }
  });

  test.runIf(isBehindFlag)("is not taken unless it is asked for", () => {
    expect(run({ threads: 1 }).report).toMatchObject({ simd: "plain" });
  });
});
