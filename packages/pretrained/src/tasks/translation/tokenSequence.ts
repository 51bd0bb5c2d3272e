/** Tokens, special ones included, and their ids. */
export interface TokenSequence {
  readonly ids: readonly number[];
  /** The tokens as text. An unknown one is its source text: ids cannot be found by it. */
  readonly tokens: readonly string[];
}

/** A sentence and its translation, as tokens. */
export interface TokenizedPair {
  readonly source: TokenSequence;
  readonly target: TokenSequence;
}
