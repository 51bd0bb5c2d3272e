import { crossEntropy } from "@qkv/ops";
import type { Classifier } from "@qkv/pretrained";
import { preprocessImages } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import type { ImageSet } from "../imageData/imageSet.ts";

/** How well a model knows the images of a set. */
export interface ClassifierScore {
  /** The mean cross-entropy of an image. */
  readonly loss: number;
  /** The share of images whose likeliest class is theirs. */
  readonly accuracy: number;
}

const IMAGES_AT_ONCE = 100;

export async function measureClassifier(
  { model, imageProcessor }: Pick<Classifier, "model" | "imageProcessor">,
  { images, labels }: Pick<ImageSet, "images" | "labels">,
  {
    signal,
    onProgress,
  }: { readonly signal?: AbortSignal | undefined; readonly onProgress?: (done: number) => void } = {},
): Promise<ClassifierScore> {
  let [cost, right] = [0, 0];
  for (let start = 0; start < images.length; start += IMAGES_AT_ONCE) {
    signal?.throwIfAborted();
    const end = Math.min(start + IMAGES_AT_ONCE, images.length);
    const { data, shape } = preprocessImages(images.slice(start, end), imageProcessor);
    const sums = tf.tidy(() => {
      const { logits } = model.forward(tf.tensor4d(data, [...shape]));
      const own = tf.tensor1d(labels.slice(start, end), "int32");
      const hits = tf.cast(tf.equal(tf.argMax(logits, 1), own), "float32");
      return tf.stack([tf.sum(crossEntropy(logits, own)), tf.sum(hits)]);
    });
    const [costs = NaN, hits = NaN] = await sums.data();
    sums.dispose();
    cost += costs;
    right += hits;
    onProgress?.(end);
  }
  return { loss: cost / images.length, accuracy: right / images.length };
}
