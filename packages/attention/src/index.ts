export { AdditiveAttention, type AdditiveAttentionConfig } from "./additiveAttention.ts";
export { AdditiveScore, type AdditiveScoreConfig } from "./additiveScore.ts";
export { alibiBias, alibiSlopes } from "./alibi.ts";
export { assertFinite } from "./assertFinite.ts";
export type { AttentionOptions, ScoredAttentionOptions } from "./attentionOptions.ts";
export { attentionPooling } from "./attentionPooling.ts";
export { type AttentionStages, attentionStages } from "./attentionStages.ts";
export { BilinearScore } from "./bilinearScore.ts";
export { DotProductAttention, type KeptWeightsOptions } from "./dotProductAttention.ts";
export { edgeAttention, type EdgeAttentionOptions, edgeSoftmax } from "./edgeAttention.ts";
export {
  GraphAttention,
  type GraphAttentionConfig,
  GraphMultiHeadAttention,
  type GraphMultiHeadAttentionConfig,
} from "./graphAttention.ts";
export {
  gumbelSoftmax,
  type HardAttended,
  hardAttention,
  type HardAttentionOptions,
  reinforceLoss,
} from "./hardAttention.ts";
export { mergeHeads, splitHeads } from "./heads.ts";
export { type KernelPooled, KernelPooling, type KernelPoolingOptions, nadarayaWatson } from "./kernelPooling.ts";
export { appendKeyValue, disposeKeyValues, type KeyValue, lastKeyValues, lengthOf } from "./keyValue.ts";
export { LearnedPositions } from "./learnedPositions.ts";
export { type HiddenRows, maskedSoftmax, type Visible } from "./maskedSoftmax.ts";
export { blockMask, causalMask, keyMask, lengthMask, segmentMask, slidingWindowMask } from "./masks.ts";
export {
  type Attended,
  type AttendOptions,
  MultiHeadAttention,
  type ProjectOptions,
  type TokenPositions,
} from "./multiHeadAttention.ts";
export type { MultiHeadAttentionConfig } from "./multiHeadAttentionConfig.ts";
export {
  type RotaryConfig,
  type RotaryFrequencies,
  rotaryFrequencies,
  type RotaryScaling,
} from "./rotaryFrequencies.ts";
export { type PositionsOfBatch, RotaryPositions } from "./rotaryPositions.ts";
export {
  type RelativeBuckets,
  relativePositionBucket,
  RelativePositionBias,
  WindowPositionBias,
  windowPositionIndex,
} from "./relativePositionBias.ts";
export { attentionWeights, scaledDotProductAttention } from "./scaledDotProductAttention.ts";
export {
  cosineScore,
  distanceScore,
  type DotProduct,
  dotScore,
  dotScoreWith,
  scaledDotScore,
  type Score,
} from "./scores.ts";
export { joinWindows, shiftedWindowMask, type ShiftedWindows, windowsOf } from "./shiftedWindows.ts";
export { type SinusoidalLayout, sinusoidalPositions } from "./sinusoidalPositions.ts";
export { slidingWindowAttention, type SlidingWindowOptions } from "./slidingWindowAttention.ts";
export {
  boxcarKernel,
  constantKernel,
  epanechikovKernel,
  gaussianKernel,
  type SmoothingKernel,
  triangularKernel,
} from "./smoothingKernels.ts";
export { validLengthMask, type ValidLengths } from "./validLengths.ts";
export { type SparseGraph, sparseGraph, type SparseGraphOptions } from "./sparseGraph.ts";
