import type { ModelConfig } from "../components/model.ts";
import { createTokenizer } from "../tokenizer/createTokenizer.ts";
import { AROUND_MODELS } from "../tokenizer/allComponents.ts";
import type { Part } from "../components/registry.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { TrainingOptions } from "./options.ts";

/** Makes the tokenizer of a trained model, with its special tokens and the parts around it. */
export function trainedTokenizer(
  part: Part,
  model: ModelConfig,
  specialTokens: readonly string[],
  { normalizer = null, preTokenizer = null, postProcessor = null, decoder = null, maxSteps }: TrainingOptions,
): Tokenizer {
  const ids = new Map(
    Array.isArray(model.vocab)
      ? model.vocab.map(([token]: readonly [string, number], id) => [token, id])
      : Object.entries(model.vocab as Readonly<Record<string, number>>),
  );
  let nextId = ids.size; // of special tokens that the vocabulary has no room for
  const added = [...new Set(specialTokens)].map((content) => ({
    id: ids.get(content) ?? nextId++,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  return createTokenizer(
    {
      added_tokens: added.sort((a, b) => a.id - b.id),
      normalizer,
      pre_tokenizer: preTokenizer,
      post_processor: postProcessor,
      decoder,
      model,
    },
    [part, ...AROUND_MODELS],
    maxSteps === undefined ? {} : { maxSteps },
  );
}
