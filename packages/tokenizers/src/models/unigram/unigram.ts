import { utf8Length } from "../../text/byteMap.ts";
import { bytesOf, byteToken } from "../../text/byteTokens.ts";
import type { Budget } from "../../checks/budget.ts";
import { Json } from "../../json/configValue.ts";
import type { Model, UnigramConfig } from "../../components/model.ts";
import { type Pieces, spellBytes } from "../../text/pieces.ts";
import { TokenizerError } from "../../checks/tokenizerError.ts";
import type { TokenList } from "../../encoding/tokenList.ts";
import { Trie } from "./trie.ts";
import { type Word, WordCache } from "../wordCache.ts";

// https://github.com/google/sentencepiece/blob/v0.2.0/src/unigram_model.cc (kUnkPenalty)
const UNK_PENALTY = 10;

// By byte of UTF-8 after the first: no score of an ordinary token is above 0. As measured of SentencePiece 0.2.3.
const USER_BONUS = 0.1;

// A step down the trie takes as long as reading so many characters.
const STEPS_OF_LOOKING_UP = 4;

/** The score of a token that no text has, which only fills its id. */
export const UNREACHABLE = -1e9;

/** The likeliest segmentation of a word: "Subword Regularization" (https://arxiv.org/abs/1804.10959), section 3.2. */
export class Unigram implements Model {
  readonly #vocab: readonly (readonly [token: string, score: number])[];
  readonly #scores: Float64Array;
  readonly #userDefined: readonly number[] | undefined;
  readonly #round: (sum: number) => number;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #trie: Trie;
  readonly #unkId: number | undefined;
  readonly #unkScore: number;
  readonly #byteFallback: boolean;
  readonly #cache = new WordCache((piece, _, budget) => this.#encodeWord(piece, budget));

  /** @param userDefined as in {@link UnigramConfig} */
  constructor(
    vocab: readonly (readonly [token: string, score: number])[],
    unkId?: number,
    byteFallback = false,
    userDefined?: readonly number[],
  ) {
    if (unkId !== undefined && unkId >= vocab.length) {
      throw new TokenizerError(`model.unk_id: expected an id below ${vocab.length}, got ${unkId}`);
    }
    this.#vocab = vocab;
    this.#ids = new Map(vocab.map(([token], id) => [token, id]));
    this.#trie = new Trie([...this.#ids].filter(([, id]) => vocab[id]?.[1] !== UNREACHABLE));
    this.#unkId = unkId;
    this.#byteFallback = byteFallback;
    this.#userDefined = userDefined;
    this.#round = userDefined === undefined ? (sum) => sum : Math.fround;
    this.#scores = Float64Array.from(vocab, ([, score]) => score);
    const user = new Set(userDefined);
    const ordinary = vocab.flatMap(([, score], id) => (user.has(id) || score === UNREACHABLE ? [] : [score]));
    this.#unkScore = this.#round(ordinary.reduce((least, score) => Math.min(least, score), Infinity) - UNK_PENALTY);
    for (const id of user) this.#scores[id] = Math.fround(USER_BONUS * (utf8Length(vocab[id]?.[0] ?? "") - 1));
  }

  static fromJSON(json: Json): Unigram {
    const vocab = json.at("vocab");
    const entries = Array.from(vocab.array(), (entry, i): readonly [string, number] => {
      const [token, score]: readonly unknown[] = Array.isArray(entry) ? entry : [];
      if (typeof token === "string" && Number.isFinite(score)) return [token, score as number];
      throw new Json(entry, `${vocab.path}[${i}]`).expected("[token, finite score]");
    });
    const unkId = json.at("unk_id").or(undefined, (id) => id.id());
    const userDefined = json.at("user_defined").or(undefined, (ids) => ids.items().map((id) => id.id()));
    return new Unigram(entries, unkId, json.at("byte_fallback").booleanOr(false), userDefined);
  }

  get vocabSize(): number {
    return this.#vocab.length;
  }

  tokenToId(token: string): number | undefined {
    return this.#ids.get(token);
  }

  idToToken(id: number): string | undefined {
    return this.#vocab[id]?.[0];
  }

  encode(pieces: Pieces, firstWord: number, tokens: TokenList, budget: Budget): void {
    this.#cache.encode(spellBytes(pieces), firstWord, tokens, budget);
  }

  #encodeWord(word: string, budget: Budget): Word {
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    const texts: (string | undefined)[] = [];
    for (const [start, end] of this.#bestPath(word, budget)) {
      const text = word.slice(start, end);
      const id = this.#ids.get(text);
      const bytes = id === undefined && this.#byteFallback ? this.#byteIds(text) : undefined;
      for (const each of bytes ?? [id ?? this.#unk()]) {
        ids.push(each);
        starts.push(start);
        ends.push(end);
        texts.push(id === undefined && bytes === undefined ? text : undefined);
      }
    }
    return texts.some((text) => text !== undefined) ? { ids, starts, ends, texts } : { ids, starts, ends };
  }

  /** The bounds of the likeliest tokens; neighbouring unknown characters are one. */
  #bestPath(word: string, budget: Budget): [start: number, end: number][] {
    const scores = new Float64Array(word.length + 1);
    const from = new Int32Array(word.length + 1).fill(-1); // start of the best token that ends here
    const best = new Int32Array(word.length + 1);
    const offer = (start: number, end: number, id: number, sum: number): void => {
      const score = this.#round(sum);
      if (from[end] !== -1 && score <= (scores[end] ?? 0)) return;
      scores[end] = score;
      from[end] = start;
      best[end] = id;
    };

    for (let start = 0; start < word.length;) {
      const after = start + ((word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
      const score = scores[start] ?? 0;
      let knowsChar = false;
      let node = 0;
      let i = start;
      for (; i < word.length && (node = this.#trie.next(node, word.charCodeAt(i))) !== 0; i++) {
        const id = this.#trie.valueOf(node);
        if (id < 0) continue;
        offer(start, i + 1, id, (this.#scores[id] ?? 0) + score);
        knowsChar ||= i + 1 === after;
      }
      budget.take(STEPS_OF_LOOKING_UP * (i - start), "model.vocab");
      if (!knowsChar) offer(start, after, this.#unk(), this.#unkScore + score);
      start = after;
    }

    const path: [number, number][] = [];
    let joins = false;
    for (let end = word.length; end > 0;) {
      const start = from[end] ?? 0;
      const isUnk = best[end] === this.#unkId;
      const last = path[path.length - 1];
      if (isUnk && joins && last !== undefined) last[0] = start;
      else path.push([start, end]);
      joins = isUnk;
      end = start;
    }
    return path.reverse();
  }

  #byteIds(text: string): number[] | undefined {
    const ids = bytesOf(text).map((byte) => this.#ids.get(byteToken(byte)));
    return ids.every((id) => id !== undefined) ? ids : undefined;
  }

  #unk(): number {
    if (this.#unkId === undefined)
      throw new TokenizerError("model.unk_id: a text has an unknown character, and there is no unk_id");
    return this.#unkId;
  }

  toJSON(): UnigramConfig {
    return {
      type: "Unigram",
      unk_id: this.#unkId ?? null,
      vocab: this.#vocab,
      byte_fallback: this.#byteFallback,
      ...(this.#userDefined !== undefined && { user_defined: this.#userDefined }),
    };
  }
}
