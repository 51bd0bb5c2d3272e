import { checkOptions, checkRecord, type OptionNames } from "@qkv/ops";
import { type DepthAnything, type ImageProcessorConfig, type Pixels, resizeGrid } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { checkList } from "../../loading/argumentChecks.ts";
import { IMAGE_TASK, type ImageTaskOptions, runImages } from "../image/runImages.ts";

/** Options of estimating depth. */
export type DepthOptions = Omit<ImageTaskOptions, "batchSize">;

const { batchSize: _, ...TASK } = IMAGE_TASK;
const DEPTH: OptionNames<DepthOptions> = TASK;

/** The depth of each pixel of an image. */
export interface DepthMap {
  readonly width: number;
  readonly height: number;
  /**
   * [height, width], in the unit of the training data (metric), or in one of the model's own, where more is nearer
   * (relative).
   */
  readonly data: Float32Array;
  /** Whether it is in the unit of the training data. */
  readonly isMetric: boolean;
}

/** Estimates depth from single images: decoded pixels of any size, preprocessed by the model's image processor. */
export class DepthEstimator {
  readonly model: DepthAnything;
  readonly imageProcessor: ImageProcessorConfig;

  constructor(model: DepthAnything, imageProcessor: ImageProcessorConfig) {
    for (const [name, value] of Object.entries({ model, imageProcessor })) checkRecord("DepthEstimator", name, value);
    this.model = model;
    this.imageProcessor = imageProcessor;
  }

  /** Estimates the depth of each pixel of one image, at the image's own size. */
  async estimate(image: Pixels, options: DepthOptions = {}): Promise<DepthMap> {
    const [map] = await this.estimateBatch([image], options);
    return map as DepthMap;
  }

  /** Estimates that of each image, one image after another: they need not be of one size. */
  async estimateBatch(images: readonly Pixels[], options: DepthOptions = {}): Promise<DepthMap[]> {
    checkOptions("estimate", options, DEPTH);
    checkList("estimateBatch", "images", images);
    const { model, imageProcessor } = this;
    const { isMetric } = model.config;
    const { signal, onProgress } = options;
    const maps: DepthMap[] = [];
    for (const image of images) {
      const compute: Parameters<typeof runImages>[3] = (pixels, pass) =>
        atSize(model.forward(pixels, pass).predictedDepth, image);
      const [data] = await runImages(model, imageProcessor, [image], compute, { ...(signal && { signal }) });
      maps.push({ width: image.width, height: image.height, data: data as Float32Array, isMetric });
      onProgress?.({ done: maps.length, total: images.length });
    }
    return maps;
  }
}

/** [1, H, W] -> [1, height, width], bicubic */
function atSize(depth: tf.Tensor3D, { width, height }: Pixels): tf.Tensor3D {
  const [, rows, columns] = depth.shape;
  const resized = resizeGrid(tf.reshape(depth, [-1, 1]), [rows, columns], [height, width], { antialias: false });
  return tf.reshape(resized, [1, height, width]);
}
