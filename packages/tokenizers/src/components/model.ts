import type { Budget } from "../checks/budget.ts";
import type { Pieces } from "../text/pieces.ts";
import type { TokenList } from "../encoding/tokenList.ts";

/** Turns the pieces of a text into tokens. */
export interface Model {
  /** Appends the tokens of each piece to `tokens`; the pieces are numbered from `firstWord`. */
  encode(pieces: Pieces, firstWord: number, tokens: TokenList, budget: Budget): void;
  readonly vocabSize: number;
  tokenToId(token: string): number | undefined;
  idToToken(id: number): string | undefined;
  /** Formats the `model` entry of a tokenizer.json. */
  toJSON(): ModelConfig;
}

/** The `model` entry of a tokenizer.json. */
export type ModelConfig = BpeConfig | WordPieceConfig | WordLevelConfig | UnigramConfig;

/** Config of byte pair encoding. */
export interface BpeConfig {
  readonly type: "BPE";
  readonly dropout?: number | null;
  readonly unk_token?: string | null;
  readonly continuing_subword_prefix?: string | null;
  readonly end_of_word_suffix?: string | null;
  readonly fuse_unk?: boolean;
  readonly byte_fallback?: boolean;
  readonly ignore_merges?: boolean;
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (string | readonly [string, string])[];
}

/** Config of WordPiece: the longest known tokens, from the left. */
export interface WordPieceConfig {
  readonly type: "WordPiece";
  readonly unk_token?: string;
  readonly continuing_subword_prefix?: string;
  readonly max_input_chars_per_word?: number;
  readonly vocab: Readonly<Record<string, number>>;
}

/** Config of WordLevel: whole words. */
export interface WordLevelConfig {
  readonly type: "WordLevel";
  readonly vocab: Readonly<Record<string, number>>;
  readonly unk_token: string;
}

/** Config of Unigram: the likeliest tokens. */
export interface UnigramConfig {
  readonly type: "Unigram";
  readonly unk_id?: number | null;
  readonly vocab: readonly (readonly [token: string, score: number])[];
  readonly byte_fallback?: boolean;
  /** The ids that SentencePiece prefers to all others; if there is a list, sums are rounded as there. */
  readonly user_defined?: readonly number[];
}
