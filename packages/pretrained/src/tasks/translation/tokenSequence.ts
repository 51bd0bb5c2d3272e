/** Tokens, special ones included, and their ids. */
export interface TokenSequence {
  readonly ids: readonly number[];
  /** As they are shown. An unknown one reads as the text does: ids cannot be found by it. */
  readonly tokens: readonly string[];
}

/** A sentence as a model read it, and what it made of it. */
export interface TokenizedPair {
  readonly source: TokenSequence;
  readonly target: TokenSequence;
}
