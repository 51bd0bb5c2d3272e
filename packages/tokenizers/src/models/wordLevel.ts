import type { Budget } from "../checks/budget.ts";
import type { Json } from "../json/configValue.ts";
import type { Model, WordLevelConfig } from "../components/model.ts";
import { type Pieces, spellBytes } from "../text/pieces.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";
import type { TokenList } from "../encoding/tokenList.ts";
import { Vocabulary } from "./vocabulary.ts";
import { WordCache } from "./wordCache.ts";

/** WordLevel: a vocabulary of whole words. */
export class WordLevel implements Model {
  readonly #vocabulary: Vocabulary;
  readonly #unkToken: string;
  readonly #cache = new WordCache((piece) => ({ ids: [this.#idOf(piece)], starts: [0], ends: [piece.length] }));

  constructor(vocabulary: Vocabulary, unkToken: string) {
    this.#vocabulary = vocabulary;
    this.#unkToken = unkToken;
  }

  static fromJSON(json: Json): WordLevel {
    return new WordLevel(Vocabulary.fromJSON(json.at("vocab")), json.at("unk_token").string());
  }

  get vocabSize(): number {
    return this.#vocabulary.size;
  }

  tokenToId(token: string): number | undefined {
    return this.#vocabulary.idOf(token);
  }

  idToToken(id: number): string | undefined {
    return this.#vocabulary.tokenOf(id);
  }

  encode(pieces: Pieces, firstWord: number, tokens: TokenList, budget: Budget): void {
    this.#cache.encode(spellBytes(pieces), firstWord, tokens, budget);
  }

  #idOf(word: string): number {
    const id = this.#vocabulary.idOf(word) ?? this.#vocabulary.idOf(this.#unkToken);
    if (id === undefined) throw new TokenizerError(`model.unk_token: "${this.#unkToken}" is not in the vocabulary`);
    return id;
  }

  toJSON(): WordLevelConfig {
    return { type: "WordLevel", vocab: this.#vocabulary.toJSON(), unk_token: this.#unkToken };
  }
}
