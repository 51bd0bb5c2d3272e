import { checkRecord } from "@qkv/ops";
import { type GenerationOptions, parseGenerationOptions } from "@qkv/transformer";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import { PretrainedError } from "../../files/pretrainedError.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { TextGenerator, type TextGeneratorParts } from "./textGenerator.ts";

/**
 * Makes a generator of texts of an opened decoder-only model or encoder-decoder, which stays the caller's. Where options say
 * nothing it follows the model's `generation_config.json`.
 *
 * @param defaults options over those of the model's files
 * @throws PretrainedError if the model generates no text, has no tokenizer, or its `generation_config.json` asks for what is not
 *   supported
 */
export function createGenerator(pretrained: Pretrained, defaults: GenerationOptions = {}): TextGenerator {
  checkPretrained("createGenerator", pretrained);
  checkRecord("createGenerator", "defaults", defaults);
  const { name, task, tokenizer, chatTemplate, config, architecture } = pretrained;
  if (task !== "causalLM" && task !== "seq2seqLM") {
    throw new PretrainedError(`${name}/config.json: expected a model that generates text, got ${architecture}`);
  }
  if (tokenizer === undefined) throw new PretrainedError(`${name}/tokenizer.json: expected a file, got nothing`);
  const { maxPositions } = config as { readonly maxPositions?: number };
  return new TextGenerator({
    name,
    tokenizer,
    chatTemplate,
    model: pretrained.model as TextGeneratorParts["model"],
    sourcePositions: maxPositions,
    defaults: { ...generationDefaults(pretrained), ...defaults },
  });
}

/** The options that a model's `generation_config.json` gives. */
export function generationDefaults({
  name,
  generationConfig,
}: Pick<Pretrained, "name" | "generationConfig">): GenerationOptions {
  const path = `${name}/generation_config.json`;
  try {
    return parseGenerationOptions({}, { fields: generationConfig, path });
  } catch (error) {
    throw new PretrainedError((error as Error).message, { cause: error });
  }
}
