import type { Segment } from "./segment.ts";
import { checkRecord } from "../checks/argumentChecks.ts";
import { countUnits, type OffsetUnit } from "./countUnits.ts";
import { padSegments, type PaddingOptions } from "./padding.ts";
import type { TokenList } from "./tokenList.ts";

/** Encoding of a text: one entry per token in each of the arrays. */
export class Encoding {
  readonly ids: readonly number[];
  /** The overflow of a truncated text: encodings like this one. */
  readonly overflow: readonly Encoding[];
  readonly #segments: readonly Segment[];
  readonly #idToToken: (id: number) => string | undefined;

  /** @internal Tokenizers make encodings. */
  constructor(
    segments: readonly Segment[],
    idToToken: (id: number) => string | undefined,
    overflow: readonly Encoding[] = [],
  ) {
    this.#segments = segments;
    this.#idToToken = idToToken;
    this.overflow = overflow;
    this.ids = this.#joined(({ ids }) => ids);
  }

  get length(): number {
    return this.ids.length;
  }

  /** The tokens as text. */
  get tokens(): string[] {
    return this.#segments.flatMap(({ tokens }) =>
      tokens.ids.map((id, i) => tokens.textOf(i) ?? this.#idToToken(id) ?? ""),
    );
  }

  /**
   * Offsets of each token in the original text, in UTF-16 positions; [0, 0] for a token that is not in it.
   * If the text came in words, offsets in its word.
   */
  get offsets(): [start: number, end: number][] {
    const ends = this.#joined((tokens) => tokens.ends);
    return this.#joined((tokens) => tokens.starts).map((start, i) => [start, ends[i] ?? start]);
  }

  /** The {@link offsets} in bytes of UTF-8 or in code points of the original text, as in other languages. */
  offsetsIn(unit: OffsetUnit): [start: number, end: number][] {
    return this.#segments.flatMap(({ text, tokens }) => {
      const before = (typeof text === "string" ? [text] : text).map((each) => countUnits(each, unit));
      return tokens.starts.map((start, i): [number, number] => {
        const counts = before[typeof text === "string" ? 0 : (tokens.words[i] ?? 0)];
        return [counts?.[start] ?? 0, counts?.[tokens.ends[i] ?? start] ?? 0];
      });
    });
  }

  /** The number of the word, as given or as the pre-tokenizer cut it, that each token is a part of. */
  get wordIds(): (number | undefined)[] {
    return this.#joined((tokens) => tokens.words).map((word) => (word < 0 ? undefined : word));
  }

  /** Type ids: the one of two texts that each token belongs to, set by the post-processor. */
  get typeIds(): number[] {
    return this.#each(({ typeId }) => typeId);
  }

  /** The one of two texts that each token came from: 0 or 1, undefined for a token that came from none. */
  get sequenceIds(): (0 | 1 | undefined)[] {
    return this.#each(({ sequence }) => sequence);
  }

  /** 1 for the tokens that the post-processor added, and for padding. */
  get specialTokensMask(): number[] {
    return this.#each(({ special }) => (special ? 1 : 0));
  }

  /** 1 for every token, 0 for padding. */
  get attentionMask(): number[] {
    return this.#each(({ padding }) => (padding ? 0 : 1));
  }

  /** The first token that holds the UTF-16 unit at `position` of the first text (0) or the second (1). */
  charToToken(position: number, sequence: 0 | 1 = 0): number | undefined {
    let before = 0;
    for (const segment of this.#segments) {
      const { starts, ends, length } = segment.tokens;
      const found = starts.findIndex((start, i) => start <= position && position < (ends[i] ?? 0));
      if (segment.sequence === sequence && found >= 0) return before + found;
      before += length;
    }
    return undefined;
  }

  /** The offsets of token `i` in its text; undefined for a token that came from none. */
  tokenToChars(i: number): [start: number, end: number] | undefined {
    return this.sequenceIds[i] === undefined ? undefined : this.offsets[i];
  }

  /** Pads this encoding and its overflow to `length` tokens. */
  padded(length: number, options: Omit<PaddingOptions, "length" | "multipleOf"> = {}): Encoding {
    checkRecord("padded", "options", options);
    const overflow = this.overflow.map((part) => part.padded(length, options));
    return new Encoding(padSegments(this.#segments, length - this.length, options), this.#idToToken, overflow);
  }

  /** Joins a field of all tokens. */
  #joined(field: (tokens: TokenList) => readonly number[]): readonly number[] {
    const lists = this.#segments.map(({ tokens }) => field(tokens));
    const [first] = lists;
    if (lists.length === 1 && first !== undefined) return first;
    const all: number[] = [];
    for (const list of lists) for (let i = 0; i < list.length; i++) all.push(list[i] ?? 0);
    return all;
  }

  #each<T>(value: (segment: Segment) => T): T[] {
    return this.#segments.flatMap((segment) => segment.tokens.ids.map(() => value(segment)));
  }
}
