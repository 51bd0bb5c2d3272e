import { checkArray, checkTensor, denseOf, linear, type Weight } from "@qkv/ops";
import { checkModule, normal, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "./imageModel.ts";

/**
 * Cuts an image into patches that do not overlap. Rows and columns of pixels that fill no patch are left out.
 *
 * @param x [B, C, H, W]
 * @returns [B, N, C * P * P], patches row by row, each channel by channel
 * @throws RangeError if the image is smaller than a patch
 */
export function cutPatches(x: tf.Tensor, size: Size): tf.Tensor3D {
  checkArray("cutPatches", "size", size);
  const [high, wide] = size;
  checkTensor("cutPatches", "x", x, "[...]");
  checkTensor("cutPatches", "x", x, "[B, C, H, W]");
  const [batch, channels, height, width] = x.shape;
  const [rows, columns] = [Math.floor(height / high), Math.floor(width / wide)];
  if (rows === 0 || columns === 0) {
    throw new RangeError(`cutPatches: expected an image of at least ${high} x ${wide}, got ${height} x ${width}`);
  }
  return tf.tidy(() => {
    const whole = tf.slice(x, [0, 0, 0, 0], [batch, channels, rows * high, columns * wide]);
    // Two steps of rank 4: one of rank 6 is slow or missing on some backends.
    const strips = tf.transpose(tf.reshape(whole, [batch, channels, rows, high * columns * wide]), [0, 2, 1, 3]);
    const lines = tf.reshape(strips, [batch * rows, channels * high, columns, wide]);
    return tf.reshape(tf.transpose(lines, [0, 2, 1, 3]), [batch, rows * columns, channels * high * wide]);
  });
}

/** A vector for each patch: a convolution whose stride is its kernel's size, as one matrix product. */
export class PatchEmbedding {
  /** [E, C, P, P], as PyTorch keeps a convolution's */
  readonly weight: Weight<tf.Rank.R4>;
  /** [E]; absent in CLIP */
  readonly bias?: tf.Variable<tf.Rank.R1>;

  readonly #patchSize: Size;

  constructor(
    params: Params,
    sizes: {
      readonly numChannels: number;
      readonly dModel: number;
      readonly patchSize: Size;
      readonly initializerRange: number;
      /** Default true. */
      readonly bias?: boolean;
    },
  ) {
    checkModule("PatchEmbedding", params, { sizes });
    const { numChannels, dModel, patchSize, initializerRange, bias = true } = sizes;
    this.weight = params.matrix<tf.Rank.R4>("weight", [dModel, numChannels, ...patchSize], normal(initializerRange));
    if (bias) this.bias = params.bias<tf.Rank.R1>("bias", [dModel]);
    this.#patchSize = patchSize;
  }

  /**
   * @param x [B, C, H, W]
   * @returns [B, N, E]
   * @throws RangeError if the images have another number of channels than the model
   */
  forward(x: tf.Tensor): tf.Tensor3D {
    checkTensor("PatchEmbedding.forward", "x", x, "[B, C, H, W]");
    const [dModel, channels, high, wide] = this.weight.shape;
    if (x.rank !== 4 || x.shape[1] !== channels) {
      throw new RangeError(`PatchEmbedding: expected x [B, ${channels}, H, W], got [${x.shape}]`);
    }
    return tf.tidy(() => {
      const weight = tf.reshape(denseOf(this.weight), [dModel, channels * high * wide]);
      return linear(cutPatches(x, this.#patchSize), weight, this.bias) as tf.Tensor3D;
    });
  }
}
