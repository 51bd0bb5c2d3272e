/** Whether this is Node, and not a page or a worker of one. */
export function isNode(): boolean {
  return typeof process === "object" && process.versions?.node !== undefined;
}
