import { defineConfig, mergeConfig } from "vitest/config";
import { testsOfBackends } from "./test/workspace.ts";
import config from "./vitest.base.config.ts";

// What runs on every backend, on wasm with the SIMD that `pnpm test` did not take: Node 20 has relaxed SIMD behind a
// flag, later ones have it at once. QKV_TEST_SIMD=wide asks for vectors of 256 bits, from Node 24 on, =native for
// native kernels where a compiler built them.
const isBehindFlag = Number(process.versions.node.split(".")[0]) < 22;
process.env["QKV_TEST_BACKENDS"] = "wasm";
process.env["QKV_TEST_SIMD"] ??= isBehindFlag ? "relaxed" : "plain";

const merged = mergeConfig(
  config,
  defineConfig({ test: { execArgv: isBehindFlag ? ["--experimental-wasm-relaxed-simd"] : [] } }),
);
merged.test.include = testsOfBackends();
export default merged;
