import { defineConfig } from "vitest/config";

// Tests run on the sources of every package: the "@qkv/source" condition of their exports.
const conditions = ["@qkv/source", "module", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "apps/*/{src,test}/**/*.test.ts",
      "test/**/*.test.ts",
      "bench/*.test.ts",
      "bench/harness/*.test.ts",
    ],
    globalSetup: ["./test/kernels.ts"],
    setupFiles: ["./test/setup.ts"],
    maxWorkers: "100%", // by default a core stays free: half of a small machine's
    // For what hangs: a busy machine may take ten times as long as it takes alone.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
