import { readLines } from "../../textLines.ts";
import { type RecipeFolders, recipePath } from "../recipePath.ts";
import type { Splits } from "../splits.ts";
import type { TranslationTrainingConfig } from "../trainingConfig.ts";
import { Augmenter } from "./augmenter.ts";
import { Casing } from "./casing.ts";
import { languageOf } from "./languageForms.ts";
import { parseValueLists } from "./valueLists.ts";

/** The augmenter that a config asks for, undefined if for none. */
export async function openAugmenter(
  { data: { augmentation }, languages }: TranslationTrainingConfig,
  { training }: Splits,
  folders: RecipeFolders,
): Promise<Augmenter | undefined> {
  if (augmentation === undefined) return undefined;
  const lists = parseValueLists(await readLines(recipePath(augmentation.lists, folders)));
  const filling = {
    languages: { source: languageOf(languages.source), target: languageOf(languages.target) },
    lists,
    part: "training",
  } as const;
  return new Augmenter(augmentation, filling, new Casing(training.map(({ target }) => target)));
}
