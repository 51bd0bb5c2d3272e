import { connectWorker } from "@qkv/app-shell";
import type { WorkerApi } from "./worker.ts";

/** The worker that computes for the page, another in its place if it ends. */
export const connection = connectWorker<WorkerApi>(
  () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
);

export const { worker, stop } = connection;
