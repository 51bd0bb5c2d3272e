import { type AddedSource, readAdded } from "./addedPairs.ts";
import { isSound } from "./cleaning.ts";
import { normalized, type SentencePair, readPairs } from "./pairs.ts";
import type { RecipeFolders } from "../config/recipePath.ts";
import type { TranslationTrainingConfig } from "../config/trainingConfig.ts";

/** The pairs to train on, and those to validate on. */
export interface Splits {
  readonly training: readonly SentencePair[];
  readonly added: readonly AddedSource[];
  readonly validation: readonly SentencePair[];
  /** Whether a pair is tested or validated on by one of its sides: told for those that augmentation makes. */
  readonly isTested?: (pair: SentencePair) => boolean;
}

/**
 * Reads the pairs that a config names: split by the SHA-256 rule, or from files of their own. Added pairs are without
 * those whose English sentence is tested or validated on, whatever its case and punctuation; with `apart: "eitherSide"`
 * all are without those of which either side is.
 */
export async function readSplits(
  { data, validation: { pairs: validationPairs } }: TranslationTrainingConfig,
  folders: RecipeFolders,
): Promise<Splits> {
  const own = data.validation;
  const read = (only?: "test" | "validation" | "training") => readPairs(data.pairs, folders.data, only);
  const training = await read(own ? undefined : "training");
  const validation = own ? await readPairs(own, folders.data) : await read("validation");
  const kept = [...validation, ...(own ? [] : await read("test"))];
  const isReverse = "reverse" in data.pairs && data.pairs.reverse;
  const isTested = testedBy(kept, isReverse, data.apart);
  const isOwnTested = data.apart === "eitherSide" ? (pair: SentencePair) => isTested(pair, isReverse) : undefined;
  return {
    training: training.filter((pair) => isSound(pair) && !isOwnTested?.(pair)),
    added: await Promise.all(data.added.map((added) => readAdded(added, folders, isTested))),
    validation: spread(validation, validationPairs),
    ...(isOwnTested && { isTested: isOwnTested }),
  };
}

/**
 * Tells whether a pair has a sentence that is tested on, but for case and punctuation: an English one, or either. Of the
 * other language spaces do not count, as Korean has them or not.
 */
function testedBy(
  kept: readonly SentencePair[],
  isReverse: boolean,
  apart: "english" | "eitherSide",
): (pair: SentencePair, isReverse: boolean) => boolean {
  const sides = ({ source, target }: SentencePair, reverse: boolean) => {
    const [english, other] = (reverse ? [target, source] : [source, target]).map(normalized);
    return [`en ${english}`, ...(apart === "english" ? [] : [`other ${other?.replaceAll(" ", "")}`])].filter(
      (text) => !text.endsWith(" "),
    );
  };
  const tested = new Set(kept.flatMap((pair) => sides(pair, isReverse)));
  return (pair, reverse) => sides(pair, reverse).some((text) => tested.has(text));
}

/** About `count` items at equal distances: files are often sorted by length. */
function spread<T>(items: readonly T[], count: number): T[] {
  const stride = Math.max(1, items.length / count);
  return Array.from({ length: Math.min(count, items.length) }, (_, i) => items[Math.floor(i * stride)] as T);
}
