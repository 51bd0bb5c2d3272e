import { type GenerationOptions, parseGenerationOptions } from "@qkv/transformer";
import { PretrainedError } from "./pretrainedError.ts";
import type { Pretrained } from "./loadPretrained.ts";
import { translationTokenizer } from "./translationTokenizer.ts";
import { Translator, type TranslatorOptions } from "./translator.ts";

/**
 * A translator of an opened model, which stays the caller's. It searches as the model's `generation_config.json` says.
 *
 * @throws PretrainedError if the model is none that translates, or came without a tokenizer
 */
export function createTranslator(pretrained: Pretrained, options: Partial<TranslatorOptions> = {}): Translator {
  if (pretrained.modelType !== "marian") {
    throw new PretrainedError(
      `${pretrained.name}/config.json: expected a model that translates, got ${pretrained.modelType}`,
    );
  }
  const { name, model, tokenizer, config, generationConfig } = pretrained;
  if (tokenizer === undefined) throw new PretrainedError(`${name}/tokenizer.json: expected a file, got nothing`);
  const generation = { ...searchOf(name, generationConfig), ...options.generation };
  return new Translator(model, translationTokenizer(tokenizer), {
    maxPositions: config.maxPositions,
    ...options,
    generation,
  });
}

function searchOf(name: string, generationConfig: Readonly<Record<string, unknown>>): GenerationOptions {
  const path = `${name}/generation_config.json`;
  try {
    return parseGenerationOptions({}, { fields: generationConfig, path });
  } catch (error) {
    throw new PretrainedError((error as Error).message, { cause: error });
  }
}
