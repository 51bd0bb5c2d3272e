import { Params } from "@qkv/nn";
import { type ImageProcessorConfig, VitClassifier, vitConfig } from "@qkv/vit";
import type { ImageTrainingConfig } from "./trainingConfig.ts";

/** An untrained model of the size that a config asks for. */
export function newModel(labels: readonly string[], { model, normalize, seed }: ImageTrainingConfig): VitClassifier {
  const numChannels = normalize.mean.length;
  return new VitClassifier(Params.initialized(seed), vitConfig({ ...model, labels, numChannels }));
}

/** What happens to an image before the model sees it: the same in training and afterwards. */
export function imageProcessorOf({ model, normalize }: ImageTrainingConfig): ImageProcessorConfig {
  const size = { width: model.imageSize, height: model.imageSize };
  return { resize: { size, resample: "bicubic" }, rescaleFactor: 1 / 255, normalize };
}
