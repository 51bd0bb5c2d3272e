import { YolosDetector } from "@qkv/vit";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { checkedProcessor } from "../image/checkedProcessor.ts";
import { Detector } from "./detector.ts";

/**
 * Makes a detector of objects of an opened model, which stays the caller's.
 *
 * @throws PretrainedError if the model detects none, or has no image processor
 */
export function createDetector(pretrained: Pretrained): Detector {
  checkPretrained("createDetector", pretrained);
  const { name, architecture, task, model, imageProcessor } = pretrained;
  if (!(model instanceof YolosDetector)) {
    throw new PretrainedError(
      `${name}/config.json: createDetector expected a model that detects objects (objectDetection), got ${architecture} (${task})`,
    );
  }
  return new Detector(model, checkedProcessor(name, imageProcessor, model.config));
}
