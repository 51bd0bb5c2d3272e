export {
  type Architecture,
  ARCHITECTURES,
  isModelType,
  type ModelType,
  type PretrainedModel,
} from "./architectures.ts";
export { createTranslator } from "./createTranslator.ts";
export { loadPretrained, type Pretrained } from "./loadPretrained.ts";
export { memoryFiles, type ModelFiles, type ReadOptions } from "./modelFiles.ts";
export { PretrainedError } from "./pretrainedError.ts";
export { pretrainedFiles, type SavePretrainedOptions } from "./pretrainedFiles.ts";
export { type Piece, splitText, type SplitOptions } from "./splitText.ts";
export { type TranslationTokenizer, translationTokenizer } from "./translationTokenizer.ts";
export { type AttentionSubject, translationAttention, type TranslationAttention } from "./translationAttention.ts";
export { type TranslateOptions, type Translation, Translator, type TranslatorOptions } from "./translator.ts";
