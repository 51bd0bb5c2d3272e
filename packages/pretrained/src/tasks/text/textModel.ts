import type { PassOptions } from "@qkv/nn";
import type { Tokenizer } from "@qkv/tokenizers";
import type { FamilyConfig, FamilyModel, ModelTask } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { PretrainedError } from "../../files/pretrainedError.ts";

/** A batch of texts, or of pairs of texts, padded on the right. */
export interface TextInputs {
  /** [B, L] int32 */
  readonly ids: tf.Tensor2D;
  /** [B, L] bool, false at padding. */
  readonly attentionMask: tf.Tensor2D;
  /** [B, L] int32, of a model that tells the texts of a pair apart by them. */
  readonly tokenTypes?: tf.Tensor2D;
}

/** What texts of a model are like. */
export interface TextConfig extends FamilyConfig {
  /** The most tokens of a text; absent: any number. */
  readonly maxPositions?: number;
  /** The number of segments that the model tells apart; absent: none. */
  readonly numTokenTypes?: number;
  readonly padTokenId?: number | undefined;
}

/** A model that reads texts, of any family. */
export interface TextModel<Output = unknown> extends FamilyModel {
  readonly config: TextConfig;
  readonly activations: readonly string[];
  /** Runs a batch; the caller owns what it gives. */
  forward(inputs: TextInputs, options?: PassOptions): Output;
}

/** What a text task works with. */
export interface TextTask<Output> {
  readonly name: string;
  readonly model: TextModel<Output>;
  readonly tokenizer: Tokenizer;
  /** The longest text that the tokenizer is for, special tokens included. Default as the model's config says. */
  readonly maxTokens?: number;
}

/**
 * Checks that an opened model is of a class that the task can use, and has a tokenizer.
 *
 * @param expected what the class does, for the message: `classifies texts`
 */
export function textTaskOf<Output>(
  who: string,
  pretrained: Pretrained,
  task: ModelTask,
  expected: string,
): TextTask<Output> {
  checkPretrained(who, pretrained);
  const { name, tokenizer, maxTokens } = pretrained;
  if (pretrained.task !== task) {
    throw new PretrainedError(
      `${name}/config.json: ${who} expected a model that ${expected} (${task}), got ${pretrained.architecture} (${pretrained.task})`,
    );
  }
  if (tokenizer === undefined) throw new PretrainedError(`${name}/tokenizer.json: expected a file, got nothing`);
  const model = pretrained.model as unknown as TextModel<Output>;
  return { name, tokenizer, model, ...(maxTokens !== undefined && { maxTokens }) };
}
