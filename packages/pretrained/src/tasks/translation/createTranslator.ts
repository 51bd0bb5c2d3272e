import { checkRecord } from "@qkv/ops";
import { type GenerationOptions, parseGenerationOptions } from "@qkv/transformer";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import { expectLanguage } from "../../loading/direction.ts";
import { errorIn, PretrainedError } from "../../files/pretrainedError.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { languageCode } from "./languageCodes.ts";
import { type TranslationTokenizer, translationTokenizer } from "./translationTokenizer.ts";
import { Translator, type TranslatorOptions } from "./translator.ts";

/**
 * Makes a translator of an opened model, which stays the caller's. It uses the model's `generation_config.json`:
 * greedy search if that has no `num_beams`.
 *
 * @param options `languageCode` may be a language's tag too: `fr` for `>>fra<<`. A model of one language accepts no other
 * @throws PretrainedError if the model is no translation model, has no tokenizer, or does not support the language
 */
export function createTranslator(pretrained: Pretrained, options: Partial<TranslatorOptions> = {}): Translator {
  checkPretrained("createTranslator", pretrained);
  checkRecord("createTranslator", "options", options);
  if (pretrained.modelType !== "marian") {
    throw new PretrainedError(
      `${pretrained.name}/config.json: expected a model that translates, got ${pretrained.modelType}`,
    );
  }
  const { name, model, tokenizer, config, generationConfig } = pretrained;
  if (tokenizer === undefined) throw new PretrainedError(`${name}/tokenizer.json: expected a file, got nothing`);
  const generation = { ...searchOf(name, generationConfig), ...options.generation };
  const texts = translationTokenizer(tokenizer);
  const { languageCode: language, ...others } = options;
  const code = language === undefined ? undefined : codeOf(pretrained, language, texts);
  return new Translator(model, texts, {
    maxPositions: config.maxPositions,
    ...others,
    ...(code !== undefined && { languageCode: code }),
    generation,
  });
}

/** The code of a language; undefined if it is the only one that the model translates to. */
function codeOf(
  { name, direction }: Pretrained,
  language: string,
  { languageCodes = [] }: TranslationTokenizer,
): string | undefined {
  try {
    if (languageCodes.length > 0 || direction === undefined) return languageCode(language, languageCodes);
    expectLanguage("translates to", language, direction.to);
    return undefined;
  } catch (error) {
    throw errorIn(name, error);
  }
}

function searchOf(name: string, generationConfig: Readonly<Record<string, unknown>>): GenerationOptions {
  const path = `${name}/generation_config.json`;
  try {
    return parseGenerationOptions({}, { fields: generationConfig, path });
  } catch (error) {
    throw new PretrainedError((error as Error).message, { cause: error });
  }
}
