import { defineConfig } from "vitest/config";

// The built program and packages in newer versions of Node, in Deno and in Bun.
export default defineConfig({
  test: {
    include: ["test/runtimes/*.test.ts"],
    setupFiles: ["./test/setup.ts"],
    env: { QKV_TEST_RUNTIMES: "1" },
    testTimeout: 180_000,
  },
});
