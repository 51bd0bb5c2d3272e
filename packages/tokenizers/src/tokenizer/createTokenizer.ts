import { readAddedToken } from "../addedTokens/addedTokens.ts";
import { checkRecord, describeArgument } from "../checks/argumentChecks.ts";
import { checkMaxSteps } from "../checks/budget.ts";
import { createDecoder } from "../decoders/createDecoder.ts";
import { Json } from "../json/configValue.ts";
import type { Model } from "../components/model.ts";
import { createModel } from "../models/createModel.ts";
import { createNormalizer } from "../normalizers/createNormalizer.ts";
import { readPadding } from "../encoding/padding.ts";
import { joinParts, type Part, type Parts } from "../components/registry.ts";
import { createPostProcessor } from "../postProcessors/createPostProcessor.ts";
import { createPreTokenizer } from "../preTokenizers/createPreTokenizer.ts";
import { Tokenizer, type TokenizerPipeline } from "./tokenizer.ts";
import { parseTokenizer } from "./parseTokenizerJson.ts";
import { readTruncation } from "../encoding/truncation.ts";

/** Options of a tokenizer besides its tokenizer.json. */
export interface TokenizerOptions {
  /** Numbers from 0 to 1, for models with BPE dropout. Default Math.random. */
  readonly random?: () => number;
  /**
   * The most steps for each character of a text, each about the work of reading a character or a 16th of making one.
   * Default 512, ten times the need of real files: more is refused with an error, so that no file can hang a program. A
   * regular expression has half of them.
   */
  readonly maxSteps?: number;
}

/**
 * Creates the tokenizer of a tokenizer.json, as text or parsed, with the components of `parts`: a bundle has no more of
 * this package than they need. {@link Tokenizer.fromJSON} has all of them.
 */
export function createTokenizer(json: unknown, parts: readonly Part[], options: TokenizerOptions = {}): Tokenizer {
  checkRecord("createTokenizer", "options", options);
  const { random = Math.random, maxSteps } = options;
  if (!Array.isArray(parts)) {
    const got = describeArgument(parts);
    throw new TypeError(
      `createTokenizer: expected the parts that it may use, such as [bpe], got ${got}; Tokenizer.fromJSON has all`,
    );
  }
  const config = new Json(typeof json === "string" ? parseTokenizer(json) : json, "tokenizer.json");
  const pipeline = pipelineAround(config, parts, (known) => createModel(config.at("model"), known, random));
  return new Tokenizer({ ...pipeline, maxSteps: checkMaxSteps(maxSteps) });
}

/** Creates the pipeline around a model, of a configuration that need not describe the model. */
export function pipelineAround(json: Json, parts: readonly Part[], model: (parts: Parts) => Model): TokenizerPipeline {
  const known = joinParts(parts);
  const asGiven = <T>(name: string): T | null => json.at(name).copy() as T | null;
  return {
    config: {
      version: "1.0",
      truncation: asGiven("truncation"),
      padding: asGiven("padding"),
      normalizer: asGiven("normalizer"),
      pre_tokenizer: asGiven("pre_tokenizer"),
      post_processor: asGiven("post_processor"),
      decoder: asGiven("decoder"),
    },
    normalizer: json.at("normalizer").or(undefined, (config) => createNormalizer(config, known)),
    preTokenizer: json.at("pre_tokenizer").or(undefined, (config) => createPreTokenizer(config, known)),
    model: model(known),
    postProcessor: json.at("post_processor").or(undefined, (config) => createPostProcessor(config, known)),
    decoder: json.at("decoder").or(undefined, (config) => createDecoder(config, known)),
    truncation: json.at("truncation").or(undefined, readTruncation),
    padding: json.at("padding").or(undefined, readPadding),
    added: json.at("added_tokens").or([], (tokens) => tokens.items().map(readAddedToken)),
  };
}
