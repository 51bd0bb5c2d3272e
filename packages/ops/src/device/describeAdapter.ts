import type { Adapter } from "./gpu.ts";
import { softwareName } from "./softwareName.ts";

/** A GPU adapter in a few words. */
export interface AdapterReport {
  /** As its driver says; engines that keep it to themselves give the vendor. */
  readonly name: string;
  readonly isSoftware: boolean;
  /** Whether shaders compute in 16 bits. */
  readonly float16: boolean;
  readonly subgroups: boolean;
  /** The bytes of the largest tensor; absent where the adapter does not say. */
  readonly maxTensorBytes?: number;
}

/** Describes an adapter. @throws TypeError if it is none */
export function describeAdapter(adapter: Adapter): AdapterReport {
  if (typeof adapter !== "object" || adapter === null) {
    throw new TypeError(`describeAdapter: expected a GPU adapter, got ${String(adapter)}`);
  }
  const { info, features, limits } = adapter;
  const software = softwareName(adapter);
  const parts = [info?.vendor, info?.architecture].filter((part) => part !== undefined && part !== "").join(" ");
  return {
    name: [info?.description, info?.device, parts].find((name) => name !== undefined && name !== "") ?? "unnamed",
    isSoftware: software !== undefined,
    float16: features?.has("shader-f16") === true,
    subgroups: features?.has("subgroups") === true,
    ...(limits && { maxTensorBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) }),
  };
}
