import { TwoTowerModel } from "@qkv/vit";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { createImageEmbedder } from "../imageEmbedding/createImageEmbedder.ts";
import type { ImageEmbedder } from "../imageEmbedding/imageEmbedder.ts";
import { ZeroShotImageClassifier } from "./zeroShotImageClassifier.ts";

/**
 * Makes a classifier of images by labels of one's own, of an opened model that compares images with texts (CLIP, SigLIP). The
 * model stays the caller's.
 *
 * @throws PretrainedError if the model compares none, or has no tokenizer or no image processor
 */
export function createZeroShotImageClassifier(pretrained: Pretrained): ZeroShotImageClassifier {
  checkPretrained("createZeroShotImageClassifier", pretrained);
  const { name, architecture, task, tokenizer } = pretrained;
  if (!(pretrained.model instanceof TwoTowerModel)) {
    throw new PretrainedError(
      `${name}/config.json: createZeroShotImageClassifier expected a model that compares images with texts (imageTextEncoder), got ${architecture} (${task})`,
    );
  }
  if (tokenizer === undefined) throw new PretrainedError(`${name}/tokenizer.json: expected a file, got nothing`);
  return new ZeroShotImageClassifier(createImageEmbedder(pretrained) as ImageEmbedder<TwoTowerModel>);
}
