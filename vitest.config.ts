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
    setupFiles: ["./test/setup.ts"],
    testTimeout: 30_000,
  },
});
