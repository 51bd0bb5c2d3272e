import type { ModelTask } from "@qkv/transformer";
import { channelsOf, type ImageClassifier } from "@qkv/vit";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import { Classifier } from "./classifier.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { checkPatches, fixedSizeOf } from "./patchLimit.ts";
import { errorIn, PretrainedError } from "../../files/pretrainedError.ts";

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
  const file = `${name}/preprocessor_config.json`;
  if (imageProcessor === undefined) throw new PretrainedError(`${file}: expected a file, got nothing`);
  const { numChannels } = model.config;
  const channels = channelsOf(imageProcessor);
  if (channels !== numChannels) {
    throw new PretrainedError(`${file}: expected image_mean for ${numChannels} channels, got it for ${channels}`);
  }
  const size = fixedSizeOf(imageProcessor);
  try {
    if (size !== undefined) checkPatches(model.config, size);
  } catch (error) {
    throw errorIn(file, error);
  }
  return new Classifier(model, imageProcessor);
}

function isClassifier(model: object, task: ModelTask): model is ImageClassifier {
  return task === "imageClassification" && "forward" in model;
}
