export { DecoderLayer, type DecoderLayerOptions, type DecoderLayerOutput } from "./decoderLayer.ts";
export { EncoderLayer, type EncoderLayerOutput } from "./encoderLayer.ts";
export { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "./activationNames.ts";
export { ConfigError, ConfigFields } from "./configFields.ts";
export type { CausalConfig } from "./causal/config.ts";
export {
  formatGpt2Config,
  GPT2_CHECKPOINT_NAMES,
  GPT2_IGNORED_NAMES,
  isGpt2Config,
  packGpt2,
  parseGpt2Config,
  unpackGpt2,
  unpackGpt2Array,
  type UnpackedGpt2Array,
} from "./causal/gpt2.ts";
export { CausalLayer, type CausalLayerOptions, type CausalLayerOutput } from "./causal/layer.ts";
export {
  formatLlamaConfig,
  LLAMA_CHECKPOINT_NAMES,
  LLAMA_IGNORED_NAMES,
  LLAMA_TYPES,
  type LlamaType,
  llamaTypeOf,
  parseLlamaConfig,
} from "./causal/llama.ts";
export { type CausalInputs, CausalLanguageModel, type CausalOutput } from "./causal/model.ts";
export type { CausalGenerationDefaults, CausalModel, DecodeOptions } from "./causalModel.ts";
export { FeedForward, type FeedForwardConfig } from "./feedForward.ts";
export { GatedFeedForward, type GatedFeedForwardConfig } from "./gatedFeedForward.ts";
export { SwiGluFeedForward, type SwiGluFeedForwardConfig } from "./swiGluFeedForward.ts";
export { ablate, type Ablation } from "./ablate.ts";
export type { HeadMasks, LayerHeads } from "./headMasks.ts";
export type { TransformerLayerConfig } from "./layerConfig.ts";
export type { GeneratedSequence } from "./generation/beamHypotheses.ts";
export { generate, generateStream } from "./generation/generate.ts";
export type { LogitsProcessor } from "./generation/logitsProcessors.ts";
export type {
  GenerationOptions,
  GenerativeModel,
  SamplingOptions,
  SequenceBias,
  SourceProgress,
} from "./generation/options.ts";
export { GENERATION_FIELDS, parseGenerationOptions, type GenerationFile } from "./generation/parseGenerationOptions.ts";
export { MARIAN_CHECKPOINT_NAMES, MARIAN_IGNORED_NAMES } from "./marian/checkpointNames.ts";
export { type MarianConfig, parseMarianConfig } from "./marian/config.ts";
export { eosField, formatMarianConfig } from "./marian/formatConfig.ts";
export { MarianModel, type MarianStack } from "./marian/model.ts";
export type { NormOrder } from "./normOrder.ts";
export { ResidualBranch } from "./residualBranch.ts";
export type { DecoderPast, GenerationDefaults, Memory, Seq2SeqModel } from "./seq2seq.ts";
export type { ForwardOptions, Seq2SeqInputs, Seq2SeqOutput, StackOutput } from "./seq2seqOutput.ts";
