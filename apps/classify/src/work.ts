import { connectWorker } from "@qkv/app-shell";
import type { Work } from "./worker.ts";

/** The worker that computes for the page, another in its place if it ends. */
export const { work, stop, onRestart } = connectWorker<Work>(
  () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
);
