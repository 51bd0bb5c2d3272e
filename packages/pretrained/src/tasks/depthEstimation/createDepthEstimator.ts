import { DepthAnything } from "@qkv/vit";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { checkedProcessor } from "../image/checkedProcessor.ts";
import { DepthEstimator } from "./depthEstimator.ts";

/**
 * Makes an estimator of depth of an opened model, which stays the caller's.
 *
 * @throws PretrainedError if the model estimates none, or has no image processor
 */
export function createDepthEstimator(pretrained: Pretrained): DepthEstimator {
  checkPretrained("createDepthEstimator", pretrained);
  const { name, architecture, task, model, imageProcessor } = pretrained;
  if (!(model instanceof DepthAnything)) {
    throw new PretrainedError(
      `${name}/config.json: createDepthEstimator expected a model that estimates depth (depthEstimation), got ${architecture} (${task})`,
    );
  }
  return new DepthEstimator(model, checkedProcessor(name, imageProcessor, model.config));
}
