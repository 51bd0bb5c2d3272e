import { type StateDict, tidy } from "@qkv/nn";
import {
  type Classifiers,
  type ImageClassifier,
  type ImageProcessorConfig,
  type Pixels,
  preprocessImages,
  withLabels,
} from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";

/** A class and how likely the model takes it to be: the scores of all its classes sum to 1. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** How to classify. */
export interface ClassifyOptions {
  /** How many classes are told, the likeliest first. Default all. */
  readonly top?: number;
  /** How many images go through the model at once. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /** Hears how many of the images are done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

// Larger batches are hardly faster: an image has hundreds of tokens already.
const BATCH = 8;

/** Tells what is in images: decoded pixels of any size, made what the model takes as its image processor says. */
export class Classifier {
  readonly model: ImageClassifier;
  readonly imageProcessor: ImageProcessorConfig;

  constructor(model: ImageClassifier, imageProcessor: ImageProcessorConfig) {
    this.model = model;
    this.imageProcessor = imageProcessor;
  }

  /** The classes of one image, the likeliest first. */
  async classify(image: Pixels, options: ClassifyOptions = {}): Promise<LabelScore[]> {
    const [scores = []] = await this.classifyAll([image], options);
    return scores;
  }

  /** The classes of each image, in the order of the images. */
  async classifyAll(images: readonly Pixels[], options: ClassifyOptions = {}): Promise<LabelScore[][]> {
    const { top = Infinity, batchSize = BATCH, signal, onProgress } = options;
    const found: LabelScore[][] = [];
    while (found.length < images.length) {
      signal?.throwIfAborted();
      const rows = await this.#probabilities(images.slice(found.length, found.length + batchSize));
      found.push(...rows.map((row) => this.#likeliest(row, top)));
      onProgress?.({ done: found.length, total: images.length });
    }
    return found;
  }

  /**
   * What the model's head reads of each image: the features that a new head is trained on.
   *
   * @returns [N, E], the caller's
   */
  async features(images: readonly Pixels[], options: Omit<ClassifyOptions, "top"> = {}): Promise<tf.Tensor2D> {
    const { batchSize = BATCH, signal, onProgress } = options;
    const body = this.withLabels([]).model;
    const parts: tf.Tensor2D[] = [];
    try {
      for (let done = 0; done < images.length; done += batchSize) {
        signal?.throwIfAborted();
        const batch = images.slice(done, done + batchSize);
        const { data, shape } = preprocessImages(batch, this.imageProcessor);
        const part = tidy(() => body.forward(tf.tensor4d(data, [...shape])).logits);
        parts.push(part);
        await part.data(); // computed now, not all at once when somebody asks
        onProgress?.({ done: done + batch.length, total: images.length });
      }
      return tf.concat(parts);
    } finally {
      tf.dispose(parts);
      body.dispose();
    }
  }

  /**
   * A classifier that knows other classes: the same body and a new head, untrained if there is none. Its model is the
   * caller's.
   *
   * @param head `weight` [labels, E] and `bias` [labels], what `trainHead` of `@qkv/training` makes of {@link features}
   */
  withLabels(labels: readonly string[], head?: StateDict): Classifier {
    return new Classifier(withLabels(this.model as Classifiers, labels, head), this.imageProcessor);
  }

  async #probabilities(images: readonly Pixels[]): Promise<Float32Array[]> {
    const { data, shape } = preprocessImages(images, this.imageProcessor);
    const probabilities = tidy(() => tf.softmax(this.model.forward(tf.tensor4d(data, [...shape])).logits));
    try {
      const values = (await probabilities.data()) as Float32Array;
      const classes = values.length / images.length;
      return images.map((_, i) => values.subarray(i * classes, (i + 1) * classes));
    } finally {
      probabilities.dispose();
    }
  }

  #likeliest(probabilities: Float32Array, top: number): LabelScore[] {
    return [...probabilities]
      .map((score, i) => ({ label: this.model.config.labels[i] ?? `${i}`, score }))
      .sort((a, b) => b.score - a.score)
      .slice(0, top);
  }
}
