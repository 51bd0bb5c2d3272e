import { checkArray, checkOptions, describeArgument, type OptionNames } from "@qkv/ops";
import type { RandomStream } from "@qkv/nn";
import { checkRate } from "./checkRate.ts";
import type { TokenIds } from "./tokenIds.ts";

/** What {@link maskTokens} draws from, and how often. */
export interface MaskTokensOptions {
  /** The token that stands for one that is hidden. */
  readonly maskId: number;
  /** V: a token in place of another is one of [0, V) that is no special one. */
  readonly vocabSize: number;
  /** Ids that are neither chosen nor put in the place of others, padding among them. */
  readonly specialIds: readonly number[];
  readonly random: RandomStream;
  /** Probability of choosing a word. Default 0.15. */
  readonly rate?: number;
  /** The word of each token, so that words are chosen whole: tokens of one number side by side. Default: each its own. */
  readonly words?: readonly (number | null)[];
}

const NAMES: OptionNames<MaskTokensOptions> = {
  maskId: true,
  vocabSize: true,
  specialIds: true,
  random: true,
  rate: true,
  words: true,
};

/** A sequence of tokens to restore. */
export interface MaskedTokens {
  readonly ids: Int32Array;
  /** The token that was there where one was chosen, -100 elsewhere. */
  readonly labels: Int32Array;
}

/**
 * Hides tokens for masked language modelling (BERT, arXiv:1810.04805, 3.1): of those that are chosen 80 % are the mask, 10 %
 * another token and 10 % what they were.
 *
 * @throws RangeError if there is an id outside the vocabulary, or no token that is not special
 */
export function maskTokens(ids: TokenIds, options: MaskTokensOptions): MaskedTokens {
  const who = "maskTokens";
  checkArray(who, "ids", ids);
  checkOptions(who, options, NAMES);
  const { maskId, vocabSize, specialIds, random, rate = 0.15, words } = options;
  checkRate(who, "rate", rate);
  checkArray(who, "specialIds", specialIds);
  if (words !== undefined && words.length !== ids.length) {
    throw new RangeError(`${who}: expected words of ${ids.length} tokens, got ${words.length}`);
  }
  const isSpecial = new Set(specialIds);
  const specials = [...isSpecial].filter((id) => id >= 0 && id < vocabSize).length;
  if (!(vocabSize > specials)) {
    throw new RangeError(
      `${who}: expected a vocabSize above the ${specials} special ids, got ${describeArgument(vocabSize)}`,
    );
  }
  const masked = Int32Array.from(ids);
  const labels = new Int32Array(ids.length).fill(-100);
  let isChosen = false;
  for (const [i, id] of masked.entries()) {
    if (!(id >= 0 && id < vocabSize)) {
      throw new RangeError(`${who}: expected ids in [0, ${vocabSize}), got ${describeArgument(ids[i])} at ${i}`);
    }
    const word = words?.[i] ?? null;
    if (i === 0 || word === null || word !== words?.[i - 1]) isChosen = random.uniform() < rate;
    if (!isChosen || isSpecial.has(id)) continue;
    labels[i] = id;
    const draw = random.uniform();
    if (draw < 0.8) masked[i] = maskId;
    else if (draw < 0.9) masked[i] = anyOrdinary(vocabSize, isSpecial, random);
  }
  return { ids: masked, labels };
}

function anyOrdinary(vocabSize: number, isSpecial: ReadonlySet<number>, random: RandomStream): number {
  for (;;) {
    const id = Math.floor(random.uniform() * vocabSize);
    if (!isSpecial.has(id)) return id;
  }
}
