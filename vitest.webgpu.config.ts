import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, mergeConfig } from "vitest/config";
import { ROOT, testsOfBackends } from "./test/workspace.ts";
import config from "./vitest.base.config.ts";

// SwiftShader as Debian's Chromium brings it. VK_ICD_FILENAMES names another driver, say that of a real GPU.
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (existsSync(SWIFTSHADER)) process.env["VK_ICD_FILENAMES"] ??= SWIFTSHADER;
process.env["XDG_RUNTIME_DIR"] ??= join(ROOT, "node_modules"); // or the driver complains
process.env["QKV_TEST_BACKENDS"] = "webgpu";

// What runs on every backend, on WebGPU in Node; a missing adapter is a failure here.
const merged = mergeConfig(
  config,
  defineConfig({
    resolve: { alias: { webgpu: join(ROOT, "test/webgpu/node_modules/webgpu/index.js") } },
    test: {
      setupFiles: ["./test/webgpu/setup.ts"],
      // One after the other on one device: in software an attention shader takes a second to compile, once for all files.
      ...{ fileParallelism: false, isolate: false },
      ...{ testTimeout: 300_000, hookTimeout: 60_000 },
    },
  }),
);
merged.test.include = [...testsOfBackends(), "test/webgpu/*.test.ts"];
export default merged;
