import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { wordLevel } from "../tokenizer/allComponents.ts";
import { trainedTokenizer } from "./trainedTokenizer.ts";
import { checkTraining } from "./checks.ts";
import type { TrainingOptions } from "./options.ts";
import { readWords } from "./progress.ts";

/** Options of WordLevel training. The names and the results are those of Hugging Face's trainer. */
export interface TrainWordLevelOptions extends TrainingOptions {
  /** The most tokens, special tokens included. Default 30,000. */
  readonly vocabSize?: number;
  /** The least count of a word to be kept. Default 0. */
  readonly minFrequency?: number;
  /** Tokens that get the first ids, in this order. */
  readonly specialTokens?: readonly string[];
  /** The token for unknown words. Default "<unk>"; it is in the vocabulary only if it is one of `specialTokens`. */
  readonly unkToken?: string;
}

/**
 * Trains a tokenizer of the most frequent words of `texts`, those of Hugging Face's WordLevelTrainer.
 *
 * @throws RangeError or TypeError naming an option; the signal's reason if it is aborted
 */
export async function trainWordLevel(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainWordLevelOptions = {},
): Promise<Tokenizer> {
  checkTraining("trainWordLevel", texts, options);
  const { vocabSize = 30_000, minFrequency = 0, specialTokens = [], unkToken = "<unk>" } = options;
  const words = [...(await readWords(texts, options))]
    .filter(([, count]) => count >= minFrequency)
    .sort(([a, m], [b, n]) => n - m || compareCodePoints(a, b))
    .map(([word]) => word);
  const tokens = [...specialTokens, ...words].slice(0, vocabSize);
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return trainedTokenizer(wordLevel, { type: "WordLevel", vocab, unk_token: unkToken }, specialTokens, options);
}

/** Compares by code points, an order other than that of UTF-16 units: less than 0 where `a` comes first. */
function compareCodePoints(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i > 0 && (a.charCodeAt(i) & 0xfc00) === 0xdc00) i--; // the same high surrogate before
  return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1);
}
