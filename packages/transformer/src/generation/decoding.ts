import { logSumExp } from "@qkv/backend";
import { disposeKeyValues, type KeyValue } from "@qkv/attention";
import { tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { DecoderPast, Memory, Seq2SeqModel } from "../seq2seq.ts";
import { eventTurn } from "./eventTurn.ts";
import type { GenerativeModel } from "./options.ts";

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
  readonly #model: GenerativeModel;
  readonly #signal: AbortSignal | undefined;
  /** Absent for a decoder-only model. */
  #memory: Memory | undefined;
  /** How many tokens of each row the model has read. */
  #read = 0;
  #past: DecoderPast | undefined;
  /** Which source each row of the memory belongs to. */
  #sources: readonly number[];

  /** One row to each source, which an encoder reads if there is one. */
  constructor(model: GenerativeModel, sourceIds: readonly (readonly number[])[], signal?: AbortSignal) {
    signal?.throwIfAborted();
    this.#model = model;
    this.#signal = signal;
    if ("encode" in model) this.#memory = encode(model, sourceIds);
    this.#sources = sourceIds.map((_, i) => i);
  }

  /** What comes after each row's sequence, all of one length, of which what is new since the last step is read. */
  async step(sequences: readonly (readonly number[])[]): Promise<NextToken[]> {
    this.#signal?.throwIfAborted();
    const { logits, shifts, past } = tidy(() => {
      const tokens = sequences.map((ids) => ids.slice(this.#read));
      const { logits, past } = this.#decode(tf.tensor2d(tokens, undefined, "int32"));
      return { logits, shifts: logSumExp(tf.reshape(logits, [sequences.length, -1])), past };
    });
    this.#replacePast(past);
    this.#read = sequences[0]?.length ?? 0;
    const [values, sums] = await dataOf(logits, shifts);
    await eventTurn();
    const vocabulary = values.length / sequences.length;
    return sequences.map((_, row) => ({
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
      const stays = this.#memory === undefined || tf.util.arraysEqual(sources, [...this.#sources]);
      const moved = stays ? undefined : gatherMemory(this.#memory as Memory, rows);
      return { memory: moved, past: this.#past?.map((entry) => gatherKeyValue(entry, rows)) };
    });
    if (memory !== undefined) {
      disposeMemory(this.#memory as Memory);
      this.#memory = memory;
    }
    this.#replacePast(past);
    this.#sources = sources;
  }

  dispose(): void {
    if (this.#memory !== undefined) disposeMemory(this.#memory);
    this.#replacePast(undefined);
  }

  #decode(ids: tf.Tensor2D): { logits: tf.Tensor3D; past: DecoderPast } {
    const model = this.#model;
    return "encode" in model ? model.decode(ids, this.#memory as Memory, this.#past) : model.decode(ids, this.#past);
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
