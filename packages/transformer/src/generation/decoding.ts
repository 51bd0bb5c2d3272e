import { type DecoderChoice, logSumExp } from "@qkv/ops";
import { bytesOf, type CacheDtype, disposeKeyValues, type KeyValue, type KeyValueCache } from "@qkv/attention";
import { tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Memory, Seq2SeqModel } from "../models/seq2seq.ts";
import { yieldToEventLoop } from "./yieldToEventLoop.ts";
import { checkMemory } from "./memoryLimit.ts";
import type { GenerativeModel } from "./options.ts";
import { PaddedPrompts } from "./paddedPrompts.ts";
import { RecordedDecoding } from "./recordedDecoding.ts";
import { claimCache, releaseCache } from "./reusedCache.ts";
import { whyNotFinite } from "./whyNotFinite.ts";

/** Options of a {@link Decoding}. */
export interface DecodingOptions {
  readonly signal?: AbortSignal | undefined;
  /** For each source, 1 at its tokens and 0 at its padding: then all have one length. */
  readonly attentionMask?: readonly (readonly number[])[] | undefined;
  /** A cache that has read the beginning of the sources, which the caller keeps. Default an empty one. */
  readonly cache?: KeyValueCache | undefined;
  /** How keys and values of an empty one are held. Default float32. */
  readonly cacheDtype?: CacheDtype | undefined;
  /** Whether the later half of a text is read again where positions end: `contextShift` of the options. Default false. */
  readonly contextShift?: boolean | undefined;
  /** Bytes that keys, values and logits of all rows may take. Default no limit. */
  readonly memoryLimit?: number | undefined;
}

/** The scores of the next token. */
export interface NextToken {
  /** Logits, [V], which the caller may change. */
  readonly logits: Float32Array;
  /** Log-sum-exp of the logits: subtracting it gives log-probabilities. */
  readonly logSumExp: number;
}

/**
 * Sequences that a model decodes as a batch, one to a row, and the owner of their tensors.
 *
 * Searches pass token ids in and get logits out; they select the rows to continue by {@link continueFrom}.
 */
export class Decoding {
  readonly #model: GenerativeModel;
  readonly #options: DecodingOptions;
  /** Absent for an encoder-decoder, and where nothing is padded. */
  readonly #padded: PaddedPrompts | undefined;
  /** Absent for a decoder-only model. */
  #memory: Memory | undefined;
  /** Of the tokens of each row that the model has read. */
  readonly #cache: KeyValueCache;
  /** Number of tokens of each row, at its beginning, that are forgotten since positions have ended. */
  #forgotten = 0;
  /** V, after the first step. */
  #vocabulary = 0;
  readonly #sourceIds: readonly (readonly number[])[];
  /** The source of each row of the memory. */
  #sources: readonly number[];

