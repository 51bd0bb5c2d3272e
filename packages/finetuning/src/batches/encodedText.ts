import type { TextModel } from "@qkv/pretrained";
import type { Encoding } from "@qkv/tokenizers";
import * as tf from "@tensorflow/tfjs-core";

/** A text as a model reads it. */
export interface EncodedText {
  readonly ids: readonly number[] | Int32Array;
  /** The text of a pair that each token is of. */
  readonly typeIds: readonly number[];
}

/** Keeps of an encoding what a batch needs. */
export function encodedText({ ids, typeIds }: Encoding): EncodedText {
  return { ids, typeIds };
}

/** Inputs of encoders and of decoders with a head. */
export interface TextBatch {
  /** [B, L] int32 */
  readonly ids: tf.Tensor2D;
  /** [B, L] bool */
  readonly attentionMask: tf.Tensor2D;
  /** [B, L] int32 */
  readonly tokenTypes?: tf.Tensor2D;
}

/** Texts side by side, padded at their ends by the model's padding token. The caller disposes of them. */
export function textBatch(texts: readonly EncodedText[], { config }: Pick<TextModel, "config">): TextBatch {
  const rows = texts.map(({ ids }) => ids);
  return {
    ids: padded(rows, config.padTokenId ?? 0),
    attentionMask: maskOf(rows),
    ...((config.numTokenTypes ?? 0) > 1 && {
      tokenTypes: padded(
        texts.map(({ typeIds }) => typeIds),
        0,
      ),
    }),
  };
}

/** Rows of numbers filled up to the longest: [B, L] int32. */
export function padded(rows: readonly ArrayLike<number>[], filler: number): tf.Tensor2D {
  const length = longest(rows);
  const values = new Int32Array(rows.length * length).fill(filler);
  for (const [i, row] of rows.entries()) values.set(row, i * length);
  return tf.tensor2d(values, [rows.length, length], "int32");
}

/** True where a row has something: [B, L] bool. */
export function maskOf(rows: readonly ArrayLike<number>[]): tf.Tensor2D {
  const length = longest(rows);
  const values = new Uint8Array(rows.length * length);
  for (const [i, row] of rows.entries()) values.fill(1, i * length, i * length + row.length);
  return tf.tensor2d(values, [rows.length, length], "bool");
}

/** A label that does not count. */
export const IGNORED = -100;

function longest(rows: readonly ArrayLike<number>[]): number {
  return rows.reduce((most, { length }) => Math.max(most, length), 0);
}
