export type { Architecture } from "./architecture.ts";
export {
  ARCHITECTURES,
  CAUSAL_TYPES,
  GENERATING_TYPES,
  isModelType,
  type ModelOf,
  type ModelType,
  type PretrainedModel,
} from "./architectures.ts";
export type { BatchLimits } from "./batchesBySize.ts";
export type { CausalArchitecture } from "./causalArchitectures.ts";
export { Classifier, type ClassifyOptions, type LabelScore } from "./classifier.ts";
export { createClassifier } from "./createClassifier.ts";
export { createTranslator } from "./createTranslator.ts";
export type { Tied } from "./causalTies.ts";
export type { Unpack, UnpackedArray } from "./fileNames.ts";
export { type Direction, directionOf, expectLanguage } from "./direction.ts";
export { loadPretrained, type LoadPretrainedOptions, type Pretrained, type PretrainedOf } from "./loadPretrained.ts";
export { memoryFiles, type ModelFiles, readOptionalFile, type OpenFile, type ReadOptions } from "./modelFiles.ts";
export { PretrainedError } from "./pretrainedError.ts";
export type { StoredArray } from "./readWeights.ts";
export type { SpareArray, SpareArrays } from "./spareArrays.ts";
export { pretrainedFiles, type SavePretrainedOptions } from "./pretrainedFiles.ts";
export { readableTokens, type TokenReader } from "./readableTokens.ts";
export { browserCache } from "./remote/browserCache.ts";
export type { DownloadProgress } from "./remote/download.ts";
export { type FileCache, memoryCache, type PartialFile } from "./remote/fileCache.ts";
export { HUB, type HubRef, parseModelRef, type UrlRef } from "./remote/modelRef.ts";
export { FILE_LIMITS, type FileLimits } from "./remote/fileLimits.ts";
export type { Fetch } from "./remote/network.ts";
export { remoteFiles, type RemoteOptions } from "./remote/remoteFiles.ts";
export { UnreachableError } from "./remote/unreachableError.ts";
export { languageCode } from "./languageCodes.ts";
export { languageTag } from "./languageTag.ts";
export { type Piece, splitText, type SplitOptions } from "./splitText.ts";
export type { TokenizedPair, TokenSequence } from "./tokenSequence.ts";
export { type TranslationTokenizer, translationTokenizer } from "./translationTokenizer.ts";
export { type AttentionSubject, translationAttention, type TranslationAttention } from "./translationAttention.ts";
export {
  type AttentionMaps,
  sentenceAttention,
  type SentenceAttention,
  type SentenceAttentionOptions,
  type SentenceSubject,
} from "./sentenceAttention.ts";
export {
  type SearchOptions,
  type SentenceOptions,
  type SentenceTranslation,
  type TranslatedSentence,
  type TranslateOptions,
  type Translation,
  Translator,
  type TranslatorOptions,
} from "./translator.ts";
