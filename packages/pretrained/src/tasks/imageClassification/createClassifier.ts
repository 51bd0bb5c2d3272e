import type { ModelTask } from "@qkv/transformer";
import type { ImageClassifier } from "@qkv/vit";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import { Classifier } from "./classifier.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { checkedProcessor } from "../image/checkedProcessor.ts";
import { PretrainedError } from "../../files/pretrainedError.ts";

/**
 * Makes a classifier of an opened model, which stays the caller's.
 *
 * @throws PretrainedError if the model is no image classifier, or has no image processor
 */
export function createClassifier(pretrained: Pretrained): Classifier {
  checkPretrained("createClassifier", pretrained);
  const { name, architecture, task, model, imageProcessor } = pretrained;
  if (!isClassifier(model, task)) {
    throw new PretrainedError(`${name}/config.json: expected a model that classifies images, got ${architecture}`);
  }
  return new Classifier(model, checkedProcessor(name, imageProcessor, model.config));
}

function isClassifier(model: object, task: ModelTask): model is ImageClassifier {
  return task === "imageClassification" && "forward" in model;
}
