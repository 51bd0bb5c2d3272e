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
  readonly #plain = new WordTable();
  readonly #bytes = new WordTable();

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
    const table = asBytes ? this.#bytes : this.#plain;
    return table.get(text, start, end) ?? table.add(text.slice(start, end), (piece) => this.#encode(piece, asBytes));
  }
}

/** Words by their text: a hash table that looks into the text where a word stands, so that none is cut out to be found. */
class WordTable {
  #slots = new Int32Array(1024); // the number of a word and 1, or 0
  #keys: string[] = [];
  #words: Word[] = [];

  get(text: string, start: number, end: number): Word | undefined {
    const mask = this.#slots.length - 1;
    for (let slot = hash(text, start, end) & mask; ; slot = (slot + 1) & mask) {
      const word = (this.#slots[slot] ?? 0) - 1;
      if (word < 0) return undefined;
      if (isAt(this.#keys[word] ?? "", text, start, end)) return this.#words[word];
    }
  }

  add(key: string, encode: (key: string) => Word): Word {
    const word = encode(key);
    if (this.#keys.length >= CACHED_WORDS) {
      this.#slots.fill(0);
      this.#keys = [];
      this.#words = [];
    }
    this.#keys.push(` ${key}`.slice(1)); // a copy, as a slice of a long text would keep all of it
    this.#words.push(word);
    if (2 * this.#keys.length > this.#slots.length) {
      this.#slots = new Int32Array(2 * this.#slots.length);
      this.#keys.forEach((each, i) => this.#place(each, i));
    } else this.#place(key, this.#keys.length - 1);
    return word;
  }

  #place(key: string, word: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash(key, 0, key.length) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = word + 1;
  }
}

function hash(text: string, start: number, end: number): number {
  let sum = end - start;
  for (let i = start; i < end; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x5bd1e995);
  return sum ^ (sum >>> 15);
}

function isAt(key: string, text: string, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key.charCodeAt(i) !== text.charCodeAt(start + i)) return false;
  return true;
}
