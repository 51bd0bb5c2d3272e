// The worker's line to its page.
import type { RunNews, RunSize } from "../runMessages.ts";

let size: RunSize = "tiny";

/** How large this run is. */
export function runSize(): RunSize {
  return size;
}

/** Says how large this run is. */
export function setRunSize(chosen: RunSize): void {
  size = chosen;
}

/** Tells the page something. */
export function tell(news: RunNews): void {
  postMessage(news);
}
