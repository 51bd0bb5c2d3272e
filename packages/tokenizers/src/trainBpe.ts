import { type BpeTrainerOptions, learnBpe, type LearnedBpe } from "./bpeTrainer.ts";
import { countWords } from "./countWords.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { TokenizerError } from "./tokenizerError.ts";
import { trainedTokenizer } from "./trainedTokenizer.ts";
import type { PipelineOptions, TrainingOptions } from "./trainingOptions.ts";
import { learn, readWords } from "./trainingPace.ts";

/** The tokenizer that {@link trainBpe} makes: its vocabulary and the parts around it. */
export interface TrainBpeOptions extends BpeTrainerOptions, PipelineOptions {
  /** The token for characters that are not in the vocabulary; one of `specialTokens`. Default: they are left out. */
  readonly unkToken?: string;
  /** Whether unknown characters side by side make one unknown token. Default false. */
  readonly fuseUnk?: boolean;
  /** Told how many tokens there are so far, of how many there may be, once the texts are read. */
  readonly onProgress?: (tokens: number, vocabSize: number) => void;
  /** Ends a training on texts that come asynchronously: its promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * A BPE tokenizer trained on `texts`, with the merges and ids that Hugging Face's BpeTrainer finds.
 *
 * Where the texts come asynchronously, it is a promise of one, and timers and events run in between.
 */
export function trainBpe(texts: Iterable<string>, options?: TrainBpeOptions): Tokenizer;
export function trainBpe(texts: AsyncIterable<string>, options?: TrainBpeOptions): Promise<Tokenizer>;
export function trainBpe(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainBpeOptions = {},
): Tokenizer | Promise<Tokenizer> {
  const { specialTokens = [], vocabSize = 30_000, unkToken, onProgress } = options;
  if (unkToken !== undefined && !specialTokens.includes(unkToken)) {
    throw new TokenizerError(`trainBpe: expected unkToken to be one of specialTokens, got "${unkToken}"`);
  }
  if (Symbol.asyncIterator in texts) return trainAsynchronously(texts, options);
  const learning = learnBpe(countWords(texts, options), options);
  let step = learning.next();
  for (; step.done !== true; step = learning.next()) onProgress?.(step.value[0], vocabSize);
  return bpeTokenizer(step.value, options);
}

async function trainAsynchronously(texts: AsyncIterable<string>, options: TrainBpeOptions): Promise<Tokenizer> {
  const { onProgress, ...others } = options;
  const told: TrainingOptions = {
    ...others,
    onProgress: ({ stage, done, total = done }) => {
      if (stage === "learning") onProgress?.(done, total);
    },
  };
  return bpeTokenizer(await learn(learnBpe(await readWords(texts, told), options), told), options);
}

function bpeTokenizer({ tokens, merges }: LearnedBpe, options: TrainBpeOptions): Tokenizer {
  const spelled: [string, string][] = [];
  for (let i = 0; i < merges.length; i += 3)
    spelled.push([tokens[merges[i] ?? 0] ?? "", tokens[merges[i + 1] ?? 0] ?? ""]);
  return trainedTokenizer(
    {
      type: "BPE",
      unk_token: options.unkToken ?? null,
      continuing_subword_prefix: options.continuingSubwordPrefix ?? null,
      end_of_word_suffix: options.endOfWordSuffix ?? null,
      fuse_unk: options.fuseUnk ?? false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: spelled,
    },
    options.specialTokens ?? [],
    options,
  );
}
