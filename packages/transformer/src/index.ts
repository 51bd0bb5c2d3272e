export { blockActivations, stackActivations } from "./block/activations.ts";
export { Block } from "./block/block.ts";
export type { BlockInputs } from "./block/blockInputs.ts";
export { FeedForward, type FeedForwardConfig } from "./block/feedForward.ts";
export { GatedFeedForward } from "./block/gatedFeedForward.ts";
export type { Norm } from "./block/norm.ts";
export { PackedGatedFeedForward } from "./block/packedGatedFeedForward.ts";
export { ResidualBranch } from "./block/residualBranch.ts";
export type { AttentionSpec, BlockSpec, FeedForwardSpec, NormSpec } from "./block/spec.ts";
export type { AnyFeedForward } from "./block/sublayers.ts";
export { Stack, type StackInputs } from "./block/stack.ts";
export { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "./config/activationNames.ts";
export { ConfigError, ConfigFields } from "./config/configFields.ts";
export type { CausalConfig } from "./models/causal/config.ts";
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
} from "./models/gpt2/gpt2.ts";
export {
  formatLlamaConfig,
  LLAMA_CHECKPOINT_NAMES,
  LLAMA_IGNORED_NAMES,
  llamaTypeOf,
  parseLlamaConfig,
} from "./models/llama/llama.ts";
export { LLAMA_TYPES, type LlamaType } from "./models/llama/modelTypes.ts";
export { type CausalInputs, CausalLanguageModel, type CausalOutput } from "./models/causal/model.ts";
export type { CausalGenerationDefaults, CausalModel, DecodeOptions } from "./models/causalModel.ts";
export { ablate, type Ablation, visibleSource } from "./inspection/ablate.ts";
export { type HeadFactors, headPatches } from "./inspection/headPatches.ts";
export { type TappedModel, withTaps } from "./inspection/withTaps.ts";
export type { GeneratedSequence } from "./generation/beamHypotheses.ts";
export { generate, generateStream } from "./generation/generate.ts";
export type { LogitsProcessor } from "./generation/logitsProcessor.ts";
export type {
  GenerationOptions,
  GenerativeModel,
  SamplingOptions,
  SequenceBias,
  SourceProgress,
} from "./generation/options.ts";
export { GENERATION_FIELDS, parseGenerationOptions, type GenerationFile } from "./generation/parseGenerationOptions.ts";
export { MARIAN_CHECKPOINT_NAMES, MARIAN_IGNORED_NAMES } from "./models/marian/checkpointNames.ts";
export { type MarianConfig, parseMarianConfig } from "./models/marian/config.ts";
export { eosField, formatMarianConfig } from "./models/marian/formatConfig.ts";
export { MarianModel, type MarianSide } from "./models/marian/model.ts";
export type { GenerationDefaults, Memory, Seq2SeqModel, TargetOptions } from "./models/seq2seq.ts";
export type { LossOptions } from "./models/meanTokenLoss.ts";
export type { Seq2SeqInputs, Seq2SeqOutput } from "./models/outputs.ts";
