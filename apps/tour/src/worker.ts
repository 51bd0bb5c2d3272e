// Computes the figures, so that the page never waits: each chapter's `compute.ts`, loaded when it is first asked for.
import { serveWorker } from "@qkv/app-shell/worker";
import { initBackend } from "@qkv/backend";
import { COMPUTING } from "./chapters/computing.ts";
import type { ComputeApi } from "./compute/computeApi.ts";

const started = initBackend("cpu"); // figures are tiny: nothing else starts as fast

const api: ComputeApi = {
  async compute(chapter, name, args) {
    await started;
    const functions = await COMPUTING[chapter]?.();
    const compute = functions?.[name];
    if (compute === undefined) throw new Error(`expected a function of the book, got ${chapter}.${name}`);
    return compute(...args);
  },
  cancel: () => undefined,
};

serveWorker(api);
