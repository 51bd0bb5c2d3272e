import { readAffix } from "./affix.ts";
import type { Budget } from "../checks/budget.ts";
import type { Json } from "../json/configValue.ts";
import type { Model, WordPieceConfig } from "../components/model.ts";
import { type Pieces, spellBytes } from "../text/pieces.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";
import type { TokenList } from "../encoding/tokenList.ts";
import { Vocabulary } from "./vocabulary.ts";
import { type Word, WordCache } from "./wordCache.ts";

/** Parts of a {@link WordPiece}. */
export interface WordPieceParts {
  readonly vocabulary: Vocabulary;
  readonly unkToken: string;
  readonly continuingSubwordPrefix: string;
  /** The longest word in characters; longer ones are unknown. */
  readonly maxInputCharsPerWord: number;
}

/** WordPiece, greedy longest match first: "Fast WordPiece Tokenization" (https://arxiv.org/abs/2012.15524), section 3. */
export class WordPiece implements Model {
  readonly #parts: WordPieceParts;
  readonly #cache = new WordCache((piece, _, budget) => this.#encodeWord(piece, budget));

  constructor(parts: WordPieceParts) {
    this.#parts = parts;
  }

  static fromJSON(json: Json): WordPiece {
    return new WordPiece({
      vocabulary: Vocabulary.fromJSON(json.at("vocab")),
      unkToken: json.at("unk_token").stringOr("[UNK]"),
      continuingSubwordPrefix: json.at("continuing_subword_prefix").or("##", readAffix),
      maxInputCharsPerWord: json.at("max_input_chars_per_word").or(100, (count) => count.natural()),
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
    this.#cache.encode(spellBytes(pieces), firstWord, tokens, budget);
  }

  #encodeWord(word: string, budget: Budget): Word {
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    if (charCount(word) > this.#parts.maxInputCharsPerWord) return this.#unknown(word);
    for (let start = 0; start < word.length; start = ends[ends.length - 1] ?? word.length) {
      const end = this.#longestMatch(word, start, ids, budget);
      if (end === undefined) return this.#unknown(word);
      starts.push(start);
      ends.push(end);
    }
    return { ids, starts, ends };
  }

  /** Appends the id of the longest token that begins at `start`, and returns its end. */
  #longestMatch(word: string, start: number, ids: number[], budget: Budget): number | undefined {
    const { vocabulary, continuingSubwordPrefix } = this.#parts;
    const prefix = start > 0 ? continuingSubwordPrefix : "";
    const text = prefix + word.slice(start, start + vocabulary.longest);
    budget.take(text.length, "model");
    const end = vocabulary.longestBeginning(text, prefix.length + 1);
    if (end === undefined) return undefined;
    ids.push(vocabulary.idOf(text.slice(0, end)) ?? 0);
    return start + end - prefix.length;
  }

  #unknown(word: string): Word {
    const { vocabulary, unkToken } = this.#parts;
    const id = vocabulary.idOf(unkToken);
    if (id === undefined) throw new TokenizerError(`model.unk_token: "${unkToken}" is not in the vocabulary`);
    return { ids: [id], starts: [0], ends: [word.length] };
  }

  toJSON(): WordPieceConfig {
    const { vocabulary, unkToken, continuingSubwordPrefix, maxInputCharsPerWord } = this.#parts;
    return {
      type: "WordPiece",
      unk_token: unkToken,
      continuing_subword_prefix: continuingSubwordPrefix,
      max_input_chars_per_word: maxInputCharsPerWord,
      vocab: vocabulary.toJSON(),
    };
  }
}

function charCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) count--;
  return count;
}
