import { checkOptions, type OptionNames } from "@qkv/ops";
import type { Pretrained } from "../../loading/pretrained.ts";
import { textTaskOf } from "../text/textModel.ts";
import { Embedder, type HiddenStates } from "./embedder.ts";
import { POOLING_MODES, type PoolingMode } from "../../sentenceModules/pooling.ts";
import type { SentenceModules, Similarity } from "../../sentenceModules/sentenceModules.ts";

/** Options of an embedder: what they leave out the model's files say. */
export interface EmbedderOptions {
  /** How the vectors of a text's tokens become one. Default `mean`, of a model that says nothing of it. */
  readonly pooling?: PoolingMode;
  /** How vectors are compared. Default `cosine`. */
  readonly similarity?: Similarity;
}

const EMBEDDER: OptionNames<EmbedderOptions> = { pooling: true, similarity: true };

/**
 * Makes an embedder of an opened model, which stays the caller's: as Sentence Transformers, by the `modules.json` of its
 * folder, and of a model without one by the mean of its tokens' vectors.
 *
 * @throws PretrainedError if the model is no text encoder, or has no tokenizer
 */
export function createEmbedder(pretrained: Pretrained, options: EmbedderOptions = {}): Embedder {
  checkOptions("createEmbedder", options, EMBEDDER);
  const task = textTaskOf<HiddenStates>("createEmbedder", pretrained, "textEncoder", "encodes texts");
  const { pooling, similarity } = options;
  const { sentenceModules = PLAIN } = pretrained;
  if (pooling !== undefined && !POOLING_MODES.includes(pooling)) {
    throw new RangeError(`createEmbedder: expected pooling to be one of ${POOLING_MODES.join(", ")}, got ${pooling}`);
  }
  return new Embedder(task, {
    ...sentenceModules,
    ...(pooling !== undefined && { pooling: { ...sentenceModules.pooling, modes: [pooling] } }),
    ...(similarity !== undefined && { similarity }),
  });
}

const PLAIN: SentenceModules = {
  pooling: { modes: ["mean"], includesPrompt: true },
  steps: [],
  lowercases: false,
  prompts: {},
  similarity: "cosine",
};
