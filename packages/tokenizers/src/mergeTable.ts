import { Json } from "./json.ts";
import { TokenizerError } from "./tokenizerError.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Which pairs of tokens BPE joins, into what, and in which order: a hash table over flat arrays. */
export class MergeTable {
  readonly #merges: Int32Array;
  readonly #slots: Int32Array; // rank + 1 of a pair, or 0; a power of two of them
  readonly #mask: number;

  /** @param merges in order of rank, three numbers each: the left token, the right one, what they become */
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
    const given = json.array();
    const merges = new Int32Array(3 * given.length);
    for (let i = 0; i < given.length; i++) {
      const merge = given[i];
      const [left, middle, right, next] = readMerge(merge);
      if (left === undefined || right === undefined) {
        throw new Json(merge, `${json.path}[${i}]`).expected("two tokens");
      }
      const find = (middle: number, next: number): number => {
        const id = vocabulary.idOfJoined(left, 0, middle, right, next, right.length);
        if (id >= 0) return id;
        const token = JSON.stringify(left.slice(0, middle) + right.slice(next));
        throw new TokenizerError(`${json.path}[${i}]: ${token} is not in the vocabulary`);
      };
      merges[3 * i] = find(middle, right.length);
      merges[3 * i + 1] = find(0, next);
      merges[3 * i + 2] = find(middle, Math.min(right.length, next + prefixLength));
    }
    return new MergeTable(merges);
  }

  /** The rank of a pair, or -1 when BPE does not join it. Lower ranks go first. */
  rankOf(left: number, right: number): number {
    return (this.#slots[this.#slot(left, right)] ?? 0) - 1;
  }

  /** What the pair of a rank becomes. */
  resultOf(rank: number): number {
    return this.#merges[3 * rank + 2] ?? -1;
  }

  /** Every pair that counts, in order of rank. */
  *pairs(): Generator<readonly [left: number, right: number]> {
    for (let rank = 0; 3 * rank < this.#merges.length; rank++) {
      const left = this.#merges[3 * rank] ?? 0;
      const right = this.#merges[3 * rank + 1] ?? 0;
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
      if (rank < 0 || (this.#merges[3 * rank] === left && this.#merges[3 * rank + 1] === right)) return at;
      at = (at + 1) & this.#mask;
    }
  }
}

type Merge = readonly [left: string | undefined, middle: number, right: string | undefined, next: number];

/** The texts that hold a merge's tokens: the first one's up to `middle`, the second one's from `next` on. */
function readMerge(merge: unknown): Merge {
  if (typeof merge === "string") {
    const space = merge.indexOf(" ");
    if (space >= 0 && !merge.includes(" ", space + 1)) return [merge, space, merge, space + 1];
  } else if (Array.isArray(merge) && merge.length === 2) {
    const [left, right] = merge as readonly unknown[];
    if (typeof left === "string" && typeof right === "string") return [left, left.length, right, 0];
  }
  return [undefined, 0, undefined, 0];
}
