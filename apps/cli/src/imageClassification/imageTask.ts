import type { RandomStream } from "@qkv/nn";
import { mixedCrossEntropy, shuffledBatches, type TrainingTask } from "@qkv/training";
import { type ImageProcessorConfig, type Pixels, preprocessImages, type VitClassifier } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import type { ImageSet } from "../imageData/imageSet.ts";
import { augmentationOf } from "./augmentation.ts";
import { measureClassifier } from "./measureClassifier.ts";
import type { ImageTrainingConfig } from "./trainingConfig.ts";

/** Indices into the training images. */
export type ImageBatch = readonly number[];

export interface ImageTaskData {
  readonly model: VitClassifier;
  readonly imageProcessor: ImageProcessorConfig;
  readonly training: ImageSet<Required<Pixels>>;
  readonly validation: ImageSet;
}

/** Training a model to tell classes of images apart, validated by its loss and its accuracy. */
export function imageTask(
  { model, imageProcessor, training, validation }: ImageTaskData,
  config: ImageTrainingConfig,
): TrainingTask<ImageBatch> {
  const { batchSize, labelSmoothing, recompute } = config.training;
  const augmentation = augmentationOf(config);
  return {
    params: model.params.named(),
    batches: (epoch) => shuffledBatches(training.images.length, { batchSize, seed: config.seed, epoch }),
    tokens: (batch) => batch.length,
    loss: (batch: ImageBatch, random: RandomStream) => {
      const images = batch.flatMap((place) => training.images[place] ?? []);
      const values = preprocessImages(
        images.map((image) => augmentation.image(image, random)),
        imageProcessor,
      );
      const labels = Int32Array.from(batch, (place) => training.labels[place] ?? 0);
      const mixed = augmentation.batch({ ...values, labels }, random);
      return tf.tidy(() => {
        const { logits } = model.forward(tf.tensor4d(mixed.data, [...mixed.shape]), { random, recompute });
        return mixedCrossEntropy(logits, mixed, { labelSmoothing });
      });
    },
    validate: async (signal) => ({ ...(await measureClassifier({ model, imageProcessor }, validation, { signal })) }),
  };
}
