import { type BpeTrainerOptions, learnBpe } from "./bpe/learnBpe.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";
import { bpe } from "../tokenizer/allComponents.ts";
import { trainedTokenizer } from "./trainedTokenizer.ts";
import { checkTraining } from "./checks.ts";
import type { TrainingOptions } from "./options.ts";
import { learn, readWords } from "./progress.ts";

/** Options of {@link trainBpe}: of the vocabulary and of the parts around it. */
export interface TrainBpeOptions extends BpeTrainerOptions, TrainingOptions {
  /** The token for characters that are not in the vocabulary; one of `specialTokens`. Default: they are dropped. */
  readonly unkToken?: string;
  /** Whether unknown characters side by side make one unknown token. Default false. */
  readonly fuseUnk?: boolean;
}

/**
 * Trains a BPE tokenizer on `texts`, with the same merges and ids as Hugging Face's BpeTrainer.
 *
 * @throws TokenizerError if `unkToken` is none of `specialTokens`; RangeError or TypeError naming an option; the signal's reason if it is aborted
 */
export async function trainBpe(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainBpeOptions = {},
): Promise<Tokenizer> {
  checkTraining("trainBpe", texts, options);
  const { specialTokens = [], unkToken } = options;
  if (unkToken !== undefined && !specialTokens.includes(unkToken)) {
    throw new TokenizerError(`trainBpe: expected unkToken to be one of specialTokens, got "${unkToken}"`);
  }
  const { tokens, merges } = await learn(learnBpe(await readWords(texts, options), options), options);
  const token = (i: number): string => tokens[merges[i] ?? 0] ?? "";
  return trainedTokenizer(
    bpe,
    {
      type: "BPE",
      unk_token: unkToken ?? null,
      continuing_subword_prefix: options.continuingSubwordPrefix ?? null,
      end_of_word_suffix: options.endOfWordSuffix ?? null,
      fuse_unk: options.fuseUnk ?? false,
      vocab: Object.fromEntries(tokens.map((text, id) => [text, id])),
      merges: Array.from({ length: merges.length / 3 }, (_, i) => [token(3 * i), token(3 * i + 1)] as const),
    },
    specialTokens,
    options,
  );
}
