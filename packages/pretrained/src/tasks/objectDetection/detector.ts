import { checkOptions, checkRecord, describeArgument, type OptionNames } from "@qkv/ops";
import { scoresOf } from "@qkv/transformer";
import type { ImageProcessorConfig, Pixels, YolosDetector } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { checkList } from "../../loading/argumentChecks.ts";
import { IMAGE_TASK, type ImageTaskOptions, runImages } from "../image/runImages.ts";

/** Options of detection. */
export interface DetectOptions extends Omit<ImageTaskOptions, "batchSize"> {
  /** The score above which an object is told. Default 0.5. */
  readonly threshold?: number;
}

const { batchSize: _, ...TASK } = IMAGE_TASK;
const DETECT: OptionNames<DetectOptions> = { ...TASK, threshold: true };

/** A box in pixels of the image as it was given, from the upper left corner. */
export interface Box {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
}

/** An object in an image. */
export interface DetectedObject {
  readonly label: string;
  /** The predicted probability. */
  readonly score: number;
  readonly box: Box;
}

/** Finds objects in images: decoded pixels of any size, preprocessed by the model's image processor. */
export class Detector {
  readonly model: YolosDetector;
  readonly imageProcessor: ImageProcessorConfig;

  constructor(model: YolosDetector, imageProcessor: ImageProcessorConfig) {
    for (const [name, value] of Object.entries({ model, imageProcessor })) checkRecord("Detector", name, value);
    this.model = model;
    this.imageProcessor = imageProcessor;
  }

  /** Finds the objects of one image, the likeliest first. */
  async detect(image: Pixels, options: DetectOptions = {}): Promise<DetectedObject[]> {
    const [objects = []] = await this.detectBatch([image], options);
    return objects;
  }

  /** Finds the objects of each image, one image after another: padding would change what is found. */
  async detectBatch(images: readonly Pixels[], options: DetectOptions = {}): Promise<DetectedObject[][]> {
    checkOptions("detect", options, DETECT);
    checkList("detectBatch", "images", images);
    const { threshold = 0.5, ...others } = options;
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new RangeError(`detect: expected a threshold from 0 to 1, got ${describeArgument(threshold)}`);
    }
    const { model } = this;
    const rows = await runImages(
      model,
      this.imageProcessor,
      images,
      (pixels, pass) => {
        const { logits, predBoxes } = model.forward(pixels, pass);
        return tf.concat([logits, predBoxes], 2); // [B, T, K + 1 + 4]
      },
      { ...others, batchSize: 1 },
    );
    return rows.map((row, i) => objectsOf(row, model.config.labels, images[i] as Pixels, threshold));
  }
}

/** Reads [T, K + 1 + 4]: the logits of each token, of which the last is that of no object, and its box. */
function objectsOf(
  row: Float32Array,
  labels: readonly string[],
  { width, height }: Pixels,
  threshold: number,
): DetectedObject[] {
  const size = labels.length + 5;
  const objects = Array.from({ length: row.length / size }, (_, token): DetectedObject => {
    const own = row.subarray(token * size, (token + 1) * size);
    const scores = scoresOf(own.slice(0, labels.length + 1), "softmax").subarray(0, labels.length);
    const best = scores.reduce((most, score, i) => (score > (scores[most] as number) ? i : most), 0);
    const [x = 0, y = 0, wide = 0, high = 0] = own.subarray(labels.length + 1);
    return {
      label: labels[best] ?? `${best}`,
      score: scores[best] ?? 0,
      box: {
        xMin: (x - wide / 2) * width,
        yMin: (y - high / 2) * height,
        xMax: (x + wide / 2) * width,
        yMax: (y + high / 2) * height,
      },
    };
  });
  return objects.filter(({ score }) => score > threshold).sort((a, b) => b.score - a.score);
}
