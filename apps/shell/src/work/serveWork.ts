import { expose } from "comlink";

/** Hands a worker's functions to its page, which calls them through `connectWorker`. */
export function serveWork(api: object): void {
  expose(api);
}
