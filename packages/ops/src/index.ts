export { activeKernel, FUSED_KERNELS, type FusedOp, isRecordingGradients } from "./fusedKernel.ts";
export { activate, type Activation } from "./activate.ts";
export type { FusedActivation, PlainActivation } from "./composedActivations.ts";
export { adamW, type AdamWAttrs, type AdamWOptions, type Moments } from "./adamW.ts";
export { askingFor } from "./backward/askedVariables.ts";
export { recomputed, type RecomputedInputs } from "./backward/recomputed.ts";
export { releaseTape, type TapeNode } from "./backward/releaseTape.ts";
export { stopGradient, withoutGradient } from "./backward/stopGradient.ts";
export {
  checkArray,
  checkBackend,
  checkOptions,
  checkRecord,
  checkString,
  checkTensor,
  type OptionNames,
  type TensorOf,
} from "./checks/argumentChecks.ts";
export { describeArgument, isTensor } from "./checks/describeArgument.ts";
export { attention, type AttentionOptions } from "./attention/attention.ts";
export type { AttentionAttrs, RowReadingKernel } from "./attention/attentionInputs.ts";
export { attendsToRows, attentionOfRows } from "./attention/attentionOfRows.ts";
export { crossEntropy, type CrossEntropyOptions } from "./crossEntropy.ts";
export type {
  DecodedTokens,
  DecoderAttrs,
  DecoderChoice,
  DecoderSampling,
  DecoderState,
  DecoderStep,
  DecoderWeights,
  LayerKeyValues,
  RecordedDecoder,
} from "./decoder/contract.ts";
export { recordDecoder, type RecordDecoderAttrs, recordsDecoders } from "./decoder/recordDecoder.ts";
export { type AdapterReport, describeAdapter } from "./device/describeAdapter.ts";
export { DeviceLostError } from "./device/deviceLostError.ts";
export { dropout } from "./dropout/dropout.ts";
export { dropoutFactors, dropoutKey, type DropoutKey, type DropoutRuns } from "./dropout/dropoutHash.ts";
export { embedding } from "./embedding.ts";
export { registerGradients } from "./gradients/registerGradients.ts";
export type { Adapter, Gpu } from "./device/gpu.ts";
export { isNode } from "./device/isNode.ts";
export { type LimitedBackend, maxTensorBytes } from "./device/maxTensorBytes.ts";
export { requestAdapter } from "./device/requestAdapter.ts";
export { softwareName } from "./device/softwareName.ts";
export { repeatHeads } from "./attention/groupedHeads.ts";
export { layerNorm } from "./layerNorm.ts";
export { type ActivatingKernel, linear } from "./linear.ts";
export { logSumExp } from "./logSumExp.ts";
export { softmax } from "./softmax.ts";
export { plainProduct, wrongNumber, type WrongNumber } from "./selfTest/plainProduct.ts";
export {
  type KernelFault,
  type KernelTestReport,
  type ReplacingKernel,
  testKernels,
  type VariedBackend,
} from "./selfTest/testKernels.ts";
export { tensorFromParts, type TensorPart, type WritePartAttrs } from "./tensorFromParts.ts";
export type {
  CrossAttentionWeights,
  FeedForwardMaps,
  FusedTransformerLayer,
  LayerAttentionAttrs,
  LinearWeights,
  NormAttrs,
  NormWeights,
  PackedInputs,
  ResidualWeights,
  RotaryAngles,
  SelfAttentionWeights,
  TransformerLayerAttrs,
  TransformerLayerInputs,
  TransformerLayerResult,
  TransformerLayerWeights,
} from "./transformerLayer/contract.ts";
export { transformerLayer } from "./transformerLayer/transformerLayer.ts";
export { denseOf } from "./weights/denseOf.ts";
export { multipliesPacked, type PackedAttrs } from "./weights/packedKernels.ts";
export { packCodes, packedWords, packHalfParts, packHalves, type PackedTensor } from "./weights/packWeight.ts";
export { readCodes } from "./weights/readCodes.ts";
export type { CodeGroups } from "./weights/weave.ts";
export {
  type CodeFormat,
  isWeight,
  type LowRankAdapter,
  type Weight,
  type WeightFormat,
  type WeightKind,
} from "./weights/weight.ts";
export type { WasmOptions, WebgpuOptions } from "./device/backendOptions.ts";
export {
  type CachedRowsAttrs,
  cachedRowWords,
  hasCachedRows,
  moveCachedRows,
  type MoveCachedRowsAttrs,
  readCachedRows,
  type RowFormat,
  writeCachedRows,
} from "./cachedRows.ts";
export { writeRows, type WriteRowsAttrs } from "./writeRows.ts";
