import { readAffix } from "../affix.ts";
import { byteChars } from "../../text/byteLevel.ts";
import { bytesOf, byteToken } from "../../text/byteTokens.ts";
import { ByteMap, utf8Length } from "../../text/byteMap.ts";
import type { Budget } from "../../checks/budget.ts";
import type { Json } from "../../json/configValue.ts";
import { type Dropout, mergeSymbols, type Symbols } from "./mergeSymbols.ts";
import { MergeTable } from "./mergeTable.ts";
import type { BpeConfig, Model } from "../../components/model.ts";
import type { Pieces } from "../../text/pieces.ts";
import { TokenizerError } from "../../checks/tokenizerError.ts";
import type { TokenList } from "../../encoding/tokenList.ts";
import { Vocabulary } from "../vocabulary.ts";
import { type Word, WordCache } from "../wordCache.ts";

/** Parts of a {@link Bpe}. */
export interface BpeParts {
  readonly vocabulary: Vocabulary;
  readonly merges: MergeTable;
  /** BPE dropout: the probability that a possible merge is skipped. */
  readonly dropout?: number | undefined;
  /** Numbers from 0 to 1, for the dropout. */
  readonly random?: () => number;
  readonly unkToken?: string | undefined;
  readonly continuingSubwordPrefix?: string | undefined;
  readonly endOfWordSuffix?: string | undefined;
  readonly fuseUnk?: boolean;
  readonly byteFallback?: boolean;
  readonly ignoreMerges?: boolean;
}

/** Byte pair encoding: "Neural Machine Translation of Rare Words with Subword Units" (https://arxiv.org/abs/1508.07909). */
export class Bpe implements Model {
  readonly #parts: BpeParts;
  readonly #dropout: Dropout | undefined;
  readonly #cache: WordCache;

  constructor(parts: BpeParts) {
    const { dropout: rate = 0, random = Math.random } = parts;
    this.#parts = parts;
    this.#dropout = rate > 0 ? { rate, random } : undefined;
    this.#cache = new WordCache(
      (piece, asBytes, budget) => this.#encodeWord(piece, asBytes, budget),
      this.#dropout === undefined,
    );
  }

  static fromJSON(json: Json, random: () => number): Bpe {
    const vocabulary = Vocabulary.fromJSON(json.at("vocab"));
    const prefix = json.at("continuing_subword_prefix").or(undefined, readAffix);
    return new Bpe({
      vocabulary,
      merges: MergeTable.fromJSON(json.at("merges"), vocabulary, prefix?.length ?? 0),
      dropout: json.at("dropout").or(undefined, readDropout),
      random,
      unkToken: json.at("unk_token").stringOr(undefined),
      continuingSubwordPrefix: prefix,
      endOfWordSuffix: json.at("end_of_word_suffix").or(undefined, readAffix),
      fuseUnk: json.at("fuse_unk").booleanOr(false),
      byteFallback: json.at("byte_fallback").booleanOr(false),
      ignoreMerges: json.at("ignore_merges").booleanOr(false),
    });
  }

  get vocabSize(): number {
    return this.#parts.vocabulary.size;
  }

  tokenToId(token: string): number | undefined {
    return this.#parts.vocabulary.idOf(token);
  }

  idToToken(id: number): string | undefined {
    return this.#parts.vocabulary.tokenOf(id);
  }

  encode(pieces: Pieces, firstWord: number, tokens: TokenList, budget: Budget): void {
    this.#cache.encode(pieces, firstWord, tokens, budget);
  }

  #encodeWord(piece: string, asBytes: boolean, budget: Budget): Word {
    const { vocabulary, merges, ignoreMerges = false } = this.#parts;
    const spelled = asBytes ? byteChars(piece) : piece;
    const whole = ignoreMerges && this.#dropout === undefined ? vocabulary.idOf(spelled) : undefined;
    if (whole !== undefined) return { ids: [whole], starts: [0], ends: [piece.length] };

    const symbols = this.#symbolsOf(spelled, budget);
    mergeSymbols(symbols, merges, this.#dropout);
    const map = new ByteMap(piece, asBytes);
    const starts: number[] = [];
    const ends: number[] = [];
    let at = 0;
    for (const length of symbols.lengths) {
      starts.push(map.startOf(at));
      at += length;
      ends.push(map.endOf(at - 1));
    }
    return { ids: symbols.ids, starts, ends };
  }

  /** One symbol for each character of `word` in the vocabulary; lengths count bytes of UTF-8. */
  #symbolsOf(word: string, budget: Budget): Symbols {
    const { vocabulary, continuingSubwordPrefix = "", endOfWordSuffix = "", fuseUnk = false } = this.#parts;
    const ids: number[] = [];
    const lengths: number[] = [];
    let unkLength = 0; // of pending unknown characters
    const flush = (): void => {
      if (unkLength === 0) return;
      ids.push(this.#unkId());
      lengths.push(unkLength);
      unkLength = 0;
    };

    for (let i = 0; i < word.length;) {
      const char = String.fromCodePoint(word.codePointAt(i) ?? 0);
      const token =
        (i > 0 ? continuingSubwordPrefix : "") + char + (i + char.length === word.length ? endOfWordSuffix : "");
      i += char.length;
      const id = vocabulary.idOf(token);
      if (id !== undefined) {
        flush();
        ids.push(id);
        lengths.push(utf8Length(char));
        continue;
      }
      const bytes = this.#byteTokens(token);
      if (bytes !== undefined) {
        budget.make(bytes.length, "model.byte_fallback");
        // An unknown character before them stays pending, as in the reference implementation.
        ids.push(...bytes);
        lengths.push(...bytes.map(() => 1));
      } else if (this.#parts.unkToken !== undefined) {
        if (!fuseUnk) flush();
        unkLength += utf8Length(char);
      }
    }
    flush();
    return { ids, lengths };
  }

  /** Byte fallback: the ids of `<0x..>` for each byte of `token`, if there is one for each. */
  #byteTokens(token: string): number[] | undefined {
    if (this.#parts.byteFallback !== true) return undefined;
    const ids = bytesOf(token).map((byte) => this.#parts.vocabulary.idOf(byteToken(byte)));
    return ids.every((id) => id !== undefined) ? ids : undefined;
  }

  #unkId(): number {
    const { vocabulary, unkToken = "" } = this.#parts;
    const id = vocabulary.idOf(unkToken);
    if (id === undefined) throw new TokenizerError(`model.unk_token: "${unkToken}" is not in the vocabulary`);
    return id;
  }

  toJSON(): BpeConfig {
    const { vocabulary, merges, ...parts } = this.#parts;
    const token = (id: number): string => vocabulary.tokenOf(id) ?? "";
    return {
      type: "BPE",
      dropout: parts.dropout ?? null,
      unk_token: parts.unkToken ?? null,
      continuing_subword_prefix: parts.continuingSubwordPrefix ?? null,
      end_of_word_suffix: parts.endOfWordSuffix ?? null,
      fuse_unk: parts.fuseUnk ?? false,
      byte_fallback: parts.byteFallback ?? false,
      ignore_merges: parts.ignoreMerges ?? false,
      vocab: vocabulary.toJSON(),
      merges: Array.from(merges.pairs(), ([left, right]) => [token(left), token(right)] as const),
    };
  }
}

function readDropout(json: Json): number {
  const rate = json.number();
  if (!(rate >= 0 && rate <= 1)) throw json.expected("a number from 0 to 1");
  return rate;
}
