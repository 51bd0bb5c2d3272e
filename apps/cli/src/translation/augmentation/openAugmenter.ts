import { RandomStream } from "@qkv/nn";
import { UsageError } from "../../usageError.ts";
import { type RecipeFolders, recipePath } from "../config/recipePath.ts";
import type { SentencePair } from "../pairs/pairs.ts";
import type { Splits } from "../pairs/splits.ts";
import type { TranslationTrainingConfig } from "../config/trainingConfig.ts";
import { Augmenter } from "./augmenter.ts";
import { Casing } from "./casing.ts";
import { drawSlots, type Filling, hasSlots } from "./fillSlots.ts";
import { languageOf } from "./forms.ts";
import { readValueLists } from "./valueLists.ts";

/** The augmenter that a config asks for, undefined if for none. @throws UsageError if a slot cannot be filled */
export async function openAugmenter(
  { data: { added, augmentation }, languages }: TranslationTrainingConfig,
  splits: Splits,
  folders: RecipeFolders,
): Promise<Augmenter | undefined> {
  const lists = augmentation && (await readValueLists(recipePath(augmentation.lists, folders)));
  const filling = lists && {
    languages: { source: languageOf(languages.source), target: languageOf(languages.target) },
    lists,
    part: "training" as const,
  };
  splits.added.forEach(({ pairs }, i) => checkSlots(pairs, added[i]?.tsv ?? "", filling));
  return (
    augmentation &&
    filling &&
    new Augmenter(augmentation, filling, new Casing(splits.training.map(({ target }) => target)))
  );
}

function checkSlots(pairs: readonly SentencePair[], file: string, filling: Filling | undefined): void {
  const withSlots = pairs.filter(hasSlots);
  const [first] = withSlots;
  if (first === undefined) return;
  if (filling === undefined) {
    throw new UsageError(`${file}: expected data.augmentation for its slots, got none: ${first.source}`);
  }
  try {
    for (const pair of withSlots) drawSlots(pair, filling, new RandomStream(0));
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
}
