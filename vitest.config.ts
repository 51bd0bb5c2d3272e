import { defineConfig } from "vitest/config";
import base, { MAX_WORKERS } from "./vitest.base.config.ts";

// Packages whose tests leave nothing behind: a process loads its modules once for all their files, half of the work.
// The other tests start programs, stub what a platform has, or ask what a fresh process does.
const SHARED =
  "attention|audio|gguf|layers|nn|ops|pretrained|safetensors|tokenizers|training|transformer|visualize|vit";

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
        "bench/{,harness/}*.test.ts",
      ]),
    ],
  },
});
