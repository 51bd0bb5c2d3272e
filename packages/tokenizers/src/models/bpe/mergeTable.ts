import type { Json } from "../../json/configValue.ts";
import type { JsonScanner } from "../../json/jsonScanner.ts";
import { MergeReader } from "./mergeReader.ts";
import { SEED } from "../../text/seed.ts";
import type { Vocabulary } from "../vocabulary.ts";

/** The BPE merges: pairs of tokens, their results and ranks, in a hash table over flat arrays. */
export class MergeTable {
  readonly #merges: Int32Array;
  readonly #slots: Int32Array; // rank + 1 of a pair, or 0; a power of two of them
  readonly #mask: number;

  /** @param merges in order of rank, three numbers each: the left token, the right one, the result */
  constructor(merges: Int32Array) {
    const count = merges.length / 3;
    this.#merges = merges;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(count * 2 + 2)));
    this.#mask = this.#slots.length - 1;
    for (let rank = 0; rank < count; rank++) {
      this.#slots[this.#slot(merges[3 * rank] ?? 0, merges[3 * rank + 1] ?? 0)] = rank + 1; // the last of equals counts
    }
  }

  /** Reads `["a b", ...]` or `[["a", "b"], ...]`. */
  static fromJSON(json: Json, vocabulary: Vocabulary, prefixLength: number): MergeTable {
    if (json.value instanceof MergeTable) return json.value;
    const reader = new MergeReader(vocabulary, prefixLength);
    reader.read(json);
    return new MergeTable(reader.ids);
  }

  /** Reads JSON text; undefined if it has not the plain form, or the vocabulary lacks a token. */
  static scan(scanner: JsonScanner, vocabulary: Vocabulary): MergeTable | undefined {
    const reader = new MergeReader(vocabulary);
    return reader.scan(scanner) ? new MergeTable(reader.ids) : undefined;
  }

  /** The rank of a pair, or -1 if BPE does not merge it. Lower ranks go first. */
  rankOf(left: number, right: number): number {
    return (this.#slots[this.#slot(left, right)] ?? 0) - 1;
  }

  /** The result of the merge of a rank. */
  resultOf(rank: number): number {
    return this.#merges[3 * rank + 2] ?? -1;
  }

  /** Yields every effective pair, in order of rank. */
  *pairs(): Generator<readonly [left: number, right: number]> {
    for (let rank = 0; 3 * rank < this.#merges.length; rank++) {
      const left = this.#merges[3 * rank] ?? 0;
      const right = this.#merges[3 * rank + 1] ?? 0;
      if (this.rankOf(left, right) === rank) yield [left, right];
    }
  }

  /** The slot of the pair, or the empty one for it. */
  #slot(left: number, right: number): number {
    const slots = this.#slots;
    let at = Math.imul(left ^ SEED, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    at = (at ^ (at >>> 15)) & this.#mask;
    for (;;) {
      const rank = (slots[at] ?? 0) - 1;
      if (rank < 0 || (this.#merges[3 * rank] === left && this.#merges[3 * rank + 1] === right)) return at;
      at = (at + 1) & this.#mask;
    }
  }
}
