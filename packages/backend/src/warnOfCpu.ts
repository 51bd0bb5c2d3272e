import { isNode } from "@qkv/ops";

let warned = false;

/**
 * Warns once, in a page, that plain JavaScript computes since wasm could not be started, with the reason, which names
 * the cure. A page does not show the report of `initBackend`, and a many times slower backend seems broken.
 */
export function warnOfCpu(refused: readonly { readonly name: string; readonly reason: string }[]): void {
  const wasm = refused.find(({ name }) => name === "wasm");
  if (wasm === undefined || warned || isNode()) return;
  warned = true;
  // oxlint-disable-next-line no-console -- a page has no other place for it
  console.warn(`QKV computes in plain JavaScript, many times slower than it could. wasm: ${wasm.reason}`);
}
