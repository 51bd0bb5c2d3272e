import { logSumExp } from "@qkv/backend";
import { disposeKeyValues, type KeyValue } from "@qkv/attention";
import { tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { DecoderPast, Memory, Seq2SeqModel } from "../seq2seq.ts";
import { eventTurn } from "./eventTurn.ts";

/** How likely each token is to come next. */
export interface NextToken {
  /** [V]. The reader's to change. */
  readonly logits: Float32Array;
  /** What turns logits into log-probabilities by subtraction. */
  readonly logSumExp: number;
}

/**
 * Sequences that a model is decoding side by side, one to a row, and the owner of every tensor that takes.
 *
 * Searches see token ids in and logits out; which rows go on, and as what, they say by {@link continueFrom}.
 */
export class Decoding {
  readonly #model: Seq2SeqModel;
  readonly #signal: AbortSignal | undefined;
  #memory: Memory;
  #past: DecoderPast | undefined;
  /** Which source each row of the memory belongs to. */
  #sources: readonly number[];

  /** Encodes the sources, one row to each. */
  constructor(model: Seq2SeqModel, sourceIds: readonly (readonly number[])[], signal?: AbortSignal) {
    signal?.throwIfAborted();
    this.#model = model;
    this.#signal = signal;
    this.#memory = encode(model, sourceIds);
    this.#sources = sourceIds.map((_, i) => i);
  }

  /** Appends a token to each row. What comes after it, for each row. */
  async step(tokens: readonly number[]): Promise<NextToken[]> {
    this.#signal?.throwIfAborted();
    const { logits, shifts, past } = tidy(() => {
      const ids = tf.tensor2d([...tokens], [tokens.length, 1], "int32");
      const { logits, past } = this.#model.decode(ids, this.#memory, this.#past);
      return { logits, shifts: logSumExp(tf.reshape(logits, [tokens.length, -1])), past };
    });
    this.#replacePast(past);
    const [values, sums] = await dataOf(logits, shifts);
    await eventTurn();
    const vocabulary = values.length / tokens.length;
    return tokens.map((_, row) => ({
      logits: values.subarray(row * vocabulary, (row + 1) * vocabulary),
      logSumExp: sums[row] as number,
    }));
  }

  /** From here on, row i continues what was row `parents[i]`. Rows may be left out, repeated and reordered. */
  continueFrom(parents: readonly number[]): void {
    if (isIdentity(parents, this.#sources.length)) return;
    const sources = parents.map((parent) => this.#sources[parent] as number);
    const { memory, past } = tidy(() => {
      const rows = tf.tensor1d([...parents], "int32");
      // Beams of one source share its memory: swapping them leaves it as it is.
      const moved = tf.util.arraysEqual(sources, [...this.#sources]) ? undefined : gatherMemory(this.#memory, rows);
      return { memory: moved, past: this.#past?.map((entry) => gatherKeyValue(entry, rows)) };
    });
    if (memory !== undefined) {
      disposeMemory(this.#memory);
      this.#memory = memory;
    }
    this.#replacePast(past);
    this.#sources = sources;
  }

  dispose(): void {
    disposeMemory(this.#memory);
    this.#replacePast(undefined);
  }

  #replacePast(past: DecoderPast | undefined): void {
    disposeKeyValues(this.#past ?? []);
    this.#past = past;
  }
}

/** Sources of different lengths are padded at their end, and the padding is hidden. */
function encode(model: Seq2SeqModel, sourceIds: readonly (readonly number[])[]): Memory {
  const lengths = sourceIds.map(({ length }) => length);
  const longest = Math.max(...lengths);
  const padded = sourceIds.map((ids) => [
    ...ids,
    ...Array<number>(longest - ids.length).fill(model.generation.padTokenId),
  ]);
  return tidy(() => {
    const ids = tf.tensor2d(padded, undefined, "int32");
    if (lengths.every((length) => length === longest)) return model.encode(ids);
    const keep = tf.less(tf.range(0, longest, 1, "int32"), tf.tensor2d(lengths, [lengths.length, 1], "int32"));
    return model.encode(ids, keep as tf.Tensor2D);
  });
}

async function dataOf(...tensors: [tf.Tensor, tf.Tensor]): Promise<[Float32Array, Float32Array]> {
  try {
    return (await Promise.all(tensors.map((tensor) => tensor.data()))) as [Float32Array, Float32Array];
  } finally {
    tf.dispose(tensors);
  }
}

function isIdentity(parents: readonly number[], rows: number): boolean {
  return parents.length === rows && parents.every((parent, row) => parent === row);
}

function gatherKeyValue({ keys, values }: KeyValue, rows: tf.Tensor1D): KeyValue {
  return { keys: tf.gather(keys, rows), values: tf.gather(values, rows) };
}

function gatherMemory({ keyValues, mask }: Memory, rows: tf.Tensor1D): Memory {
  const gathered = keyValues.map((entry) => gatherKeyValue(entry, rows));
  return mask === undefined ? { keyValues: gathered } : { keyValues: gathered, mask: tf.gather(mask, rows) };
}

function disposeMemory({ keyValues, mask }: Memory): void {
  disposeKeyValues(keyValues);
  mask?.dispose();
}
