import { seq2seqGenerationFields } from "../../config/seq2seqTokens.ts";
import type { Architecture, Family } from "../../family/family.ts";
import { formatWhisperConfig, parseWhisperConfig, type WhisperConfig } from "./config.ts";
import { WhisperModel } from "./model.ts";
import { WHISPER_WEIGHTS } from "./weights.ts";

const TRANSCRIBER: Architecture<WhisperConfig, WhisperModel> = {
  className: "WhisperForConditionalGeneration",
  task: "speechSeq2seq",
  weights: WHISPER_WEIGHTS,
  build: (params, config) => new WhisperModel(params, config),
  isOf: (model) => model instanceof WhisperModel,
};

/** Whisper: speech to text, and translation of speech to English. */
export const whisper: Family<"whisper", WhisperConfig, WhisperModel> = {
  modelTypes: ["whisper"],
  parseConfig: parseWhisperConfig,
  formatConfig: formatWhisperConfig,
  formatGeneration: seq2seqGenerationFields,
  architectures: () => [TRANSCRIBER],
  build: (params, config) => new WhisperModel(params, config),
};
