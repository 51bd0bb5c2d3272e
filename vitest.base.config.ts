import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// What all tests have in common. They run on the sources of every package: the "@qkv/source" condition of their exports.
const conditions = ["@qkv/source", "module", "import", "default"];

/**
 * Packages whose tests leave nothing behind: a process loads its modules once for all their files, half of the work. Other
 * tests start programs, stub what a platform has, or ask what a fresh process does.
 */
export const SHARED =
  "attention|audio|finetuning|gguf|layers|microscope|nn|onnx|ops|pretrained|safetensors|tokenizers|training|transformer|visualize|vit";

/** By default a core stays free: half of a small machine's. */
export const MAX_WORKERS = "100%";

/**
 * tfjs by `require`: for an import Node first reads the names of all that its files export, half a second for each
 * process of tests.
 */
const alias = ["core", "backend-cpu", "backend-wasm"].map((name) => ({
  find: new RegExp(`^@tensorflow/tfjs-${name}$`),
  replacement: fileURLToPath(new URL(`test/tfjs/${name}.cjs`, import.meta.url)),
}));

export default defineConfig({
  resolve: { conditions, alias },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: ["./test/kernels.ts"],
    setupFiles: ["./test/setup.ts"],
    maxWorkers: MAX_WORKERS,
    // For what hangs: a busy machine may take ten times as long as it takes alone.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
