import { checkOptions, checkRecord, type OptionNames } from "@qkv/ops";
import type { StateDict } from "@qkv/nn";
import { type Scoring, scoresOf, scoringOf } from "@qkv/transformer";
import { type Classifiers, type ImageClassifier, type ImageProcessorConfig, type Pixels, withLabels } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { checkList } from "../../loading/argumentChecks.ts";
import { highestScores, type LabelScore } from "../labelScores.ts";
import { IMAGE_TASK, type ImageTaskOptions, runImages } from "../image/runImages.ts";

/** Options of classification. */
export interface ClassifyOptions extends ImageTaskOptions {
  /** The number of classes to return, the likeliest first. Default all. */
  readonly top?: number;
}

const CLASSIFY: OptionNames<ClassifyOptions> = { top: true, ...IMAGE_TASK };

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
    const { top = Infinity, ...others } = options;
    const { model, scoring } = this;
    const logits = await runImages(
      model,
      this.imageProcessor,
      images,
      (pixels, pass) => model.forward(pixels, pass).logits,
      others,
    );
    return logits.map((row) => highestScores(scoresOf(row, scoring), model.config.labels, top));
  }

  /**
   * Computes the features of each image, the input of the model's head, on which a new head is trained.
   *
   * @returns [N, E], the caller's
   */
  async features(images: readonly Pixels[], options: Omit<ClassifyOptions, "top"> = {}): Promise<tf.Tensor2D> {
    checkRecord("features", "options", options);
    checkList("features", "images", images);
    const body = this.withLabels([]).model;
    try {
      const rows = await runImages(
        body,
        this.imageProcessor,
        images,
        (pixels, pass) => body.forward(pixels, pass).logits,
        options,
      );
      return tf.tidy(() => tf.stack(rows.map((row) => tf.tensor1d(row))) as tf.Tensor2D);
    } finally {
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
}
