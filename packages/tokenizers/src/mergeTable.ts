import type { Json } from "./json.ts";
import { TokenizerError } from "./tokenizerError.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Which pairs of tokens BPE joins, into what, and in which order: a hash table over flat arrays. */
export class MergeTable {
  readonly #lefts: Int32Array;
  readonly #rights: Int32Array;
  readonly #results: Int32Array;
  readonly #slots: Int32Array; // rank + 1 of a pair, or 0; a power of two of them
  readonly #mask: number;

  /** The merges in order of rank, three numbers each: the left token, the right one, what they become. */
  constructor(merges: readonly number[]) {
    const count = merges.length / 3;
    this.#lefts = Int32Array.from({ length: count }, (_, i) => merges[3 * i] ?? 0);
    this.#rights = Int32Array.from({ length: count }, (_, i) => merges[3 * i + 1] ?? 0);
    this.#results = Int32Array.from({ length: count }, (_, i) => merges[3 * i + 2] ?? 0);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(count * 2 + 2)));
    this.#mask = this.#slots.length - 1;
    for (let rank = 0; rank < count; rank++) {
      this.#slots[this.#slot(this.#lefts[rank] ?? 0, this.#rights[rank] ?? 0)] = rank + 1; // the last of equals counts
    }
  }

  /** Reads `["a b", ...]` or `[["a", "b"], ...]`. */
  static fromJSON(json: Json, vocabulary: Vocabulary, prefixLength: number): MergeTable {
    const merges: number[] = [];
    const add = (i: number, left: string, right: string): void => {
      for (const token of [left, right, left + right.slice(prefixLength)]) {
        const id = vocabulary.idOf(token);
        if (id === undefined) throw new TokenizerError(`${json.path}[${i}]: "${token}" is not in the vocabulary`);
        merges.push(id);
      }
    };
    json.array().forEach((merge, i) => {
      const [left, right, ...rest]: readonly unknown[] =
        typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
      if (typeof left !== "string" || typeof right !== "string" || rest.length > 0) {
        throw new TokenizerError(`${json.path}[${i}]: expected two tokens, got ${JSON.stringify(merge)}`);
      }
      add(i, left, right);
    });
    return new MergeTable(merges);
  }

  /** The rank of a pair, or -1 when BPE does not join it. Lower ranks go first. */
  rankOf(left: number, right: number): number {
    return (this.#slots[this.#slot(left, right)] ?? 0) - 1;
  }

  /** What the pair of a rank becomes. */
  resultOf(rank: number): number {
    return this.#results[rank] ?? -1;
  }

  /** Every pair that counts, in order of rank. */
  *pairs(): Generator<readonly [left: number, right: number]> {
    for (let rank = 0; rank < this.#lefts.length; rank++) {
      const left = this.#lefts[rank] ?? 0;
      const right = this.#rights[rank] ?? 0;
      if (this.rankOf(left, right) === rank) yield [left, right];
    }
  }

  /** The slot that holds the pair, or the empty one where it would go. */
  #slot(left: number, right: number): number {
    const slots = this.#slots;
    let at = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    at = (at ^ (at >>> 15)) & this.#mask;
    for (;;) {
      const rank = (slots[at] ?? 0) - 1;
      if (rank < 0 || (this.#lefts[rank] === left && this.#rights[rank] === right)) return at;
      at = (at + 1) & this.#mask;
    }
  }
}
