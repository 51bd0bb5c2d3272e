import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { MAX_WORKERS, SHARED } from "./vitest.base.config.ts";

// The tests in the packages' `test` folders, with every @qkv package taken as it is built and published. Those of the program
// bundle it from its sources; as it is built it runs in `pnpm test:packed` and `pnpm test:readme`. What is built differs from the
// sources by being bundled, which one backend tells.
process.env["QKV_TEST_BACKENDS"] ??= "wasm";

const project = (name: string, isolate: boolean, include: string) => ({
  resolve: {
    // the private package of test helpers is no published one, and needs the runner's own vitest
    alias: { "@qkv/testing": fileURLToPath(new URL("packages/testing/src/index.ts", import.meta.url)) },
  },
  test: { name, isolate, include: [include], setupFiles: ["./test/setup.ts"], testTimeout: 180_000 },
});

export default defineConfig({
  test: {
    maxWorkers: MAX_WORKERS,
    projects: [
      project("shared process", false, `packages/@(${SHARED})/test/**/*.test.ts`),
      project("own process", true, `packages/!(${SHARED})/test/**/*.test.ts`),
    ],
  },
});
