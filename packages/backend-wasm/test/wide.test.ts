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
  readonly report: { readonly simd?: string };
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
    if (wide.report.simd !== "plain") expect(wide.hash).toBe(usual.hash);
    if (major === 22) {
      expect(wide.report).toMatchObject({
        simd: "relaxed",
        simdFallbackReason: expect.stringContaining("128 bits") as string,
      });
    } else {
      const common = { name: "wasm", refused: [], threads };
      const chosen = { ...common, simd: isBehindFlag ? "relaxed" : "wide" };
      const usualOne = { ...common, simd: isBehindFlag ? "plain" : "relaxed" };
      // On a machine that is busy with other things, the trial at the start may find them no faster.
      expect([chosen, { ...usualOne, simdFallbackReason: "products are no faster on it" }]).toContainEqual(wide.report);
    }
  });

  test.runIf(isBehindFlag)("is not taken unless it is asked for", () => {
    expect(run({ threads: 1 }).report).toMatchObject({ simd: "plain" });
  });
});
