/** Features requested where the adapter has them: the first two for our kernels, the others for tfjs's. */
const FEATURES = ["shader-f16", "subgroups", "timestamp-query", "bgra8unorm-storage"] as const;

/** Limits with defaults far below most adapters' limits. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** Requests a device with all features and limits of `adapter` that we and tfjs use. */
export function createDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  return adapter.requestDevice({
    // The types that tfjs brings lack subgroups.
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)) as GPUFeatureName[],
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
}
