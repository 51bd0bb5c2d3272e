import type { Pieces } from "./pieces.ts";
import { TextTable } from "./textTable.ts";
import type { TokenList } from "./tokenList.ts";
import { unitsOf } from "./units.ts";

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
  #plain = newWords();
  #bytes = newWords();

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
    const { text, shift } = source;
    for (let p = 0; p < bounds.length; p += 2) {
      const at = bounds[p] ?? 0;
      const word = this.#find(text, at, bounds[p + 1] ?? 0, asBytes);
      word.texts?.forEach((read, i) => read !== undefined && tokens.texts.set(tokens.length + i, read));
      for (let i = 0; i < word.ids.length; i++) {
        const start = at + (word.starts[i] ?? 0);
        const end = at + (word.ends[i] ?? 0);
        tokens.ids.push(word.ids[i] ?? 0);
        tokens.starts.push(shift === undefined ? source.startOf(start) : shift + start);
        tokens.ends.push(shift === undefined ? source.endOf(end - 1) : shift + end);
        tokens.words.push(firstWord + p / 2);
      }
    }
  }

  #find(text: string, start: number, end: number, asBytes: boolean): Word {
    if (end - start > this.#longest) return this.#encode(text.slice(start, end), asBytes);
    let { table, words } = asBytes ? this.#bytes : this.#plain;
    const known = words[table.find(unitsOf(text, start, end), 0, end - start)];
    if (known !== undefined) return known;
    if (words.length >= CACHED_WORDS) {
      ({ table, words } = newWords());
      if (asBytes) this.#bytes = { table, words };
      else this.#plain = { table, words };
    }
    const piece = text.slice(start, end);
    const word = this.#encode(piece, asBytes);
    words[table.add(unitsOf(piece), 0, piece.length)] = word;
    return word;
  }
}

function newWords(): { readonly table: TextTable; readonly words: Word[] } {
  return { table: new TextTable(), words: [] };
}
