export {
  initBackend,
  BackendError,
  BACKEND_NAMES,
  type BackendName,
  type BackendOptions,
  type BackendReport,
  type WasmOptions,
  type WebgpuOptions,
} from "./initBackend.ts";
export { activeKernel, FUSED_KERNELS, type FusedOp } from "./fusedKernel.ts";
export { activate, type Activation } from "./activate.ts";
export type { FusedActivation, PlainActivation } from "./composedActivations.ts";
export { adamW, type AdamWAttrs, type AdamWOptions, type Moments } from "./adamW.ts";
export {
  checkArray,
  checkBackend,
  checkOptions,
  checkRecord,
  checkString,
  checkTensor,
  type OptionNames,
  type TensorOf,
} from "./argumentChecks.ts";
export { describeArgument, isTensor } from "./describeArgument.ts";
export { attention, type AttentionAttrs, type AttentionOptions } from "./attention.ts";
export { crossEntropy, type CrossEntropyOptions } from "./crossEntropy.ts";
export { DeviceLostError } from "./deviceLostError.ts";
export { dropout } from "./dropout.ts";
export { dropoutFactors, dropoutKey, type DropoutKey, type DropoutRuns } from "./dropoutHash.ts";
export { embedding } from "./embedding.ts";
export { registerGradients } from "./gradients/registerGradients.ts";
export type { Adapter, Gpu } from "./gpu.ts";
export { isNode } from "./isNode.ts";
export { requestAdapter } from "./requestAdapter.ts";
export { softwareName } from "./softwareName.ts";
export { repeatHeads } from "./groupedHeads.ts";
export { layerNorm } from "./layerNorm.ts";
export { linear } from "./linear.ts";
export { logSumExp } from "./logSumExp.ts";
export { memoryReport, type MemoryReport } from "./memoryReport.ts";
export { softmax } from "./softmax.ts";
export { tensorFromParts, type TensorPart, type WritePartAttrs } from "./tensorFromParts.ts";
export {
  transformerLayer,
  type FusedTransformerLayer,
  type LinearWeights,
  type NormWeights,
  type TransformerLayerAttrs,
  type TransformerLayerInputs,
  type TransformerLayerResult,
  type TransformerLayerWeights,
} from "./transformerLayer.ts";
