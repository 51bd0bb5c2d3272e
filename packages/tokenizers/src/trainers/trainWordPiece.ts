import { type BpeTrainerOptions, learnBpe } from "./bpe/learnBpe.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { wordPiece } from "../tokenizer/allComponents.ts";
import { trainedTokenizer } from "./trainedTokenizer.ts";
import { checkTraining } from "./checks.ts";
import type { TrainingOptions } from "./options.ts";
import { learn, readWords } from "./progress.ts";

/** Options of WordPiece training. The names and the results are those of Hugging Face's trainer. */
export interface TrainWordPieceOptions extends Omit<BpeTrainerOptions, "maxTokenLength">, TrainingOptions {
  /** Prefix of every character but the first of a word. Default "##". */
  readonly continuingSubwordPrefix?: string;
  /** The token for words that cannot be spelled. Default "[UNK]"; it has to be one of `specialTokens` to be used. */
  readonly unkToken?: string;
  /** The longest word in characters; longer ones are unknown. Default 100. */
  readonly maxInputCharsPerWord?: number;
}

/**
 * Trains a WordPiece tokenizer on `texts`: pairs are merged by frequency, as Hugging Face's WordPieceTrainer does.
 *
 * The prefixed characters get their ids in the order of the texts. Hugging Face numbers them in an order
 * that changes from run to run; given the order, merges and ids are the same, ties included.
 *
 * @throws RangeError or TypeError naming an option; the signal's reason if it is aborted
 */
export async function trainWordPiece(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainWordPieceOptions = {},
): Promise<Tokenizer> {
  checkTraining("trainWordPiece", texts, options);
  const { continuingSubwordPrefix = "##", unkToken = "[UNK]", maxInputCharsPerWord = 100 } = options;
  const words = await readWords(texts, options);
  const { tokens } = await learn(learnBpe(words, { ...options, continuingSubwordPrefix }), options);
  return trainedTokenizer(
    wordPiece,
    {
      type: "WordPiece",
      unk_token: unkToken,
      continuing_subword_prefix: continuingSubwordPrefix,
      max_input_chars_per_word: maxInputCharsPerWord,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
    options.specialTokens ?? [],
    options,
  );
}
