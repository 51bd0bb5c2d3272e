import { defineConfig } from "vitest/config";

// A page in Chromium, made of the packages as they are built and published.
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    setupFiles: ["./test/setup.ts"],
    env: { QKV_TEST_BROWSER: "1" },
    testTimeout: 300_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
