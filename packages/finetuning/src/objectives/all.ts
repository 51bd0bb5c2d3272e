import type { Objective } from "../objective/objective.ts";
import { instructions } from "./instructions.ts";
import { languageModel } from "./languageModel.ts";
import { maskedLanguageModel } from "./maskedLanguageModel.ts";
import { preference } from "./preference.ts";
import { sentenceEmbeddings } from "./sentenceEmbeddings.ts";
import { seq2seq } from "./seq2seq.ts";
import { spanCorruption } from "./spanCorruption.ts";
import { speechRecognition } from "./speechRecognition.ts";
import { textClassification } from "./textClassification.ts";
import { tokenClassification } from "./tokenClassification.ts";

/** Every objective, by its name. */
export const OBJECTIVES = {
  "text-classification": textClassification,
  "token-classification": tokenClassification,
  "masked-language-model": maskedLanguageModel,
  "sentence-embeddings": sentenceEmbeddings,
  "language-model": languageModel,
  instructions,
  preference,
  seq2seq,
  "span-corruption": spanCorruption,
  "speech-recognition": speechRecognition,
} as const;

/** An objective whose types are its own business. */
export type AnyObjective = Objective<never, never, never, never>;
