import { type Params, type PassOptions, type Recorder, tidy } from "@qkv/nn";
import type { OptionNames } from "@qkv/ops";
import { type ImageProcessorConfig, type Pixels, preprocessImages } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { nonFiniteOf } from "../nonFiniteOf.ts";
import type { ImageInput } from "./checkedProcessor.ts";
import { checkPatches } from "./patchLimit.ts";

/** Options of a task on many images. */
export interface ImageTaskOptions {
  /** The number of images in a batch. Default 8. Results do not depend on it. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /** Called with the number of images done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** The names of {@link ImageTaskOptions}. */
export const IMAGE_TASK: OptionNames<ImageTaskOptions> = { batchSize: true, signal: true, onProgress: true };

/** A model that reads images. */
export interface ImageModel {
  readonly config: object;
  readonly params: Params;
  readonly activations: readonly string[];
}

// Larger batches are hardly faster: an image has hundreds of tokens already.
const BATCH = 8;

/**
 * Runs a model on images, in batches in their order.
 *
 * @param compute what is wanted of a batch of pixels: [B, ...], of which each image's row is returned
 * @throws NonFiniteError naming the activation, the signal's reason if it is aborted
 */
export async function runImages(
  model: ImageModel,
  imageProcessor: ImageProcessorConfig,
  images: readonly Pixels[],
  compute: (pixels: tf.Tensor4D, options?: PassOptions) => tf.Tensor,
  { batchSize = BATCH, signal, onProgress }: ImageTaskOptions = {},
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  while (rows.length < images.length) {
    signal?.throwIfAborted();
    const batch = images.slice(rows.length, rows.length + batchSize);
    const { data, shape } = preprocessImages(batch, imageProcessor);
    checkPatches(model.config as ImageInput, [shape[2], shape[3]]);
    const pixels = () => tf.tensor4d(data, [...shape]);
    const result = tidy(() => compute(pixels()));
    try {
      const values = (await result.data()) as Float32Array;
      if (!values.every(Number.isFinite)) {
        throw await nonFiniteOf(model, (taps: Recorder) => void compute(pixels(), { taps }));
      }
      const size = values.length / batch.length;
      rows.push(...batch.map((_, i) => values.slice(i * size, (i + 1) * size)));
    } finally {
      result.dispose();
    }
    onProgress?.({ done: rows.length, total: images.length });
  }
  return rows;
}
