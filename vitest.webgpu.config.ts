import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, mergeConfig } from "vitest/config";
import { members, ROOT, tests } from "./test/workspace.ts";
import config from "./vitest.config.ts";

// SwiftShader as Debian's Chromium brings it. VK_ICD_FILENAMES names another driver, say that of a real GPU.
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (existsSync(SWIFTSHADER)) process.env["VK_ICD_FILENAMES"] ??= SWIFTSHADER;
process.env["XDG_RUNTIME_DIR"] ??= join(ROOT, "node_modules"); // or the driver complains
process.env["QKV_TEST_BACKENDS"] = "webgpu";

const onEveryBackend = members()
  .flatMap(({ folder }) => tests(folder))
  .filter((file) => /^describeBackends\(/m.test(readFileSync(join(ROOT, file), "utf8")));

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
merged.test.include = [...onEveryBackend, "test/webgpu/*.test.ts"];
export default merged;
