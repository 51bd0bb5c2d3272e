import { checkModule, type Initializer, type Params } from "@qkv/nn";
import { checkTensor, denseOf, linear, type Weight } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** A convolution over time with a kernel of 3, zeros around the sequence, and a stride. */
export class Convolution1d {
  /** [O, I, 3], as PyTorch keeps a convolution's */
  readonly weight: Weight<tf.Rank.R3>;
  /** [O] */
  readonly bias: tf.Variable<tf.Rank.R1>;

  readonly #stride: 1 | 2;

  constructor(
    params: Params,
    inputDim: number,
    outputDim: number,
    options: { readonly stride: 1 | 2; readonly init: Initializer },
  ) {
    checkModule("Convolution1d", params, { options });
    const { stride, init } = options;
    this.weight = params.matrix<tf.Rank.R3>("weight", [outputDim, inputDim, 3], init);
    this.bias = params.bias<tf.Rank.R1>("bias", [outputDim]);
    this.#stride = stride;
  }

  /**
   * Convolution and GELU.
   *
   * @param x [B, T, I], T a multiple of the stride
   * @returns [B, T / stride, O]
   */
  forward(x: tf.Tensor): tf.Tensor3D {
    checkTensor("Convolution1d.forward", "x", x, "[B, T, I]");
    const [outputDim, inputDim] = this.weight.shape;
    return tf.tidy(() => {
      const kernel = tf.reshape(tf.transpose(denseOf(this.weight), [0, 2, 1]), [outputDim, 3 * inputDim]);
      return linear(neighbours(x as tf.Tensor3D, this.#stride), kernel, this.bias, "gelu") as tf.Tensor3D;
    });
  }
}

/** Each step at a stride with the one before it and the one after: [B, T, I] -> [B, T / stride, 3 * I] */
function neighbours(x: tf.Tensor3D, stride: 1 | 2): tf.Tensor3D {
  const [batch, length, width] = x.shape;
  const steps = length / stride;
  const padded = tf.pad(x, [[0, 0], [1, 2 * stride - 1], [0, 0]]); // prettier-ignore
  const taps = [0, 1, 2].map((tap) => {
    const shifted = tf.slice(padded, [0, tap, 0], [batch, length, width]);
    if (stride === 1) return shifted;
    // Of each pair of steps the first.
    return tf.slice(tf.reshape(shifted, [batch, steps, stride * width]), [0, 0, 0], [batch, steps, width]);
  });
  return tf.concat(taps, 2) as tf.Tensor3D;
}
