import { isSound, pairsOfCells, withFinalMarks } from "./cleaning.ts";
import { readPairs, type SentencePair } from "./pairs.ts";
import { type RecipeFolders, recipePath } from "../config/recipePath.ts";
import type { AddedPairs } from "../config/trainingConfig.ts";

/** The pairs of one added source, cleaned, and how often they come. */
export interface AddedSource {
  readonly pairs: readonly SentencePair[];
  readonly weight: number;
  readonly cap: number;
}

/** Reads an added source. @param isTested whether a pair is tested or validated on */
export async function readAdded(
  { tsv, reverse, weight, cap = Infinity, minWords, cells, split, finalMarks }: AddedPairs,
  folders: RecipeFolders,
  isTested: (pair: SentencePair, isReverse: boolean) => boolean,
): Promise<AddedSource> {
  const read = await readPairs({ tsv: recipePath(tsv, folders), reverse }, "", split && "training", split);
  const rows = finalMarks ? read.map(withFinalMarks) : read;
  const isKept = (pair: SentencePair) =>
    isSound(pair) && pair.source.split(/\s+/).length >= minWords && !isTested(pair, reverse);
  return { pairs: (cells ? rows.flatMap(pairsOfCells) : rows).filter(isKept), weight, cap };
}
