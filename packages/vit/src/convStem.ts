import { checkArray, checkTensor, denseOf, linear, type Weight } from "@qkv/ops";
import { checkModule, activate, LayerNorm, normal, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { StemLayer } from "./config.ts";
import { unfold } from "./unfold.ts";

/** A 3 x 3 convolution, a norm over the channels of each place, and GELU. */
export class StemConvolution {
  /** [channels, C, 3, 3], as PyTorch keeps a convolution's */
  readonly weight: Weight<tf.Rank.R4>;
  /** [channels] */
  readonly bias: tf.Variable<tf.Rank.R1>;
  readonly norm: LayerNorm;

  readonly #stride: 1 | 2;

  constructor(params: Params, inChannels: number, { channels, stride }: StemLayer, eps: number) {
    checkModule("StemConvolution", params);
    const init = normal(Math.sqrt(2 / (9 * inChannels))); // He's, arXiv:1502.01852
    this.weight = params.matrix<tf.Rank.R4>("weight", [channels, inChannels, 3, 3], init);
    this.bias = params.bias<tf.Rank.R1>("bias", [channels]);
    this.norm = new LayerNorm(params.at("norm"), channels, { eps });
    this.#stride = stride;
  }

  /**
   * Convolution, norm and GELU.
   *
   * @param x [B, H, W, C]
   * @returns [B, ceil(H / stride), ceil(W / stride), channels]
   */
  forward(x: tf.Tensor): tf.Tensor4D {
    checkTensor("StemConvolution.forward", "x", x, "[B, H, W, C]");
    const [channels, inChannels] = this.weight.shape;
    return tf.tidy(() => {
      const weight = tf.reshape(tf.transpose(denseOf(this.weight), [0, 2, 3, 1]), [channels, 9 * inChannels]);
      const y = linear(unfold(x, this.#stride), weight, this.bias);
      return activate(this.norm.forward(y), "gelu") as tf.Tensor4D;
    });
  }
}

/** A convolutional stem before the patches, which lets small Transformers learn from few images (arXiv:2106.14881). */
export class ConvStem {
  readonly layers: readonly StemConvolution[];

  constructor(params: Params, numChannels: number, stem: readonly StemLayer[], eps: number) {
    checkModule("ConvStem", params);
    checkArray("ConvStem", "stem", stem);
    const widths = [numChannels, ...stem.map(({ channels }) => channels)];
    this.layers = stem.map(
      (layer, i) => new StemConvolution(params.at("layers", i), widths[i] ?? numChannels, layer, eps),
    );
  }

  /** @param x [B, C, H, W]  @returns the same layout, with the last layer's channels and each side divided by the strides */
  forward(x: tf.Tensor): tf.Tensor4D {
    checkTensor("ConvStem.forward", "x", x, "[B, C, H, W]");
    return tf.tidy(() => {
      let y = tf.transpose(x, [0, 2, 3, 1]);
      for (const layer of this.layers) y = layer.forward(y);
      return tf.transpose(y, [0, 3, 1, 2]);
    });
  }
}
