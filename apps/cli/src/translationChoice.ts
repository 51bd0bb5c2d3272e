import { shippedTranslationModel } from "./modelFolders.ts";
import { UsageError } from "./usageError.ts";

/** The beams of a model whose folder does not say how many it was made for. */
export const DEFAULT_BEAMS = 4;

/** What the command line says of a translation. */
export interface TranslationChoice {
  readonly model?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Which model translates, and between which languages. */
export interface ChosenTranslation {
  readonly model: string;
  /** As it was given, if it was. */
  readonly from: string | undefined;
  /** As it was given, if it was: a multilingual model has a name of its own for it. */
  readonly to: string | undefined;
}

/**
 * The model that a command line names, or the shipped one for its languages.
 *
 * @throws UsageError if a language is none, or nothing that ships translates it
 */
export async function chooseTranslation({ model, from, to }: TranslationChoice): Promise<ChosenTranslation> {
  const { languageTag } = await import("@qkv/pretrained");
  const tag = (option: string, name: string) => {
    try {
      return languageTag(name);
    } catch (error) {
      throw new UsageError(`${option}: ${(error as Error).message}`);
    }
  };
  const source = from === undefined ? undefined : tag("--from", from);
  const chosen = model ?? shippedTranslationModel(source ?? "en", tag("--to", to ?? "fr"));
  return { model: chosen, from, to };
}
