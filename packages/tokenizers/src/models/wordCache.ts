import type { Budget } from "../checks/budget.ts";
import type { Pieces } from "../text/pieces.ts";
import { TextTable } from "../text/textTable.ts";
import type { TokenList } from "../encoding/tokenList.ts";
import { larger, unitsOf } from "../text/utf16.ts";

/** The tokens of one piece; their bounds count UTF-16 units of the piece, whole characters. */
export interface Word {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Texts of tokens that differ from their ids' entries in the vocabulary, if there are any. */
  readonly texts?: readonly (string | undefined)[];
}

// Words are cached up to 64 units long (longer ones rarely recur) and 65,536 of them (some 20 MB).
const CACHED_LENGTH = 64;
const CACHED_WORDS = 65_536;

/** Cache of the tokens of words, which are mostly the same few. */
export class WordCache {
  readonly #encode: (piece: string, asBytes: boolean, budget: Budget) => Word;
  readonly #longest: number;
  #plain = new KnownWords();
  #bytes = new KnownWords();

  /**
   * @param encode the tokens of a piece that is not cached; `asBytes` as in {@link Pieces}
   * @param remembers whether a piece has the same tokens each time
   */
  constructor(encode: (piece: string, asBytes: boolean, budget: Budget) => Word, remembers = true) {
    this.#encode = encode;
    this.#longest = remembers ? CACHED_LENGTH : -1;
  }

  /** Appends the tokens of each piece to `tokens`; the pieces are numbered from `firstWord`. */
  encode({ source, bounds, asBytes }: Pieces, firstWord: number, tokens: TokenList, budget: Budget): void {
    const { text, shift } = source;
    const { ids, starts, ends, words } = tokens;
    let known = asBytes ? this.#bytes : this.#plain;
    let number = firstWord;
    for (let p = 0; p < bounds.length; p += 2) {
      const at = bounds[p] ?? 0;
      const end = bounds[p + 1] ?? 0;
      const isShort = end - at <= this.#longest;
      let word = isShort ? known.find(text, at, end) : -1;
      if (word < 0) {
        if (known.isFull) {
          known = new KnownWords();
          if (asBytes) this.#bytes = known;
          else this.#plain = known;
        }
        const piece = text.slice(at, end);
        word = known.write(this.#encode(piece, asBytes, budget), isShort ? piece : undefined);
      }
      known.textsOf(word)?.forEach((read, i) => read !== undefined && tokens.setText(ids.length + i, read));
      const { numbers } = known;
      for (let i = known.startOf(word); i < known.endOf(word); i += 3) {
        const from = at + (numbers[i + 1] ?? 0);
        const to = at + (numbers[i + 2] ?? 0);
        ids.push(numbers[i] ?? 0);
        starts.push(shift === undefined ? source.startOf(from) : shift + from);
        ends.push(shift === undefined ? source.endOf(to - 1) : shift + to);
        words.push(number);
      }
      number++;
    }
  }
}

/** The tokens of words, in flat arrays: objects for each word would be scattered over the memory. */
class KnownWords {
  readonly #table = new TextTable();
  readonly #ends: number[] = []; // by word
  readonly #texts = new Map<number, NonNullable<Word["texts"]>>();
  /** Three for each token of each word: the id, the start and the end. */
  numbers = new Int32Array(3 * 1024);

  get isFull(): boolean {
    return this.#table.size >= CACHED_WORDS;
  }

  find(text: string, start: number, end: number): number {
    return this.#table.find(text, start, end);
  }

  startOf(word: number): number {
    return word === 0 ? 0 : (this.#ends[word - 1] ?? 0);
  }

  endOf(word: number): number {
    return this.#ends[word] ?? 0;
  }

  textsOf(word: number): Word["texts"] {
    return this.#texts.size === 0 ? undefined : this.#texts.get(word);
  }

  /** Stores the tokens of a word; without its text they last only until the next word's. */
  write({ ids, starts, ends, texts }: Word, text: string | undefined): number {
    const word = text === undefined ? this.#table.size : this.#table.add(unitsOf(text), 0, text.length);
    let at = this.startOf(word);
    if (at + 3 * ids.length > this.numbers.length) this.numbers = larger(this.numbers, at + 3 * ids.length);
    for (const [i, id] of ids.entries()) {
      this.numbers[at++] = id;
      this.numbers[at++] = starts[i] ?? 0;
      this.numbers[at++] = ends[i] ?? 0;
    }
    this.#ends[word] = at;
    if (texts === undefined) this.#texts.delete(word);
    else this.#texts.set(word, texts);
    return word;
  }
}
