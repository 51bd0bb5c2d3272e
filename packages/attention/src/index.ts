export { mergeHeads, splitHeads } from "./heads.ts";
export { appendKeyValue, disposeKeyValues, type KeyValue } from "./keyValue.ts";
export { causalMask, keyMask, lengthMask } from "./masks.ts";
export {
  type Attended,
  type AttendOptions,
  MultiHeadAttention,
  type MultiHeadAttentionConfig,
} from "./multiHeadAttention.ts";
export { type AttentionOptions, attentionWeights, scaledDotProductAttention } from "./scaledDotProductAttention.ts";
export { type SinusoidalLayout, sinusoidalPositions } from "./sinusoidalPositions.ts";
