import type { Pretrained } from "../../loading/pretrained.ts";
import { textTaskOf } from "../text/textModel.ts";
import { type ClassLogits, type LabelledTask, TextClassifier } from "./textClassifier.ts";

/**
 * Makes a text classifier of an opened model, which stays the caller's.
 *
 * @throws PretrainedError if the model does not classify texts, or has no tokenizer
 */
export function createTextClassifier(pretrained: Pretrained): TextClassifier {
  const task = textTaskOf<ClassLogits>(
    "createTextClassifier",
    pretrained,
    "sequenceClassification",
    "classifies texts",
  );
  return new TextClassifier(task as LabelledTask<ClassLogits>);
}
