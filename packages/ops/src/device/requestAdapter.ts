import type { Adapter, Gpu } from "./gpu.ts";
import { softwareName } from "./softwareName.ts";

/**
 * Requests an adapter that may be used.
 *
 * @param owner the owner of `gpu`, for the error
 * @throws Error if there is none, or only a software one and that is not allowed
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
