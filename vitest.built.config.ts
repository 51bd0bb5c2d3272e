import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The tests in the packages' `test` folders, with every @qkv package taken as it is built and published.
export default defineConfig({
  resolve: {
    // the private package of test helpers is no published one, and needs the runner's own vitest
    alias: { "@qkv/testing": fileURLToPath(new URL("packages/testing/src/index.ts", import.meta.url)) },
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts"],
    setupFiles: ["./test/setup.ts"],
    maxWorkers: "100%", // as in vitest.config.ts
    testTimeout: 60_000,
  },
});
