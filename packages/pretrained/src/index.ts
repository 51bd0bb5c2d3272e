export { type BuiltInFamily, FAMILIES, type PretrainedModel } from "./registry/families.ts";
export type { AnyFamily } from "./registry/findFamily.ts";
export { ggufFiles } from "./gguf/ggufFiles.ts";
export type { BatchLimits } from "./tasks/text/batchesBySize.ts";
export { Classifier, type ClassifyOptions } from "./tasks/imageClassification/classifier.ts";
export { createEmbedder, type EmbedderOptions } from "./tasks/embedding/createEmbedder.ts";
export { Embedder, type EmbedOptions, type HiddenStates } from "./tasks/embedding/embedder.ts";
export { similarity } from "./tasks/embedding/similarity.ts";
export { denseFiles, type DenseStep } from "./sentenceModules/dense.ts";
export { type Pooling, POOLING_MODES, type PoolingMode } from "./sentenceModules/pooling.ts";
export { type SentenceModules, SIMILARITIES, type Similarity } from "./sentenceModules/sentenceModules.ts";
export { createDepthEstimator } from "./tasks/depthEstimation/createDepthEstimator.ts";
export { type DepthMap, type DepthOptions, DepthEstimator } from "./tasks/depthEstimation/depthEstimator.ts";
export { createDetector } from "./tasks/objectDetection/createDetector.ts";
export { type Box, type DetectedObject, Detector, type DetectOptions } from "./tasks/objectDetection/detector.ts";
export type { ImageTaskOptions } from "./tasks/image/runImages.ts";
export type { CaptionReader } from "./tasks/imageEmbedding/captions.ts";
export { createImageEmbedder } from "./tasks/imageEmbedding/createImageEmbedder.ts";
export {
  type EmbedCaptionOptions,
  type EmbedImageOptions,
  ImageEmbedder,
  type ImageEmbeddingModel,
} from "./tasks/imageEmbedding/imageEmbedder.ts";
export type { CaptionPadding } from "./loading/captionPadding.ts";
export { createZeroShotImageClassifier } from "./tasks/zeroShotImageClassification/createZeroShotImageClassifier.ts";
export {
  ZeroShotImageClassifier,
  type ZeroShotImageOptions,
} from "./tasks/zeroShotImageClassification/zeroShotImageClassifier.ts";
export { createMaskFiller } from "./tasks/maskFilling/createMaskFiller.ts";
export { type FilledMask, type FillOptions, MaskFiller, type TokenIdLogits } from "./tasks/maskFilling/maskFiller.ts";
export { createQuestionAnswerer } from "./tasks/questionAnswering/createQuestionAnswerer.ts";
export {
  type Answer,
  type AnswerOptions,
  QuestionAnswerer,
  type SpanLogits,
} from "./tasks/questionAnswering/questionAnswerer.ts";
export { createReranker } from "./tasks/reranking/createReranker.ts";
export { type RankedDocument, type RankOptions, Reranker } from "./tasks/reranking/reranker.ts";
export {
  type CtcSegment,
  type CtcTranscribeOptions,
  type CtcTranscriberParts,
  type CtcTranscript,
  CtcTranscriber,
} from "./tasks/transcription/ctcTranscriber.ts";
export type { CtcVocabulary } from "./loading/ctcVocabulary.ts";
export { createTranscriber, type TranscriberOf } from "./tasks/transcription/createTranscriber.ts";
export { ctcIds } from "./tasks/transcription/ctcIds.ts";
export { type CtcSpan, type CtcText, ctcText } from "./tasks/transcription/ctcText.ts";
export type { PromptOptions } from "./tasks/transcription/prompt.ts";
export { transcriptionPrompt } from "./tasks/transcription/transcriptionPrompt.ts";
export {
  type TranscribeOptions,
  type Transcript,
  Transcriber,
  type TranscriberParts,
  type TranscriptSegment,
  type TranscriptWord,
  type WordAttention,
} from "./tasks/transcription/transcriber.ts";
export { type LiveOptions, type LiveText, transcribeLive } from "./tasks/transcription/transcribeLive.ts";
export { formatSubtitles } from "./tasks/transcription/subtitles.ts";
export type { PromptDefaults } from "./tasks/transcription/promptDefaults.ts";
export type { AlignmentHead, WhisperTokens } from "./tasks/transcription/whisperTokens.ts";
export { createTextClassifier } from "./tasks/textClassification/createTextClassifier.ts";
export {
  type ClassifyTextOptions,
  type ClassLogits,
  type ClassLogitsOptions,
  type LabelledTask,
  TextClassifier,
} from "./tasks/textClassification/textClassifier.ts";
export type { TextPair } from "./tasks/text/encodeTexts.ts";
export type { TextTaskOptions, TruncatedText } from "./tasks/text/taskOptions.ts";
export type { TextConfig, TextInputs, TextModel, TextTask } from "./tasks/text/textModel.ts";
export { createTokenClassifier } from "./tasks/tokenClassification/createTokenClassifier.ts";
export { AGGREGATIONS, type Aggregation, type TextEntity } from "./tasks/tokenClassification/entities.ts";
export {
  type TaggingTask,
  type TagOptions,
  TokenClassifier,
  type TokenLogits,
} from "./tasks/tokenClassification/tokenClassifier.ts";
export { createZeroShotClassifier } from "./tasks/zeroShotClassification/createZeroShotClassifier.ts";
export { ZeroShotClassifier, type ZeroShotOptions } from "./tasks/zeroShotClassification/zeroShotClassifier.ts";
export type { LabelScore } from "./tasks/labelScores.ts";
export { createClassifier } from "./tasks/imageClassification/createClassifier.ts";
export {
  PairTranslators,
  type TranslatePairOptions,
  type TranslationLanguages,
} from "./tasks/translation/pairTranslators.ts";
export { createTranslator, type CreateTranslatorOptions } from "./tasks/translation/createTranslator.ts";
export { languageMarker, type LanguagePair } from "./tasks/translation/languagePair.ts";
export { type Direction, directionOf, expectLanguage } from "./loading/direction.ts";
export { type ChatTemplate, chatTemplateFiles } from "./loading/chatTemplate.ts";
export { adapterFiles, type SaveAdapterOptions } from "./adapters/adapterFiles.ts";
export { createAdapter, type CreateAdapterOptions } from "./adapters/createAdapter.ts";
export { loadAdapter, type LoadAdapterOptions } from "./adapters/loadAdapter.ts";
export { createLoader, type Loader } from "./loading/createLoader.ts";
export { loadPretrained, type LoadPretrainedOptions } from "./loading/loadPretrained.ts";
export type { InitializeOptions } from "./loading/initialize.ts";
export type { LoadDtype } from "./loading/loadModel.ts";
export type { OpenOptions } from "./loading/openPretrained.ts";
export type { Pretrained, PretrainedOf } from "./loading/pretrained.ts";
export { blobFiles } from "./files/blobFiles.ts";
export { memoryFiles, type ModelFiles, readOptionalFile, type OpenFile, type ReadOptions } from "./files/modelFiles.ts";
export type { StoredArray, StoredBlocks, StoredType, Weights } from "./files/storedArray.ts";
export { PretrainedError } from "./files/pretrainedError.ts";
export { pretrainedFiles, type SavePretrainedOptions } from "./saving/pretrainedFiles.ts";
export type { CodeLayoutName } from "./saving/codedArrays.ts";
export {
  type QuantizableModel,
  quantize,
  type QuantizationProgress,
  type QuantizeOptions,
} from "./quantizing/quantize.ts";
export { measureImportance } from "./quantizing/measureImportance.ts";
export { QUANTIZATION_FORMATS, type QuantizationFormat } from "./quantizing/quantizationFormats.ts";
export type { KeptLayer, QuantizationReport, QuantizedLayer } from "./quantizing/quantizationReport.ts";
export { pretrainedGguf, type SaveGgufOptions } from "./saving/gguf/pretrainedGguf.ts";
export type { FloatType } from "./saving/gguf/weightTensor.ts";
export { chatIds, type ChatEncoder, type PromptTokenizer } from "./tasks/textGeneration/chatIds.ts";
export {
  type AnswerPart,
  type AnswerReader,
  type KnownTools,
  textReader,
  toolCallReader,
} from "./tasks/textGeneration/toolCalls/answerReader.ts";
export { toolCallSchema } from "./tasks/textGeneration/toolCalls/toolCallSchema.ts";
export type { ChatMessage, ChatToolCall } from "./tasks/textGeneration/chatMessage.ts";
export {
  type Answerer,
  Conversation,
  type ConversationOptions,
  type SayOptions,
} from "./tasks/textGeneration/conversation.ts";
export { createGenerator } from "./tasks/textGeneration/createGenerator.ts";
export type { Prompt } from "./tasks/textGeneration/encodedPrompt.ts";
export type { FinishReason, GeneratedText } from "./tasks/textGeneration/generatedText.ts";
export type { GenerateTextOptions } from "./tasks/textGeneration/generateOptions.ts";
export type { JsonSchema } from "./tasks/textGeneration/json/jsonSchema.ts";
export { TextGenerator, type TextGeneratorParts } from "./tasks/textGeneration/textGenerator.ts";
export { createSummarizer, type Summarizer } from "./tasks/summarization/createSummarizer.ts";
export { type TokenAttention, tokenAttention, type TokenSubject } from "./tasks/textGeneration/tokenAttention.ts";
export { readableTokens, type TokenReader } from "./tasks/translation/readableTokens.ts";
export { browserCache } from "./remote/browserCache.ts";
export type { DownloadProgress } from "./remote/download.ts";
export { type FileCache, memoryCache, type PartialFile } from "./remote/fileCache.ts";
export { HUB, type HubRef, parseModelRef, type UrlRef } from "./remote/modelRef.ts";
export { FILE_LIMITS, type FileLimits } from "./remote/fileLimits.ts";
export type { Fetch } from "./remote/fetch.ts";
export { remoteFiles } from "./remote/remoteFiles.ts";
export type { RemoteOptions } from "./remote/options.ts";
export { UnreachableError } from "./remote/unreachableError.ts";
export { languageCode } from "./tasks/translation/languageCodes.ts";
export { languageTag } from "./loading/languageTag.ts";
export { type Segment, splitText, type SplitOptions } from "./tasks/translation/splitText.ts";
export type { TokenizedPair, TokenSequence } from "./tasks/translation/tokenSequence.ts";
export {
  type TargetTokenizer,
  type TranslationTokenizer,
  translationTokenizer,
} from "./tasks/translation/translationTokenizer.ts";
export {
  type AttentionSubject,
  translationAttention,
  type TranslationAttention,
} from "./tasks/translation/translationAttention.ts";
export {
  type AttentionMaps,
  sentenceAttention,
  type SentenceAttention,
  type SentenceAttentionOptions,
  type SentenceSubject,
} from "./tasks/translation/sentenceAttention.ts";
export {
  type SearchOptions,
  type SentenceOptions,
  type SentenceTranslation,
  type TranslatedSentence,
  type TranslateOptions,
  type Translation,
  Translator,
  type TranslatorOptions,
} from "./tasks/translation/translator.ts";
export type { ChecksumAlgorithm } from "./remote/checksum.ts";
