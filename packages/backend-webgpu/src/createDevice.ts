/** What is asked for where the adapter has it: the first two for our kernels, the others for tfjs's. */
const FEATURES = ["shader-f16", "subgroups", "timestamp-query", "bgra8unorm-storage"] as const;

/** Limits that default to far less than most adapters can do. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** A device with all that `adapter` has of what we and tfjs make use of. */
export function createDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  return adapter.requestDevice({
    // The types that tfjs brings do not know subgroups yet.
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)) as GPUFeatureName[],
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
}
