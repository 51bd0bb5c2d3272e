import type { Tokenizer } from "@qkv/tokenizers";
import type { ByteState, ByteStates } from "./byteStates.ts";

/**
 * The tokens of a vocabulary by their bytes, sorted: tokens with a common beginning are neighbours, so that it is followed once
 * for all of them, as in a trie.
 */
export class TokenTable {
  /** The token ids, in the order of their bytes. */
  readonly #ids: Int32Array;
  readonly #bytes: readonly Uint8Array[];
  /** The number of bytes that each token shares with the one before it. */
  readonly #shared: Int32Array;
  /** The number of characters of tokens that stand in a JSON string as they are; -1 of others. */
  readonly #characters: Int32Array;
  readonly #spelled = new Uint8Array(256);
  /** The number of ids that the table covers. */
  readonly size: number;

  constructor(tokenizer: Pick<Tokenizer, "tokenBytes" | "vocabSize">) {
    const entries: { id: number; bytes: Uint8Array; text: string }[] = [];
    this.size = tokenizer.vocabSize;
    for (let id = 0; id < this.size; id++) {
      const bytes = tokenizer.tokenBytes(id);
      if (bytes === undefined || bytes.length === 0) continue;
      entries.push({ id, bytes, text: String.fromCharCode(...bytes) });
    }
    entries.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
    this.#ids = Int32Array.from(entries, ({ id }) => id);
    this.#bytes = entries.map(({ bytes }) => bytes);
    this.#shared = Int32Array.from(entries, ({ text }, i) => sharedLength(entries[i - 1]?.text ?? "", text));
    this.#characters = Int32Array.from(entries, ({ bytes }) => plainCharacters(bytes));
    for (const bytes of this.#bytes) {
      if (bytes.length === 1) this.#spelled[bytes[0] as number] = 1;
      else for (const byte of bytes) if (byte >= 0x80) this.#spelled[byte] = 1; // whole characters are tokens
    }
  }

  /** The number of tokens that have bytes. */
  get length(): number {
    return this.#ids.length;
  }

  /** Whether a byte can come: an ASCII character by itself, another in any token. */
  isSpelled(byte: number): boolean {
    return this.#spelled[byte] === 1;
  }

  /** The bytes of a token; none of a special one. */
  bytesOf(id: number): Uint8Array | undefined {
    this.#placeOf ??= new Map(Array.from(this.#ids, (each, place) => [each, place]));
    return this.#bytes[this.#placeOf.get(id) ?? -1];
  }
  #placeOf: Map<number, number> | undefined;

  /** Which tokens may follow: 1 at their ids. */
  allowed(states: ByteStates, from: ByteState): Uint8Array {
    const allowed = new Uint8Array(this.size);
    const reached: (ByteState | null)[] = [from]; // after each byte of the token before
    let known = 1;
    for (let i = 0; i < this.#ids.length; i++) {
      known = Math.min(known, (this.#shared[i] as number) + 1);
      const characters = this.#characters[i] as number;
      if (characters > 0 && characters <= from.room) {
        allowed[this.#ids[i] as number] = 1;
        continue;
      }
      if (reached[known - 1] === null) continue; // what it begins with may not come
      const bytes = this.#bytes[i] as Uint8Array;
      let state: ByteState | null = reached[known - 1] as ByteState;
      while (known <= bytes.length && state !== null) {
        state = states.step(state, bytes[known - 1] as number);
        reached[known++] = state;
      }
      if (state !== null) allowed[this.#ids[i] as number] = 1;
    }
    return allowed;
  }
}

const tables = new WeakMap<object, TokenTable>();

/** The table of a tokenizer, made once. */
export function tokenTableOf(tokenizer: Tokenizer): TokenTable {
  const table = tables.get(tokenizer) ?? new TokenTable(tokenizer);
  tables.set(tokenizer, table);
  return table;
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The number of whole characters, if none of them has to be escaped; else -1. */
function plainCharacters(bytes: Uint8Array): number {
  if (bytes.some((byte) => byte < 0x20 || byte === 0x22 || byte === 0x5c)) return -1;
  try {
    return Array.from(strict.decode(bytes)).length;
  } catch {
    return -1;
  }
}
