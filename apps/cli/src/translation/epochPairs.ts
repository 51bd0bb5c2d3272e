import { RandomStream } from "@qkv/nn";
import { shuffle } from "@qkv/training";
import type { AddedSource } from "./pairs/addedPairs.ts";
import type { Augmenter } from "./augmentation/augmenter.ts";
import { chance, pick } from "./augmentation/draw.ts";
import type { SentencePair } from "./pairs/pairs.ts";
import type { Splits } from "./pairs/splits.ts";

/**
 * The pairs of an epoch: all main ones, and of each added source as many as it weighs, all augmented anew, without
 * those that augmentation makes a tested one of where the recipe keeps these apart. They depend on
 * the seed and the epoch alone, so that a run that goes on in the middle of an epoch has the same.
 */
export function epochPairs(
  { training, added, isTested }: Splits,
  augmenter: Augmenter | undefined,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
): SentencePair[] {
  const random = new RandomStream(seed).fork(epoch);
  const pairs = [...training, ...added.flatMap((source) => drawPairs(source, random))];
  if (augmenter === undefined) return pairs;
  const augmented = pairs.map((pair, i) => {
    const own = random.fork(i);
    return augmenter.augment(pair, () => pick(training, own), own);
  });
  return isTested ? augmented.filter((pair) => !isTested(pair)) : augmented;
}

/** Each pair as often as its source's weight says, on average. */
function drawPairs({ pairs, weight, cap }: AddedSource, random: RandomStream): SentencePair[] {
  const drawn = pairs.flatMap((pair) => {
    const copies = Math.floor(weight) + (chance(weight % 1, random) ? 1 : 0);
    return Array.from({ length: copies }, () => pair);
  });
  return drawn.length > cap ? shuffle(drawn, random).slice(0, cap) : drawn;
}
