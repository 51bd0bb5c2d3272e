import { type Gpu, isNode, requestAdapter } from "@qkv/ops";

/**
 * In a page, asks for the adapter before the kernels for it are fetched, which are a quarter of what a page that runs
 * on wasm would load. Node gets its GPU elsewhere.
 *
 * @throws Error as {@link requestAdapter} does
 */
export async function requirePageGpu(given: Gpu | undefined, allowSoftware: boolean): Promise<void> {
  if (isNode()) return;
  const gpu = given ?? (globalThis.navigator as { readonly gpu?: Gpu } | undefined)?.gpu;
  if (gpu === undefined) throw new Error("there is no navigator.gpu here");
  await requestAdapter(gpu, "navigator.gpu", allowSoftware);
}
