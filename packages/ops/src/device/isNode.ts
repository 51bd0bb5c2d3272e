/** Whether the code runs in Node or an engine like it, and neither in a page, a web worker, nor an edge worker. */
export function isNode(): boolean {
  return typeof process === "object" && process.versions?.node !== undefined && !isWorkerd();
}

/** Whether this is workerd, Cloudflare's runtime, which may have Node's `process`, and has no files. */
function isWorkerd(): boolean {
  return globalThis.navigator?.userAgent === "Cloudflare-Workers";
}
