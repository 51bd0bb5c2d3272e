/**
 * Why a text ended: `stop` by an end token, or since its JSON is complete; `stopString` before one of `stopStrings`; `length`
 * by the number of tokens, by the time, or by a criterion of the caller.
 */
export type FinishReason = "stop" | "length" | "stopString";

/** A generated text. */
export interface GeneratedText {
  /** What follows on the prompt, or of an encoder-decoder its answer; without special tokens, and without a stop string. */
  readonly text: string;
  /** The new token ids, an end token included. */
  readonly ids: readonly number[];
  /** The log-probability of the new tokens, divided by their number to the power `lengthPenalty`. */
  readonly score: number;
  readonly finishReason: FinishReason;
  /** The number of tokens of the prompt that the model read. */
  readonly promptTokens: number;
  readonly newTokens: number;
  /** The number of tokens of the prompt that were left out, since they were too many: `tooLong`. */
  readonly cutTokens: number;
}
