import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { unigram } from "../tokenizer/allComponents.ts";
import { trainedTokenizer } from "./trainedTokenizer.ts";
import { checkTraining } from "./checks.ts";
import type { TrainingOptions } from "./options.ts";
import { learn, readWords } from "./progress.ts";
import { learnUnigram } from "./unigram/learnUnigram.ts";
import type { UnigramTrainerOptions } from "./unigram/options.ts";

/** Options of {@link trainUnigram}: of the vocabulary and of the parts around it. */
export interface TrainUnigramOptions extends UnigramTrainerOptions, TrainingOptions {}

/**
 * Trains a Unigram tokenizer on `texts`, with the same vocabulary as Hugging Face's UnigramTrainer.
 *
 * @throws RangeError or TypeError naming an option; the signal's reason if it is aborted
 */
export async function trainUnigram(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainUnigramOptions = {},
): Promise<Tokenizer> {
  checkTraining("trainUnigram", texts, options);
  const words = await readWords(texts, options);
  const { vocab, unkId } = await learn(learnUnigram(words, options), options);
  return trainedTokenizer(
    unigram,
    { type: "Unigram", unk_id: unkId ?? null, vocab },
    options.specialTokens ?? [],
    options,
  );
}
