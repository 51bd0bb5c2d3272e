export { blockActivations, stackActivations } from "./block/activations.ts";
export { Block } from "./block/block.ts";
export type { BlockInputs } from "./block/blockInputs.ts";
export { FeedForward, type FeedForwardConfig } from "./block/feedForward.ts";
export { GatedFeedForward } from "./block/gatedFeedForward.ts";
export type { LayerDescription } from "./block/fusedBlock.ts";
export type { Norm } from "./block/norm.ts";
export { MixtureOfExperts } from "./block/mixtureOfExperts.ts";
export { PackedGatedFeedForward } from "./block/packedGatedFeedForward.ts";
export { ResidualBranch } from "./block/residualBranch.ts";
export type { AttentionSpec, BlockSpec, ExpertsSpec, FeedForwardSpec, NormSpec } from "./block/spec.ts";
export type { AnyFeedForward } from "./block/sublayers.ts";
export { Stack, type StackInputs, type StackOptions } from "./block/stack.ts";
export { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "./config/activationNames.ts";
export { ConfigError, ConfigFields } from "./config/configFields.ts";
export type { DecoderBodyDescription, DecoderDescription } from "./models/decoderDescription.ts";
export { classificationLoss } from "./models/classificationLoss.ts";
export { formatLabels, type Labels, parseLabels } from "./config/labels.ts";
export { PROBLEM_TYPES, type ProblemType } from "./config/problemType.ts";
export { type Scoring, scoresOf, scoringOf } from "./config/scoring.ts";
export type { Windows } from "./config/windows.ts";
export {
  CAUSAL_FAMILIES,
  DECODER_HEAD_FAMILIES,
  ENCODER_FAMILIES,
  SEQ2SEQ_FAMILIES,
  SPEECH_FAMILIES,
} from "./families/all.ts";
export type { EncoderDecoderConfig } from "./family/encoderDecoderConfig.ts";
export type { DecoderConfig } from "./family/decoderConfig.ts";
export { OTHER_HEADS, tieOutputLayer } from "./family/causalWeights.ts";
export {
  type Architecture,
  type Family,
  type FamilyConfig,
  type FamilyModel,
  type ModelOf,
  type ModelTask,
  weightRulesOf,
} from "./family/family.ts";
export type { DecoderHeadModel } from "./family/decoderHeadFamily.ts";
export {
  buildEncoder,
  encoderFamily,
  type EncoderFamilyParts,
  type EncoderModel,
  type EncoderModels,
} from "./family/encoderFamily.ts";
export {
  type DecoderNames,
  type EncoderNames,
  type HeadTask,
  POSITION_IDS,
  tieDecoder,
} from "./family/encoderWeights.ts";
export type { AlbertConfig } from "./families/albert/config.ts";
export { albert } from "./families/albert/index.ts";
export { BART_TYPES, type BartConfig, type BartType } from "./families/bart/config.ts";
export { bart, type BartClassifier, type BartModel } from "./families/bart/index.ts";
export type { BertConfig } from "./families/bert/config.ts";
export { bert } from "./families/bert/index.ts";
export {
  DISENTANGLED_SCORES,
  type DebertaV2Config,
  type DisentangledScoreName,
  type RelativeVectors,
} from "./families/debertaV2/config.ts";
export { debertaV2 } from "./families/debertaV2/index.ts";
export type { DistilBertConfig } from "./families/distilbert/config.ts";
export { distilbert } from "./families/distilbert/index.ts";
export type { ElectraConfig } from "./families/electra/config.ts";
export { electra } from "./families/electra/index.ts";
export {
  MODERNBERT_LAYER_TYPES,
  type ModernBertConfig,
  type ModernBertLayerType,
} from "./families/modernbert/config.ts";
export { modernbert } from "./families/modernbert/index.ts";
export type { MpnetConfig } from "./families/mpnet/config.ts";
export { mpnet } from "./families/mpnet/index.ts";
export { ROBERTA_TYPES, type RobertaConfig, type RobertaType } from "./families/roberta/config.ts";
export { roberta } from "./families/roberta/index.ts";
export type { GemmaConfig } from "./families/gemma/config.ts";
export { gemma, type GemmaModel } from "./families/gemma/index.ts";
export { GEMMA_TYPES, type GemmaType } from "./families/gemma/modelTypes.ts";
export type { Gpt2Config } from "./families/gpt2/config.ts";
export { gpt2, type Gpt2Model } from "./families/gpt2/index.ts";
export type { BloomConfig } from "./families/bloom/config.ts";
export { bloom, type BloomModel } from "./families/bloom/index.ts";
export type { CohereConfig } from "./families/cohere/config.ts";
export { cohere, type CohereModel } from "./families/cohere/index.ts";
export type { FalconConfig } from "./families/falcon/config.ts";
export { falcon, type FalconModel } from "./families/falcon/index.ts";
export type { GptJConfig } from "./families/gptJ/config.ts";
export { gptJ, type GptJModel } from "./families/gptJ/index.ts";
export type { MoeConfig } from "./families/moe/config.ts";
export { moe, type MoeModel } from "./families/moe/index.ts";
export type { OptConfig } from "./families/opt/config.ts";
export { opt, type OptModel } from "./families/opt/index.ts";
export type { PhiConfig } from "./families/phi/config.ts";
export { phi, type PhiModel } from "./families/phi/index.ts";
export type { StableLmConfig } from "./families/stableLm/config.ts";
export { stableLm, type StableLmModel } from "./families/stableLm/index.ts";
export { MOE_TYPES, type MoeType } from "./families/moe/modelTypes.ts";
export type { GptNeoXConfig } from "./families/gptNeoX/config.ts";
export { gptNeoX, type GptNeoXModel } from "./families/gptNeoX/index.ts";
export type { GraniteConfig } from "./families/granite/config.ts";
export { granite, type GraniteModel } from "./families/granite/index.ts";
export type { LlamaConfig } from "./families/llama/config.ts";
export { llama, type LlamaModel } from "./families/llama/index.ts";
export { LLAMA_TYPES, type LlamaType } from "./families/llama/modelTypes.ts";
export type { Olmo2Config } from "./families/olmo2/config.ts";
export { olmo2, type Olmo2Model } from "./families/olmo2/index.ts";
export type { Phi3Config } from "./families/phi3/config.ts";
export { phi3, type Phi3Model } from "./families/phi3/index.ts";
export type { M2m100Config } from "./families/m2m100/config.ts";
export { m2m100, type M2m100Model } from "./families/m2m100/index.ts";
export type { PegasusConfig } from "./families/pegasus/config.ts";
export { pegasus, type PegasusModel } from "./families/pegasus/index.ts";
export type { MarianConfig } from "./families/marian/config.ts";
export { marian, type MarianModel } from "./families/marian/index.ts";
export type { T5Config, T5Type } from "./families/t5/config.ts";
export { t5, type T5Model } from "./families/t5/index.ts";
export { FeatureEncoder, FeatureLayer } from "./families/wav2vec2/featureEncoder.ts";
export { PositionConvolution } from "./families/wav2vec2/positionConvolution.ts";
export type { FeatureConvolution, Wav2Vec2Config } from "./families/wav2vec2/config.ts";
export { wav2vec2 } from "./families/wav2vec2/index.ts";
export { SpeechCtcModel, type WaveformInputs } from "./families/wav2vec2/model.ts";
export { AudioEncoder } from "./families/whisper/audioEncoder.ts";
export type { WhisperConfig } from "./families/whisper/config.ts";
export { whisper } from "./families/whisper/index.ts";
export { type SpeechInputs, WhisperModel } from "./families/whisper/model.ts";
export { Convolution1d } from "./families/whisper/convolution.ts";
export { type MemoryDecoder, withMemory } from "./models/seq2seq/withMemory.ts";
export {
  seq2seqGenerationFields,
  seq2seqTokenFields,
  type Seq2SeqTokenDefaults,
  type Seq2SeqTokens,
  seq2seqTokens,
} from "./config/seq2seqTokens.ts";
export { specialTokenFields, specialTokens, type SpecialTokens } from "./config/specialTokens.ts";
export type { AlibiOptions, PositionBias, PositionBiasSpec } from "./block/positionBias.ts";
export type { CausalConfig, CausalPositionsSpec, CausalSpec } from "./models/causal/config.ts";
export { type DecoderPlaces, TextDecoder } from "./models/causal/decoder.ts";
export type { HeadedConfig, HeadFields } from "./models/decoderHeads/config.ts";
export { DecoderQuestionAnsweringModel } from "./models/decoderHeads/questionAnsweringModel.ts";
export { DecoderSequenceClassificationModel } from "./models/decoderHeads/sequenceClassificationModel.ts";
export { TextDecoderModel } from "./models/decoderHeads/textDecoderModel.ts";
export { DecoderTokenClassificationModel } from "./models/decoderHeads/tokenClassificationModel.ts";
export { type CausalInputs, CausalLanguageModel, type CausalOutput } from "./models/causal/model.ts";
export { scaleResidualProjections } from "./models/causal/scaleResidualProjections.ts";
export type { CausalGenerationDefaults, CausalModel, DecodeOptions } from "./models/causalModel.ts";
export { BidirectionalEncoder } from "./models/encoder/bidirectionalEncoder.ts";
export type {
  EncoderConfig,
  EncoderHeadsSpec,
  EncoderSpec,
  TextPositionsSpec,
  PoolerSpec,
  TextEmbeddingsSpec,
  TokenHeadSpec,
  TransformSpec,
} from "./models/encoder/config.ts";
export type { ClassifierDropout } from "./models/encoder/encoderFields.ts";
export { type HeadSizes, HeadTransform } from "./models/encoder/headTransform.ts";
export type { EncoderInputs, LossInputs } from "./models/encoder/inputs.ts";
export { MaskedLanguageModel } from "./models/encoder/maskedLanguageModel.ts";
export { Pooler } from "./models/encoder/pooler.ts";
export type { EncoderLayers } from "./models/encoder/postNormBlocks.ts";
export { QuestionAnsweringModel } from "./models/encoder/questionAnsweringModel.ts";
export type { AnswerSpans } from "./models/spanLoss.ts";
export { ReplacedTokenDetectionModel } from "./models/encoder/replacedTokenDetectionModel.ts";
export { SequenceClassificationModel } from "./models/encoder/sequenceClassificationModel.ts";
export { TextEmbeddings } from "./models/encoder/textEmbeddings.ts";
export { TextEncoderModel, type TextEncoderOutput } from "./models/encoder/textEncoderModel.ts";
export { TokenClassificationModel } from "./models/encoder/tokenClassificationModel.ts";
export { TokenHead } from "./models/encoder/tokenHead.ts";
export { ablate, type Ablation, visibleSource } from "./inspection/ablate.ts";
export { type HeadFactors, headPatches } from "./inspection/headPatches.ts";
export { type TappedModel, withTaps } from "./inspection/withTaps.ts";
export type { GeneratedSequence } from "./generation/beamHypotheses.ts";
export { generate, generateStream } from "./generation/generate.ts";
export type { LogitsProcessor } from "./generation/logitsProcessor.ts";
export type { StoppingCriterion } from "./generation/stopping.ts";
export type {
  GenerationOptions,
  GenerativeModel,
  SamplingOptions,
  SequenceBias,
  SourceProgress,
} from "./generation/options.ts";
export { GENERATION_FIELDS, parseGenerationOptions, type GenerationFile } from "./generation/parseGenerationOptions.ts";
export type { PositionsSpec, Seq2SeqConfig, Seq2SeqSideSpec, Seq2SeqSpec } from "./models/seq2seq/config.ts";
export { Seq2SeqClassificationModel, type Seq2SeqClassifierConfig } from "./models/seq2seq/classificationModel.ts";
export { Seq2SeqLanguageModel } from "./models/seq2seq/model.ts";
export type { Seq2SeqSide } from "./models/seq2seq/side.ts";
export type { GenerationDefaults, Memory, Seq2SeqModel, TargetOptions } from "./models/seq2seq.ts";
export type { LossOptions } from "./models/meanTokenLoss.ts";
export type { Seq2SeqInputs, Seq2SeqOutput } from "./models/outputs.ts";
