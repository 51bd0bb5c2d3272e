import { defineConfig } from "vitest/config";
import base, { MAX_WORKERS, SHARED } from "./vitest.base.config.ts";

const project = (name: string, isolate: boolean, include: string[]) => ({
  ...base,
  test: { ...base.test, name, isolate, include },
});

export default defineConfig({
  test: {
    maxWorkers: MAX_WORKERS,
    projects: [
      project("shared process", false, [`packages/@(${SHARED})/{src,test}/**/*.test.ts`]),
      project("own process", true, [
        `packages/!(${SHARED})/{src,test}/**/*.test.ts`,
        "apps/*/{src,test}/**/*.test.ts",
        "test/**/*.test.ts",
        "bench/{,gpuHost/,harness/}*.test.ts",
      ]),
    ],
  },
});
