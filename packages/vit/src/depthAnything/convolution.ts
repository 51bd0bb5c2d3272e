import { checkTensor, denseOf, isRecordingGradients, linear, type Weight } from "@qkv/ops";
import { checkModule, type Initializer, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { unfold } from "../unfold.ts";

/** Sizes of a {@link Convolution}. */
export interface ConvolutionSizes {
  readonly inputs: number;
  readonly outputs: number;
  /** The side of the kernel: 1, or 3 with a border of zeros. */
  readonly kernel: 1 | 3;
  /** Default 1. */
  readonly stride?: number;
  /** Default true. */
  readonly bias?: boolean;
}

/** A convolution over a map. */
export class Convolution {
  /** [O, I, kernel, kernel], as PyTorch keeps it */
  readonly weight: Weight<tf.Rank.R4>;
  /** [O] */
  readonly bias?: tf.Variable<tf.Rank.R1>;

  readonly #stride: number;

  constructor(params: Params, sizes: ConvolutionSizes, init: Initializer) {
    checkModule("Convolution", params, { sizes });
    const { inputs, outputs, kernel, stride = 1, bias = true } = sizes;
    this.weight = params.matrix<tf.Rank.R4>("weight", [outputs, inputs, kernel, kernel], init);
    if (bias) this.bias = params.bias<tf.Rank.R1>("bias", [outputs]);
    this.#stride = stride;
  }

  /** @param x [B, H, W, I]  @returns [B, ceil(H / stride), ceil(W / stride), O] */
  forward(x: tf.Tensor): tf.Tensor4D {
    checkTensor("Convolution.forward", "x", x, "[B, H, W, I]");
    const [outputs, inputs, kernel] = this.weight.shape;
    return tf.tidy(() => {
      const weight = denseOf(this.weight);
      if (kernel === 1) return linear(x, tf.reshape(weight, [outputs, inputs]), this.bias) as tf.Tensor4D;
      if (isRecordingGradients()) {
        // A convolution of TensorFlow.js has no gradient on wasm, and this one takes nine times the memory.
        const rows = tf.reshape(tf.transpose(weight, [0, 2, 3, 1]), [outputs, 9 * inputs]);
        return linear(unfold(x, this.#stride), rows, this.bias) as tf.Tensor4D;
      }
      const y = tf.conv2d(x as tf.Tensor4D, tf.transpose(weight, [2, 3, 1, 0]), this.#stride, 1);
      return this.bias === undefined ? y : tf.add(y, this.bias);
    });
  }
}

/** A transposed convolution whose stride is its kernel's size: each place becomes a square of places. */
export class TransposedConvolution {
  /** [I, O, factor, factor], as PyTorch keeps it */
  readonly weight: Weight<tf.Rank.R4>;
  /** [O] */
  readonly bias: tf.Variable<tf.Rank.R1>;

  constructor(params: Params, inputs: number, outputs: number, factor: number, init: Initializer) {
    checkModule("TransposedConvolution", params);
    this.weight = params.matrix<tf.Rank.R4>("weight", [inputs, outputs, factor, factor], init);
    this.bias = params.bias<tf.Rank.R1>("bias", [outputs]);
  }

  /** @param x [B, H, W, I]  @returns [B, H * factor, W * factor, O] */
  forward(x: tf.Tensor): tf.Tensor4D {
    checkTensor("TransposedConvolution.forward", "x", x, "[B, H, W, I]");
    const [inputs, outputs, factor] = this.weight.shape;
    const [batch, height, width] = x.shape as [number, number, number, number];
    return tf.tidy(() => {
      const rows = tf.reshape(tf.transpose(denseOf(this.weight), [2, 3, 1, 0]), [factor * factor * outputs, inputs]);
      const squares = tf.reshape(linear(x, rows), [batch * height, width, factor, factor * outputs]);
      const lines = tf.transpose(squares, [0, 2, 1, 3]); // [B * H, factor, W, factor * O]
      return tf.add(tf.reshape(lines, [batch, height * factor, width * factor, outputs]), this.bias) as tf.Tensor4D;
    });
  }
}
