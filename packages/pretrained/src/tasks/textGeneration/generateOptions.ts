import type { OptionNames } from "@qkv/ops";
import type { GenerationOptions, SamplingOptions } from "@qkv/transformer";
import type { JsonSchema } from "./json/jsonSchema.ts";

// What the task itself says to `generate`.
type Given =
  "decode" | "attentionMask" | "numReturnSequences" | "onStep" | "sampling" | "decoderStartTokenId" | "decoderInputIds";

/**
 * Options of a {@link TextGenerator}: those of `generate` of `@qkv/transformer`, and what texts need besides. What is left out
 * the model's `generation_config.json` says.
 */
export interface GenerateTextOptions extends Omit<GenerationOptions, Given> {
  /** Sampling options, over those of the model's files; null: none, the likeliest token each time. */
  readonly sampling?: SamplingOptions | null;
  /**
   * What is done with a prompt that is longer than the model's positions. `refuse`: an error. `cutStart`: its beginning is
   * left out; of messages the oldest ones, but for a system message at the head. `cutEnd`: its end is. Default `refuse`.
   */
  readonly tooLong?: "refuse" | "cutStart" | "cutEnd";
  /** A JSON Schema: only tokens come with which the text can still become JSON that fits it. */
  readonly json?: JsonSchema;
  /** Further variables of the chat template: `{ enable_thinking: false }`. */
  readonly templateVariables?: Readonly<Record<string, unknown>>;
  /** The name of the chat template, of a model with several. Default `tool_use` with tools, where there is one, else `default`. */
  readonly templateName?: string;
  /** Called with each token id as it is chosen, of one prompt without beams. */
  readonly onToken?: (id: number) => void;
}

/** The names of {@link GenerateTextOptions}. */
export const GENERATE_TEXT: OptionNames<GenerateTextOptions> = {
  sampling: true,
  tooLong: true,
  json: true,
  templateVariables: true,
  templateName: true,
  onToken: true,
  numBeams: true,
  lengthPenalty: true,
  earlyStopping: true,
  maxLength: true,
  maxNewTokens: true,
  minLength: true,
  minNewTokens: true,
  noRepeatNgramSize: true,
  repetitionPenalty: true,
  encoderNoRepeatNgramSize: true,
  encoderRepetitionPenalty: true,
  sequenceBias: true,
  exponentialDecayLengthPenalty: true,
  removeInvalidValues: true,
  badWordsIds: true,
  suppressTokens: true,
  beginSuppressTokens: true,
  forcedBosTokenId: true,
  forcedEosTokenId: true,
  renormalizeLogits: true,
  eosTokenId: true,
  stopStrings: true,
  maxTime: true,
  stoppingCriteria: true,
  logitsProcessors: true,
  cache: true,
  cacheDtype: true,
  assistantModel: true,
  promptLookupNumTokens: true,
  maxMatchingNgramSize: true,
  numAssistantTokens: true,
  assistantConfidenceThreshold: true,
  contextShift: true,
  memoryLimit: true,
  beamLimit: true,
  signal: true,
};
