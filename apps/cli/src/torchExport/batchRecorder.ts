import type { Answered } from "@qkv/finetuning";
import type { ChunkBatch } from "../textGeneration/chunks.ts";
import type { EncodedPair } from "../translation/encodedPairs.ts";

/** Rows of batches as stretches of one array of tokens. */
export interface BatchRecorder<Batch> {
  /** `causal`: from, to, and how many of the first are given; `seq2seq`: from and to of the source and of the target. */
  readonly kind: "causal" | "seq2seq";
  /** The rows of a batch. */
  rows(batch: Batch): readonly (readonly number[])[];
  /** All tokens that rows are stretches of, so far. */
  tokens(): Int32Array;
}

/** Chunks of a text and the token that follows each. @param texts one after another; batches are of the first */
export function chunkRecorder(length: number, ...texts: readonly Int32Array[]): BatchRecorder<ChunkBatch>[] {
  const all = joined(texts);
  return texts.map((text, i) => {
    const first = texts.slice(0, i).reduce((sum, { length: size }) => sum + size, 0);
    return {
      kind: "causal",
      rows: (batch) => batch.map((start) => [first + start, first + Math.min(start + length + 1, text.length), 0]),
      tokens: () => all,
    };
  });
}

/** Examples of which the first tokens are given. */
export function exampleRecorder(): BatchRecorder<readonly Answered[]> {
  const store = new TokenStore();
  return {
    kind: "causal",
    rows: (batch) => batch.map((example) => [...store.add(example, example.ids), example.given]),
    tokens: () => store.tokens(),
  };
}

/** Pairs of a source and a target. Equal sentences of several epochs are stored once. */
export function pairRecorder(): BatchRecorder<readonly EncodedPair[]> {
  const store = new TokenStore();
  const side = (ids: Int32Array) => store.add(ids.join(), ids);
  return {
    kind: "seq2seq",
    rows: (batch) => batch.map(({ source, target }) => [...side(source), ...side(target)]),
    tokens: () => store.tokens(),
  };
}

/** Items in batches of a size, the last one maybe smaller. */
export function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Sequences of tokens one after another, each once. */
class TokenStore {
  readonly #places = new Map<unknown, readonly [from: number, to: number]>();
  readonly #parts: Int32Array[] = [];
  #size = 0;

  add(key: unknown, ids: ArrayLike<number>): readonly [from: number, to: number] {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = [this.#size, this.#size + ids.length] as const;
    this.#places.set(key, place);
    this.#parts.push(Int32Array.from(ids));
    this.#size += ids.length;
    return place;
  }

  tokens(): Int32Array {
    return joined(this.#parts);
  }
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
