// The worker's line to its page: a port, so that what a program itself posts is no news of its run.
import type { RunNews, RunSize } from "../runMessages.ts";

let size: RunSize = "tiny";
let page: MessagePort | undefined;

/** How large this run is. */
export function runSize(): RunSize {
  return size;
}

/** Says how large this run is, and where its news go. */
export function setRun(chosen: RunSize, port: MessagePort | undefined): void {
  size = chosen;
  page = port;
}

/** Tells the page something. */
export function tell(news: RunNews): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
  page?.postMessage(news);
}
