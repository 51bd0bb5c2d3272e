import { proxy, type Remote, wrap } from "comlink";

/** A worker's functions, as a page calls them: each gives a promise. `Api` is what the worker hands to `serveWork`. */
export function connectWorker<Api>(worker: Worker): Remote<Api> {
  return wrap<Api>(worker);
}

/** A function of the page that a worker may call. */
export function hear<Args extends unknown[]>(listener: (...args: Args) => void): (...args: Args) => void {
  return proxy(listener);
}
