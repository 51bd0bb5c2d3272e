import { tidy } from "@qkv/nn";
import { type ImageClassifier, type ImageProcessorConfig, type Pixels, preprocessImages } from "@qkv/vit";
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
