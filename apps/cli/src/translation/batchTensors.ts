import type { Seq2SeqInputs } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { EncodedPair } from "./encodedPairs.ts";

/** A label that does not count. */
const IGNORED = -100;

/** What the loss of a batch is computed from. The caller disposes of it, or stands in a tidy. */
export function batchTensors(
  pairs: readonly EncodedPair[],
  { padTokenId, decoderStartTokenId }: { readonly padTokenId: number; readonly decoderStartTokenId: number },
): Seq2SeqInputs & { readonly labels: tf.Tensor2D } {
  const sources = pairs.map(({ source }) => source);
  const targets = pairs.map(({ target }) => target);
  const shifted = targets.map((target) => Int32Array.of(decoderStartTokenId, ...target.subarray(0, -1)));
  const isPadded = sources.some(({ length }) => length !== sources[0]?.length);
  return {
    ids: padded(sources, padTokenId),
    ...(isPadded && { attentionMask: keepMask(sources) }),
    decoderIds: padded(shifted, padTokenId),
    labels: padded(targets, IGNORED),
  };
}

/** Rows of ids, filled up to the longest with `filler`: [B, L] int32. */
function padded(rows: readonly Int32Array[], filler: number): tf.Tensor2D {
  const length = Math.max(...rows.map((row) => row.length));
  const values = new Int32Array(rows.length * length).fill(filler);
  rows.forEach((row, i) => values.set(row, i * length));
  return tf.tensor2d(values, [rows.length, length], "int32");
}

/** [B, L] bool, true where a row has an id. */
function keepMask(rows: readonly Int32Array[]): tf.Tensor2D {
  const length = Math.max(...rows.map((row) => row.length));
  const values = new Uint8Array(rows.length * length);
  rows.forEach((row, i) => values.fill(1, i * length, i * length + row.length));
  return tf.tensor2d(values, [rows.length, length], "bool");
}
