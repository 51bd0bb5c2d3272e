import type { Pieces } from "./pieces.ts";
import type { TokenList } from "./tokenList.ts";

/** The tokens of one piece; their bounds count UTF-16 units of the piece, whole characters. */
export interface Word {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Tokens that read otherwise than their ids' entries in the vocabulary, where there are any. */
  readonly texts?: readonly (string | undefined)[];
}

// Words are remembered up to 64 units long (longer ones hardly come back) and 65,536 of them (some 20 MB).
const CACHED_LENGTH = 64;
const CACHED_WORDS = 65_536;

/** Remembers the tokens of the words that a model met, which are mostly the same few. */
export class WordCache {
  readonly #encode: (piece: string, asBytes: boolean) => Word;
  readonly #longest: number;
  readonly #plain = new Map<string, Word>();
  readonly #bytes = new Map<string, Word>();

  /**
   * @param encode the tokens of a piece that is not remembered; `asBytes` as in {@link Pieces}
   * @param remembers whether a piece has the same tokens each time
   */
  constructor(encode: (piece: string, asBytes: boolean) => Word, remembers = true) {
    this.#encode = encode;
    this.#longest = remembers ? CACHED_LENGTH : -1;
  }

  /** Appends the tokens of each piece to `tokens`; the pieces are numbered from `firstWord`. */
  encode({ source, bounds, asBytes }: Pieces, firstWord: number, tokens: TokenList): void {
    const { text, origin, starts, ends } = source;
    for (let p = 0; p < bounds.length; p += 2) {
      const at = bounds[p] ?? 0;
      const word = this.#find(text.slice(at, bounds[p + 1]), asBytes);
      word.texts?.forEach((read, i) => read !== undefined && tokens.texts.set(tokens.length + i, read));
      for (let i = 0; i < word.ids.length; i++) {
        const start = at + (word.starts[i] ?? 0);
        const end = at + (word.ends[i] ?? 0);
        tokens.ids.push(word.ids[i] ?? 0);
        tokens.starts.push(starts === undefined ? origin + start : (starts[start] ?? 0));
        tokens.ends.push(ends === undefined ? origin + end : (ends[end - 1] ?? 0));
        tokens.words.push(firstWord + p / 2);
      }
    }
  }

  #find(piece: string, asBytes: boolean): Word {
    const cache = asBytes ? this.#bytes : this.#plain;
    const known = cache.get(piece);
    if (known !== undefined) return known;
    const word = this.#encode(piece, asBytes);
    if (piece.length <= this.#longest) {
      if (cache.size >= CACHED_WORDS) cache.clear();
      cache.set(piece, word);
    }
    return word;
  }
}
