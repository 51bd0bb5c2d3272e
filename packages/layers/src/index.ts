export { MultiHeadAttention, type MultiHeadAttentionConfig } from "./multiHeadAttention.ts";
export { PaddingMask } from "./paddingMask.ts";
export { RMSNormalization, type RMSNormalizationConfig } from "./rmsNormalization.ts";
export { SinePositionEncoding, type SinePositionEncodingConfig } from "./sinePositionEncoding.ts";
export { TokenAndPositionEmbedding, type TokenAndPositionEmbeddingConfig } from "./tokenAndPositionEmbedding.ts";
export type { KerasActivation, TransformerConfig } from "./transformerConfig.ts";
export { TransformerDecoder } from "./transformerDecoder.ts";
export { TransformerEncoder } from "./transformerEncoder.ts";