  /** Starts one row for each source, which an encoder reads if there is one. */
  constructor(model: GenerativeModel, sourceIds: readonly (readonly number[])[], options: DecodingOptions = {}) {
    options.signal?.throwIfAborted();
    this.#model = model;
    this.#options = options;
    this.#sourceIds = sourceIds;
    const padding = options.attentionMask?.some((row) => row.includes(0)) ? options.attentionMask : undefined;
    if (padding && !("encode" in model)) this.#padded = paddedPrompts(padding, options);
    this.#sources = sourceIds.map((_, i) => i);
    this.#cache = options.cache ? claimCache(options.cache, model, sourceIds) : newCache(model, options.cacheDtype);
    try {
      if ("encode" in model)
        this.#memory = padding ? encodePadded(model, sourceIds, padding) : encode(model, sourceIds);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /**
   * Scores the next token of each row's sequence. All have one length; only tokens new since the last step are read.
   */
  async step(sequences: readonly (readonly number[])[]): Promise<NextToken[]> {
    return this.#read(sequences, 1);
  }

  /**
   * Scores the token after each of the last `count` of a single row's sequence: proposals are read in one pass.
   *
   * @returns for each of them, in their order
   */
  async verify(ids: readonly number[], count: number): Promise<NextToken[]> {
    return this.#read([ids], count);
  }

  /** Forgets the tokens from `length` on, which are read again when they come again. */
  truncate(length: number): void {
    this.#cache.truncate(Math.max(0, length - this.#forgotten));
  }

  async #read(sequences: readonly (readonly number[])[], count: number): Promise<NextToken[]> {
    this.#options.signal?.throwIfAborted();
    const total = sequences[0]?.length ?? 0;
    this.#shift(total);
    const length = this.#readSoFar(total - this.#forgotten);
    this.#checkMemory(sequences.length, total - this.#forgotten - length);
    const tokens = sequences.map((ids) => ids.slice(this.#forgotten + length));
    const rows = sequences.length * count;
    const { logits, shifts } = this.#cache.step(() => {
      const { logits } = this.#decode(tf.tensor2d(tokens, undefined, "int32"), count);
      if (count > 1 && logits.shape[1] !== count) {
        throw new RangeError(
          `generate: expected logits after the last ${count} tokens, as logitsToKeep of decode asks for, got [${logits.shape}]`,
        );
      }
      return { logits, shifts: logSumExp(tf.reshape(logits, [rows, -1])) };
    }, tokens);
    const [values, sums] = await dataOf(logits, shifts);
    await yieldToEventLoop();
    const bad = sums.findIndex((sum) => !Number.isFinite(sum));
    if (bad >= 0) {
      this.#cache.truncate(length); // what this step read may be what is wrong
      const row = Math.floor(bad / count);
      throw await whyNotFinite(this.#model, this.#sourceOf(row), (sequences[row] ?? []).slice(this.#forgotten));
    }
    const vocabulary = values.length / rows;
    this.#vocabulary = vocabulary;
    return Array.from(sums, (sum, row) => ({
      logits: values.subarray(row * vocabulary, (row + 1) * vocabulary),
      logSumExp: sum,
    }));
  }

  /** Forgets all but half as many tokens as there are positions, where a text of `total` tokens has more than there are. */
  #shift(total: number): void {
    const { maxPositions = Infinity } = this.#model.generation;
    if (!this.#options.contextShift || total - this.#forgotten <= maxPositions) return;
    this.#forgotten = total - Math.max(1, Math.floor(maxPositions / 2));
    this.#cache.truncate(0);
  }

  /** Number of tokens of each row whose keys and values serve a text of `total` tokens; the cache forgets others. */
  #readSoFar(total: number): number {
    const { length } = this.#cache;
    const model = this.#model;
    const { rereadBeyond = Infinity } = "encode" in model ? {} : model.generation;
    return length > 0 && length <= rereadBeyond && total > rereadBeyond ? this.#cache.truncate(0) : length;
  }

  /** Makes row i continue the former row `parents[i]`. Rows may be left out, repeated and reordered. */
  continueFrom(parents: readonly number[]): void {
    if (isIdentity(parents, this.#sources.length)) return;
    this.#checkMemory(parents.length, 0);
    const sources = parents.map((parent) => this.#sources[parent] as number);
    this.#cache.reorder(parents);
    // Beams of one source share its memory: swapping them leaves it as it is.
    const memory = this.#memory;
    if (memory !== undefined && !tf.util.arraysEqual(sources, [...this.#sources])) {
      this.#memory = tidy(() => gatherMemory(memory, tf.tensor1d([...parents], "int32")));
      disposeMemory(memory);
    }
    this.#sources = sources;
  }

  /**
   * Records the steps that go on from here on the device, where there is a kernel for the model; or says why they have to be run module
   * by module. Whoever gets it disposes of it.
   *
   * @param maxLength the most tokens that a text may have
   */
  record(choice: DecoderChoice, maxLength: number): RecordedDecoding | string {
    const { contextShift = false } = this.#options;
    const { maxPositions = Infinity } = this.#model.generation;
    if (this.#padded !== undefined) return "prompts are padded";
    if (choice.candidates > 0 && this.#options.cache !== undefined) return "beams are in a cache that the caller keeps";
    if (contextShift && maxLength > maxPositions) return "what was read is forgotten at the end of the positions";
    if (maxLength - 1 > maxPositions) return "a text may become longer than there are positions";
    const { bytes, length } = this.#cache;
    const { memoryLimit = Infinity } = this.#options;
    if (
      (bytes / length) * Math.min(maxLength, 2 * length + 256) + bytesOf(this.#memory?.keyValues ?? []) >
      memoryLimit / 2
    ) {
      return "keys and values come near the memoryLimit";
    }
    return RecordedDecoding.start({
      model: this.#model,
      cache: this.#cache,
      memory: this.#memory,
      choice,
      maxLength,
    });
  }

  /** Takes what a recorded decoding has read, where the caller keeps the cache. @param ids the tokens of each row that were read */
  takeBack(recorded: RecordedDecoding, ids: readonly (readonly number[])[]): void {
    if (this.#options.cache !== undefined) recorded.writeBack(ids);
  }

  /** @throws the signal's reason if it is aborted */
  throwIfAborted(): void {
    this.#options.signal?.throwIfAborted();
  }

  /** The error of a row whose logits are not finite. @param ids the tokens that they follow */
  whyNotFinite(row: number, ids: readonly number[]): Promise<Error> {
    return whyNotFinite(this.#model, this.#sourceOf(row), ids);
  }

  /** Disposes of all tensors but those of a cache that the caller keeps. */
  dispose(): void {
    if (this.#memory !== undefined) disposeMemory(this.#memory);
    this.#memory = undefined;
    if (this.#options.cache) releaseCache(this.#options.cache);
    else this.#cache.dispose();
  }

  #sourceOf(row: number): readonly number[] {
    return this.#sourceIds[this.#sources[row] ?? 0] ?? [];
  }

  #decode(ids: tf.Tensor2D, count: number): { logits: tf.Tensor3D } {
    const [model, cache] = [this.#model, this.#cache];
    if ("encode" in model) return lastLogits(model.decode(ids, this.#memory as Memory, { cache }), count);
    const kept = count === 1 ? {} : { logitsToKeep: count };
    return model.decode(ids, { ...this.#padded?.at(this.#sources, cache.length, ids.shape[1]), ...kept, cache });
  }

  /** @throws RangeError if `rows` rows, each `added` tokens longer, would not fit */
  #checkMemory(rows: number, added: number): void {
    const { memoryLimit = Infinity } = this.#options;
    if (memoryLimit === Infinity) return;
    const before = this.#sources.length;
    const { bytes, length } = this.#cache;
    const kept = bytes + bytesOf(this.#memory?.keyValues ?? []);
    const growth = length === 0 ? 0 : added / length;
    checkMemory({ rows, bytes: (kept / before) * (1 + growth), vocabulary: this.#vocabulary }, memoryLimit);
  }
}

/** Logits after the last `count` tokens, of those after each. */
function lastLogits({ logits }: { logits: tf.Tensor3D }, count: number): { logits: tf.Tensor3D } {
  const before = logits.shape[1] - count;
  if (before === 0) return { logits };
  const last = tf.slice(logits, [0, before, 0]);
  logits.dispose();
  return { logits: last };
}

/** An empty cache. @throws RangeError where the model makes none of the dtype: a float32 one would not be what was asked for */
function newCache(model: GenerativeModel, dtype: CacheDtype = "float32"): KeyValueCache {
  const cache = model.createCache({ dtype });
  if (dtype === "float32" || cache.dtype === dtype) return cache;
  throw new RangeError(
    `generate: expected a model whose createCache makes a cache of cacheDtype ${dtype}, got ${cache.dtype}`,
  );
}

function paddedPrompts(
  padding: readonly (readonly number[])[],
  { cache, contextShift }: DecodingOptions,
): PaddedPrompts {
  if (contextShift) {
    throw new RangeError("generate: expected prompts without padding with contextShift, got an attentionMask with 0");
  }
  if (cache === undefined) return new PaddedPrompts(padding);
  throw new RangeError("generate: expected prompts without padding with a cache, got an attentionMask with 0");
}

/** Encodes sources as they are, with their padding masked. */
function encodePadded(
  model: Seq2SeqModel,
  sourceIds: readonly (readonly number[])[],
  attentionMask: readonly (readonly number[])[],
): Memory {
  return tidy(() => {
    const mask = tf.cast(tf.tensor2d(attentionMask as number[][], undefined, "int32"), "bool");
    return model.encode(tf.tensor2d(sourceIds as number[][], undefined, "int32"), mask);
  });
}

/** Encodes sources of different lengths, padded at the end, with the padding masked. */
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
    const attentionMask = tf.less(tf.range(0, longest, 1, "int32"), tf.tensor2d(lengths, [lengths.length, 1], "int32"));
    return model.encode(ids, attentionMask as tf.Tensor2D);
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

function gatherKeyValue({ keys, values, ...rest }: KeyValue, rows: tf.Tensor1D): KeyValue {
  return { ...rest, keys: tf.gather(keys, rows), values: tf.gather(values, rows) };
}

function gatherMemory({ keyValues, mask }: Memory, rows: tf.Tensor1D): Memory {
  const gathered = keyValues.map((entry) => gatherKeyValue(entry, rows));
  return mask === undefined ? { keyValues: gathered } : { keyValues: gathered, mask: tf.gather(mask, rows) };
}

function disposeMemory({ keyValues, mask }: Memory): void {
  disposeKeyValues(keyValues);
  mask?.dispose();
}
