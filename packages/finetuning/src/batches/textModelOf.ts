import type { PassOptions } from "@qkv/nn";
import type { Pretrained, TextModel } from "@qkv/pretrained";
import type { Tokenizer } from "@qkv/tokenizers";
import type { ModelTask } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import type { TextBatch } from "./encodedText.ts";

/** A model that reads texts, with a loss of its own. */
export interface LossModel<Output> extends TextModel<Output> {
  loss(inputs: TextBatch & { readonly labels: tf.Tensor }, options?: PassOptions): tf.Scalar;
}

/** Texts longer than this are cut where nothing else is asked for: attention takes the square. */
const DEFAULT_MAX = 512;

/** The tokenizer of an opened model. @throws RangeError if it has none, or is of another task */
export function tokenizerOf(
  objective: string,
  { name, task, tokenizer, architecture }: Pretrained,
  wanted: ModelTask,
): Tokenizer {
  if (task !== wanted) {
    throw new RangeError(`${name}: ${objective} expected a model for ${wanted}, got ${architecture} (${task})`);
  }
  if (tokenizer === undefined)
    throw new RangeError(`${name}: ${objective} expected a model with a tokenizer, got one without`);
  return tokenizer;
}

/**
 * The most tokens of a text in training.
 *
 * @throws RangeError if more are asked for than the model takes
 */
export function maxTokensOf(
  { name, model, maxTokens: own = Infinity }: Pretrained,
  wanted: number | undefined,
): number {
  const { maxPositions = Infinity } = model.config as { readonly maxPositions?: number };
  const limit = Math.min(maxPositions, own);
  if (wanted !== undefined && wanted > maxPositions) {
    throw new RangeError(
      `${name}: expected maxTokens to be at most ${maxPositions}, which the model takes, got ${wanted}`,
    );
  }
  return wanted ?? Math.min(limit, DEFAULT_MAX);
}

/**
 * A model whose texts may be padded.
 *
 * @throws RangeError if it finds the end of a text by a padding token and has none
 */
export function paddable<Output>({ name, model }: Pretrained, batchSize: number): LossModel<Output> {
  const { config } = model as unknown as TextModel;
  if (config.padTokenId === undefined && batchSize > 1) {
    throw new RangeError(
      `${name}: expected a model with a pad_token_id for batches of ${batchSize}, got one without: set batchSize to 1`,
    );
  }
  return model as unknown as LossModel<Output>;
}
