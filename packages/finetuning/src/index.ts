export type {
  Encoder,
  FinetuningTask,
  LabelledBatch,
  Objective,
  OnTruncated,
  TaskOptions,
} from "./objective/objective.ts";
export { withAdapterDropout } from "./objective/adapterDropout.ts";
export { type AnyObjective, OBJECTIVES } from "./objectives/all.ts";
export {
  type ClassifiedText,
  type EncodedClass,
  textClassification,
  type TextClassificationSettings,
} from "./objectives/textClassification.ts";
export {
  type EncodedTags,
  type TaggedText,
  tokenClassification,
  type TokenClassificationSettings,
} from "./objectives/tokenClassification.ts";
export {
  type EncodedWords,
  type MaskedText,
  maskedLanguageModel,
  type MaskedLanguageModelSettings,
} from "./objectives/maskedLanguageModel.ts";
export {
  type EncodedTriplet,
  sentenceEmbeddings,
  type SentenceEmbeddingsSettings,
  type TextTriplet,
} from "./objectives/sentenceEmbeddings.ts";
export { languageModel, type LanguageModelSettings } from "./objectives/languageModel.ts";
export {
  answersTask,
  encodeInstruction,
  type Instruction,
  instructions,
  type InstructionsSettings,
} from "./objectives/instructions.ts";
export {
  type EncodedPreference,
  type Preference,
  preference,
  type PreferenceSettings,
  type ReferredPreference,
} from "./objectives/preference.ts";
export { seq2seq, type Seq2SeqSettings, type TextAndTarget } from "./objectives/seq2seq.ts";
export { spanCorruption, type SpanCorruptionSettings } from "./objectives/spanCorruption.ts";
export { speechRecognition } from "./objectives/speechRecognition.ts";
export type { SpeechRecognitionSettings } from "./objectives/speech/settings.ts";
export { type Answered, type AnswerEncoder, answerEncoder } from "./batches/answers.ts";
export type { EncodedText } from "./batches/encodedText.ts";
export type { EncodedPair } from "./batches/seq2seqBatch.ts";
export type { EncodedSpeech, GivenSound, SpokenText } from "./batches/sounds.ts";
export type { DataRecord } from "./records/dataRecord.ts";
export { type GivenLabel, labelsFrom } from "./records/labels.ts";
export { type TeacherOptions, withTeacher } from "./objective/teacher.ts";
export { classScores, labelSetScores } from "./metrics/classScores.ts";
export { entitySpans } from "./metrics/entitySpans.ts";
export { retrievalScores } from "./metrics/retrieval.ts";
