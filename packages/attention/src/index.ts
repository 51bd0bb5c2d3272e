export { AdditiveAttention, type AdditiveAttentionConfig } from "./d2l/additiveAttention.ts";
export { AdditiveScore, type AdditiveScoreConfig } from "./scores/additiveScore.ts";
export { alibiBias, alibiSlopes } from "./positions/alibi.ts";
export { assertFinite } from "./checks/assertFinite.ts";
export type { AttentionOptions, ScoredAttentionOptions } from "./scaledDotProduct/options.ts";
export { attentionPooling } from "./pooling/attentionPooling.ts";
export { ATTENTION_STAGES, type AttentionStages, attentionStages } from "./scaledDotProduct/stages.ts";
export { BilinearScore } from "./scores/bilinearScore.ts";
export { DotProductAttention, type KeptWeightsOptions } from "./d2l/dotProductAttention.ts";
export { edgeAttention, type EdgeAttentionOptions, edgeSoftmax } from "./graphs/edgeAttention.ts";
export {
  GraphAttention,
  type GraphAttentionConfig,
  GraphMultiHeadAttention,
  type GraphMultiHeadAttentionConfig,
} from "./graphs/graphAttention.ts";
export {
  gumbelSoftmax,
  type HardAttended,
  hardAttention,
  type HardAttentionOptions,
  reinforceLoss,
} from "./hard/hardAttention.ts";
export { mergeHeads, splitHeads } from "./multiHead/heads.ts";
export {
  type KernelPooled,
  KernelPooling,
  type KernelPoolingOptions,
  nadarayaWatson,
} from "./pooling/kernelPooling.ts";
export {
  appendKeyValue,
  bytesOf,
  disposeKeyValues,
  inUse,
  type KeyValue,
  lastKeyValues,
  lengthOf,
} from "./multiHead/keyValue.ts";
export { fixedCache } from "./caches/fixed.ts";
export { growingCache } from "./caches/growing.ts";
export { type CacheOptions, type CacheSize, checkCacheDtype, createCache } from "./caches/createCache.ts";
export { type CacheDtype, type CacheTraits, KeyValueCache } from "./caches/keyValueCache.ts";
export type { LayerCache } from "./caches/layerCache.ts";
export { stepOf } from "./caches/stepOf.ts";
export { slidingWindowCache } from "./caches/sliding.ts";
export { LearnedPositions } from "./positions/learnedPositions.ts";
export { type EmptyRows, maskedSoftmax, type Visible } from "./masks/maskedSoftmax.ts";
export { blockMask, causalMask, keyMask, lengthMask, segmentMask, slidingWindowMask } from "./masks/masks.ts";
export {
  ATTENTION_ACTIVATIONS,
  type AttendOptions,
  MultiHeadAttention,
  type ProjectOptions,
  type TokenPositions,
} from "./multiHead/multiHeadAttention.ts";
export type { MultiHeadAttentionConfig, QueryKeyNorm } from "./multiHead/config.ts";
export {
  type RotaryConfig,
  type RotaryFrequencies,
  rotaryFrequencies,
  type RotaryScaling,
} from "./positions/rotaryFrequencies.ts";
export { type OwnAngles, type PositionsOfBatch, RotaryPositions } from "./positions/rotaryPositions.ts";
export {
  type RelativeBuckets,
  relativePositionBucket,
  RelativePositionBias,
  WindowPositionBias,
  windowPositionIndex,
} from "./positions/relativePositionBias.ts";
export { attentionWeights, scaledDotProductAttention } from "./scaledDotProduct/scaledDotProductAttention.ts";
export {
  cosineScore,
  distanceScore,
  type DotProduct,
  dotScore,
  dotScoreWith,
  scaledDotScore,
  type Score,
} from "./scores/scores.ts";
export { joinWindows, shiftedWindowMask, type ShiftedWindows, windowsOf } from "./windows/shiftedWindows.ts";
export { type SinusoidalLayout, sinusoidalPositions } from "./positions/sinusoidalPositions.ts";
export { slidingWindowAttention, type SlidingWindowOptions } from "./windows/slidingWindowAttention.ts";
export {
  boxcarKernel,
  constantKernel,
  epanechikovKernel,
  gaussianKernel,
  type SmoothingKernel,
  triangularKernel,
} from "./pooling/smoothingKernels.ts";
export { validLengthMask, type ValidLengths } from "./masks/validLengths.ts";
export { type SparseGraph, sparseGraph, type SparseGraphOptions } from "./graphs/sparseGraph.ts";
