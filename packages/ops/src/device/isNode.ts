/** Whether this is Node, or an engine that is like it, and neither a page, a worker of one, nor a worker of the edge. */
export function isNode(): boolean {
  return typeof process === "object" && process.versions?.node !== undefined && !isWorkerd();
}

/** workerd, Cloudflare's runtime, may have Node's `process`, and has no files. */
function isWorkerd(): boolean {
  return globalThis.navigator?.userAgent === "Cloudflare-Workers";
}
