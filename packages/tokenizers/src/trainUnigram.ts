import type { Tokenizer } from "./tokenizer.ts";
import { unigram } from "./everyPart.ts";
import { trainedTokenizer } from "./trainedTokenizer.ts";
import { checkTraining } from "./trainingChecks.ts";
import type { TrainingOptions } from "./trainingOptions.ts";
import { learn, readWords } from "./trainingPace.ts";
import { learnUnigram, type UnigramTrainerOptions } from "./unigramTrainer.ts";

/** The tokenizer that {@link trainUnigram} makes: its vocabulary and the parts around it. */
export interface TrainUnigramOptions extends UnigramTrainerOptions, TrainingOptions {}

/**
 * A Unigram tokenizer trained on `texts`, with the vocabulary that Hugging Face's UnigramTrainer finds.
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
