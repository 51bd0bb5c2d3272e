import { isSound, pairsOfCells } from "./cleaning.ts";
import { normalized, readPairs, type SentencePair } from "./pairs.ts";
import { type RecipeFolders, recipePath } from "../config/recipePath.ts";
import type { AddedPairs } from "../config/trainingConfig.ts";

/** The pairs of one added source, cleaned, and how often they come. */
export interface AddedSource {
  readonly pairs: readonly SentencePair[];
  readonly weight: number;
  readonly cap: number;
}

/** Reads an added source. @param excluded the {@link normalized} English sentences that are tested or validated on */
export async function readAdded(
  { tsv, reverse, weight, cap = Infinity, minWords, cells }: AddedPairs,
  folders: RecipeFolders,
  excluded: ReadonlySet<string>,
): Promise<AddedSource> {
  const rows = await readPairs({ tsv: recipePath(tsv, folders), reverse }, "");
  const isKept = (pair: SentencePair) => {
    const english = normalized(reverse ? pair.target : pair.source);
    return isSound(pair) && pair.source.split(/\s+/).length >= minWords && !(english !== "" && excluded.has(english));
  };
  return { pairs: (cells ? rows.flatMap(pairsOfCells) : rows).filter(isKept), weight, cap };
}
