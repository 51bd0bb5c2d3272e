import { expose } from "comlink";

/** Hands a worker's functions to its page, which calls them through `connectWorker`. */
export function serveWorker(api: object): void {
  expose(api);
}
