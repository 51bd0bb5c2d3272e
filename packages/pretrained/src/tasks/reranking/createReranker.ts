import { errorIn } from "../../files/pretrainedError.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { createTextClassifier } from "../textClassification/createTextClassifier.ts";
import { Reranker } from "./reranker.ts";

/**
 * Makes a reranker of an opened cross-encoder, which stays the caller's. Scores are what its `config.json` says, as in Sentence
 * Transformers, or else probabilities.
 *
 * @throws PretrainedError if the model has not exactly one class, or has no tokenizer
 */
export function createReranker(pretrained: Pretrained): Reranker {
  const classifier = createTextClassifier(pretrained);
  try {
    return new Reranker(classifier, pretrained.pairScoring);
  } catch (error) {
    throw errorIn(`${pretrained.name}/config.json`, error);
  }
}
