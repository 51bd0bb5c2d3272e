import type { Adapter, Gpu } from "./gpu.ts";
import { isNode } from "./isNode.ts";
import { softwareName } from "./softwareName.ts";

/**
 * An adapter that may be used.
 *
 * @param owner who `gpu` belongs to, for the error
 * @throws Error if there is none, or only a software one and that is not wanted
 */
export async function requestAdapter(gpu: Gpu, owner: string, allowSoftware: boolean): Promise<Adapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    throw new Error(`${owner} gave no adapter: it found no graphics driver that it can use`);
  }
  const software = softwareName(adapter);
  if (software !== undefined && !allowSoftware) {
    throw new Error(`the adapter is software (${software})`);
  }
  return adapter;
}

/**
 * In a page, asks for the adapter before the kernels for it are fetched, which are a quarter of what a page that runs on
 * wasm would load. Node has its GPU from elsewhere.
 *
 * @throws Error as {@link requestAdapter} does
 */
export async function requirePageGpu(given: Gpu | undefined, allowSoftware: boolean): Promise<void> {
  if (isNode()) return;
  const gpu = given ?? (globalThis.navigator as { readonly gpu?: Gpu } | undefined)?.gpu;
  if (gpu === undefined) throw new Error("there is no navigator.gpu here");
  await requestAdapter(gpu, "navigator.gpu", allowSoftware);
}
