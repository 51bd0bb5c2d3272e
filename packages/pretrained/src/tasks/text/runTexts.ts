import { tidy } from "@qkv/nn";
import type { Encoding } from "@qkv/tokenizers";
import * as tf from "@tensorflow/tfjs-core";
import { nonFiniteOf } from "../nonFiniteOf.ts";
import { batchesBySize } from "./batchesBySize.ts";
import type { TextTaskOptions } from "./taskOptions.ts";
import type { TextInputs, TextModel } from "./textModel.ts";

const BATCH = 32;

/** The most tokens of a batch, padding included: more are hardly faster, and attention takes their square. */
const MAX_PADDED = 8192;

/**
 * Runs a model on texts, in batches of about the same length, the longest first.
 *
 * @param compute what is wanted of a batch: [B, ...], of which each text's row is returned, padding included
 * @returns the rows, in the order of the texts
 * @throws NonFiniteError naming the activation, the signal's reason if it is aborted
 */
export async function runTexts(
  model: TextModel,
  texts: readonly Encoding[],
  compute: (inputs: TextInputs, batch: readonly Encoding[]) => tf.Tensor,
  { batchSize = BATCH, signal, onProgress }: TextTaskOptions = {},
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  let done = 0;
  const lengths = texts.map(({ length }) => length);
  for (const indices of batchesBySize(lengths, { maxItems: batchSize, maxPadded: MAX_PADDED })) {
    signal?.throwIfAborted();
    const batch = indices.flatMap((index) => texts[index] ?? []);
    const values = await valuesOf(model, batch, compute);
    const size = values.length / batch.length;
    for (const [i, index] of indices.entries()) rows[index] = values.slice(i * size, (i + 1) * size);
    done += batch.length;
    onProgress?.({ done, total: texts.length });
  }
  return rows;
}

async function valuesOf(
  model: TextModel,
  batch: readonly Encoding[],
  compute: (inputs: TextInputs, batch: readonly Encoding[]) => tf.Tensor,
): Promise<Float32Array> {
  const result = tidy(() => compute(inputsOf(model, batch), batch));
  try {
    const values = (await result.data()) as Float32Array;
    if (values.every(Number.isFinite)) return values;
    throw await nonFiniteOf(model, (taps) => void model.forward(inputsOf(model, batch), { taps }));
  } finally {
    result.dispose();
  }
}

function inputsOf({ config }: TextModel, batch: readonly Encoding[]): TextInputs {
  const length = batch.reduce((most, text) => Math.max(most, text.length), 0);
  const ids = new Int32Array(batch.length * length).fill(config.padTokenId ?? 0);
  const mask = new Uint8Array(batch.length * length);
  const types = new Int32Array(batch.length * length);
  for (const [i, text] of batch.entries()) {
    ids.set(text.ids, i * length);
    mask.set(text.attentionMask, i * length);
    types.set(text.typeIds, i * length);
  }
  const shape: [number, number] = [batch.length, length];
  return {
    ids: tf.tensor2d(ids, shape, "int32"),
    attentionMask: tf.tensor2d(mask, shape, "bool"),
    ...((config.numTokenTypes ?? 0) > 1 && { tokenTypes: tf.tensor2d(types, shape, "int32") }),
  };
}
