import { errorIn } from "../../files/pretrainedError.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { createTextClassifier } from "../textClassification/createTextClassifier.ts";
import { ZeroShotClassifier } from "./zeroShotClassifier.ts";

/**
 * Makes a classifier by labels of one's own of an opened model that was trained on natural language inference, which stays the
 * caller's.
 *
 * @throws PretrainedError if the model does not tell what follows from a text, or has no tokenizer
 */
export function createZeroShotClassifier(pretrained: Pretrained): ZeroShotClassifier {
  const classifier = createTextClassifier(pretrained);
  try {
    return new ZeroShotClassifier(classifier);
  } catch (error) {
    throw errorIn(`${pretrained.name}/config.json`, error);
  }
}
