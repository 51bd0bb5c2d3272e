import { RandomStream } from "@qkv/nn";
import { UsageError } from "../../usageError.ts";
import { type RecipeFolders, recipePath } from "../config/recipePath.ts";
import type { SentencePair } from "../pairs/pairs.ts";
import type { Splits } from "../pairs/splits.ts";
import type { TranslationTrainingConfig } from "../config/trainingConfig.ts";
import { Augmenter } from "./augmenter.ts";
import { Casing } from "./casing.ts";
import { drawSlots, hasSlots } from "./fillSlots.ts";
import { type Filling, otherThanEnglish } from "./slots.ts";
import { languageOf } from "./forms.ts";
import { readValueLists } from "./valueLists.ts";

/** The augmenter that a config asks for, undefined if for none. @throws UsageError if a slot cannot be filled */
export async function openAugmenter(
  { data: { added, augmentation }, languages }: TranslationTrainingConfig,
  splits: Splits,
  folders: RecipeFolders,
): Promise<Augmenter | undefined> {
  const filling = augmentation && (await openFilling(recipePath(augmentation.lists, folders), languages));
  splits.added.forEach(({ pairs }, i) => checkSlots(pairs, added[i]?.tsv ?? "", filling));
  return filling && new Augmenter(augmentation, filling, new Casing(splits.training.map(({ target }) => target)));
}

async function openFilling(
  lists: string,
  codes: { readonly source: string; readonly target: string },
): Promise<Filling> {
  const languages = { source: languageOf(codes.source), target: languageOf(codes.target) };
  return { languages, lists: await readValueLists(lists, otherThanEnglish(languages)), part: "training" };
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
