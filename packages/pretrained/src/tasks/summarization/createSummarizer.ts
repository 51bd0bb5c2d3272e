import { type GenerationOptions, parseGenerationOptions } from "@qkv/transformer";
import { checkPretrained, checkText } from "../../loading/argumentChecks.ts";
import { PretrainedError } from "../../files/pretrainedError.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { createGenerator } from "../textGeneration/createGenerator.ts";
import type { GeneratedText } from "../textGeneration/generatedText.ts";
import type { GenerateTextOptions } from "../textGeneration/generateOptions.ts";

/** Makes a summary of a text: a text generator with what the model wants before a text, and how it is searched. */
export type Summarizer = (text: string, options?: GenerateTextOptions) => Promise<GeneratedText>;

/**
 * Makes a summarizer of an opened encoder-decoder, T5 or one that was trained for it, which stays the caller's. Where options
 * say nothing it follows `task_specific_params.summarization` of the model's `config.json`, and then its
 * `generation_config.json`: `prefix` goes before a text, "summarize: " of a T5 that says nothing.
 *
 * @throws PretrainedError if the model is no encoder-decoder, or has no tokenizer
 */
export function createSummarizer(pretrained: Pretrained): Summarizer {
  checkPretrained("createSummarizer", pretrained);
  const { name, task, architecture, modelType, taskParams } = pretrained;
  if (task !== "seq2seqLM") {
    throw new PretrainedError(`${name}/config.json: expected an encoder-decoder that summarizes, got ${architecture}`);
  }
  const { prefix = T5_TYPES.includes(modelType) ? "summarize: " : "", ...params } = taskParams?.["summarization"] ?? {};
  const path = `${name}/config.json: task_specific_params.summarization`;
  if (typeof prefix !== "string") throw new PretrainedError(`${path}: expected prefix to be a text, got another value`);
  const generator = createGenerator(pretrained, paramsOf(path, params));
  return (text, options = {}) => {
    checkText("summarize", text);
    return generator.generate(prefix + text, options);
  };
}

const T5_TYPES: readonly string[] = ["t5", "mt5"];

function paramsOf(path: string, fields: Readonly<Record<string, unknown>>): GenerationOptions {
  try {
    return parseGenerationOptions({}, { fields, path });
  } catch (error) {
    throw new PretrainedError((error as Error).message, { cause: error });
  }
}
