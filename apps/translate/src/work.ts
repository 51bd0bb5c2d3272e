import { connectWorker } from "@qkv/app-shell";
import type { Work } from "./worker.ts";

/** The worker that computes for the page. */
export const work = connectWorker<Work>(new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
