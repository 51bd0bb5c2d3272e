import type { OptionNames } from "@qkv/ops";

/** Options of a task on many texts. */
export interface TextTaskOptions {
  /** The most texts in a batch. Default 32. Results do not depend on it. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /** Called with the number of texts done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /**
   * Called for each text that is longer than the model takes, with what was left of it. Without it the first one is told of by
   * `console.warn`.
   */
  readonly onTruncated?: (text: TruncatedText) => void;
}

/** A text of which the model reads a part. */
export interface TruncatedText {
  /** The text's index among those given. */
  readonly index: number;
  /** The number of its tokens, special ones included. */
  readonly tokens: number;
  /** How many of them the model reads. */
  readonly kept: number;
}

/** The names of {@link TextTaskOptions}. */
export const TEXT_TASK: OptionNames<TextTaskOptions> = {
  batchSize: true,
  signal: true,
  onProgress: true,
  onTruncated: true,
};
