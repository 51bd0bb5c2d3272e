import { checkOptions, checkRecord, type OptionNames } from "@qkv/ops";
import { type NonFiniteError, type StateDict, tidy } from "@qkv/nn";
import { type Scoring, scoresOf, scoringOf } from "@qkv/transformer";
import {
  type Classifiers,
  type ImageClassifier,
  type ImageProcessorConfig,
  type Pixels,
  preprocessImages,
  withLabels,
} from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { checkList } from "../../loading/argumentChecks.ts";
import { highestScores, type LabelScore } from "../labelScores.ts";
import { nonFiniteOf } from "../nonFiniteOf.ts";
import { checkPatches } from "./patchLimit.ts";

/** Options of classification. */
export interface ClassifyOptions {
  /** The number of classes to return, the likeliest first. Default all. */
  readonly top?: number;
  /** The number of images in a batch. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /** Called with the number of images done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

const CLASSIFY: OptionNames<ClassifyOptions> = { top: true, batchSize: true, signal: true, onProgress: true };

// Larger batches are hardly faster: an image has hundreds of tokens already.
const BATCH = 8;

/** Classifies images: decoded pixels of any size, preprocessed by the model's image processor. */
export class Classifier {
  readonly model: ImageClassifier;
  readonly imageProcessor: ImageProcessorConfig;

  constructor(model: ImageClassifier, imageProcessor: ImageProcessorConfig) {
    this.model = model;
    this.imageProcessor = imageProcessor;
  }

  /** Classifies one image: its classes, the likeliest first. */
  async classify(image: Pixels, options: ClassifyOptions = {}): Promise<LabelScore[]> {
    const [scores = []] = await this.classifyBatch([image], options);
    return scores;
  }

  /** Classifies each image, in the order of the images. */
  async classifyBatch(images: readonly Pixels[], options: ClassifyOptions = {}): Promise<LabelScore[][]> {
    checkOptions("classify", options, CLASSIFY);
    checkList("classifyBatch", "images", images);
    const { top = Infinity, batchSize = BATCH, signal, onProgress } = options;
    const found: LabelScore[][] = [];
    while (found.length < images.length) {
      signal?.throwIfAborted();
      const rows = await this.#scores(images.slice(found.length, found.length + batchSize));
      found.push(...rows.map((row) => highestScores(row, this.model.config.labels, top)));
      onProgress?.({ done: found.length, total: images.length });
    }
    return found;
  }

  /**
   * Computes the features of each image, the input of the model's head, on which a new head is trained.
   *
   * @returns [N, E], the caller's
   */
  async features(images: readonly Pixels[], options: Omit<ClassifyOptions, "top"> = {}): Promise<tf.Tensor2D> {
    checkRecord("features", "options", options);
    checkList("features", "images", images);
    const { batchSize = BATCH, signal, onProgress } = options;
    const body = this.withLabels([]).model;
    const parts: tf.Tensor2D[] = [];
    try {
      for (let done = 0; done < images.length; done += batchSize) {
        signal?.throwIfAborted();
        const batch = images.slice(done, done + batchSize);
        const { data, shape } = preprocessImages(batch, this.imageProcessor);
        checkPatches(this.model.config, [shape[2], shape[3]]);
        const part = tidy(() => body.forward(tf.tensor4d(data, [...shape])).logits);
        parts.push(part);
        const values = await part.data(); // computed now, not all at once when they are read
        if (!values.every(Number.isFinite)) throw await notFiniteOf(body, data, shape);
        onProgress?.({ done: done + batch.length, total: images.length });
      }
      return tf.concat(parts);
    } finally {
      tf.dispose(parts);
      body.dispose();
    }
  }

  /**
   * Makes a classifier of other classes: the same body and a new head, untrained if there is none. Its model is the
   * caller's.
   *
   * @param head `weight` [labels, E] and `bias` [labels], from `trainLinearProbe` of `@qkv/training` on {@link features}
   */
  withLabels(labels: readonly string[], head?: StateDict): Classifier {
    return new Classifier(withLabels(this.model as Classifiers, labels, head), this.imageProcessor);
  }

  /** The scoring of the model's logits. */
  get scoring(): Scoring {
    return scoringOf(this.model.config);
  }

  async #scores(images: readonly Pixels[]): Promise<Float32Array[]> {
    const { data, shape } = preprocessImages(images, this.imageProcessor);
    checkPatches(this.model.config, [shape[2], shape[3]]);
    const logits = tidy(() => this.model.forward(tf.tensor4d(data, [...shape])).logits);
    try {
      const values = (await logits.data()) as Float32Array;
      if (!values.every(Number.isFinite)) throw await notFiniteOf(this.model, data, shape);
      const classes = values.length / images.length;
      return images.map((_, i) => scoresOf(values.subarray(i * classes, (i + 1) * classes), this.scoring));
    } finally {
      logits.dispose();
    }
  }
}

/** Runs the images again, and finds the first activation that is not finite. */
function notFiniteOf(
  model: ImageClassifier,
  data: Float32Array,
  shape: readonly [number, number, number, number],
): Promise<NonFiniteError> {
  return nonFiniteOf(model, (taps) => void model.forward(tf.tensor4d(data, [...shape]), { taps }));
}
