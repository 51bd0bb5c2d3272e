/** Options of Unigram training. The names and the results are those of Hugging Face's UnigramTrainer. */
export interface UnigramTrainerOptions {
  /** The target number of tokens, special tokens and alphabet included. Default 8,000. */
  readonly vocabSize?: number;
  /** Tokens that get the first ids, in this order. */
  readonly specialTokens?: readonly string[];
  /** Characters that are in the vocabulary whether the texts have them or not. */
  readonly initialAlphabet?: readonly string[];
  /** The token for unknown characters; gets id 0 if it is none of `specialTokens`. Default: there is none. */
  readonly unkToken?: string;
  /** The share of the vocabulary that each round of pruning keeps, between 0 and 1. Default 0.75. */
  readonly shrinkingFactor?: number;
  /** The number of EM rounds before each pruning. Default 2. */
  readonly nSubIterations?: number;
  /** The longest token, in characters. Default 16. */
  readonly maxPieceLength?: number;
  /** The most seed pieces. Default 1,000,000. */
  readonly seedSize?: number;
}
