import type { Pretrained } from "../../loading/pretrained.ts";
import { textTaskOf } from "../text/textModel.ts";
import { type TaggingTask, TokenClassifier, type TokenLogits } from "./tokenClassifier.ts";

/**
 * Makes a token classifier of an opened model, which stays the caller's.
 *
 * @throws PretrainedError if the model does not classify tokens, or has no tokenizer
 */
export function createTokenClassifier(pretrained: Pretrained): TokenClassifier {
  const task = textTaskOf<TokenLogits>("createTokenClassifier", pretrained, "tokenClassification", "classifies tokens");
  return new TokenClassifier(task as TaggingTask);
}
