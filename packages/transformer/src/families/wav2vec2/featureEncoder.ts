import { type Activation, activate, checkModule, LayerNorm, normal, type Params } from "@qkv/nn";
import { denseOf, linear, type Weight } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { FeatureConvolution, Wav2Vec2Config } from "./config.ts";
import { frames, placesOf } from "./frames.ts";

/** Epsilon of PyTorch's norms, for which the config has no field. */
const NORM_EPS = 1e-5;

/** Convolutions that make features of samples, one after another. */
export class FeatureEncoder {
  readonly layers: readonly FeatureLayer[];
  readonly #convolutions: readonly FeatureConvolution[];

  constructor(params: Params, config: Wav2Vec2Config) {
    checkModule("FeatureEncoder", params, { config });
    this.#convolutions = config.convolutions;
    this.layers = config.convolutions.map((_, i) => new FeatureLayer(params.at(`layers.${i}`), config, i));
  }

  /** The number of features of a sound, from its number of samples; below 1 for one that is too short. */
  lengthOf(samples: number): number {
    return this.#convolutions.reduce((length, { kernel, stride }) => placesOf(length, kernel, stride), samples);
  }

  /** The same of several sounds. @param samples [B] float32 of whole numbers */
  lengthsOf(samples: tf.Tensor1D): tf.Tensor1D {
    return this.#convolutions.reduce(
      (lengths, { kernel, stride }) => tf.add(tf.floor(tf.div(tf.sub(lengths, kernel), stride)), 1),
      samples,
    );
  }

  /** @param samples [B, L]  @returns [B, T, C] */
  forward(samples: tf.Tensor2D): tf.Tensor3D {
    return tf.tidy(() => this.layers.reduce((x, layer) => layer.forward(x), tf.expandDims(samples, 2) as tf.Tensor3D));
  }
}

/** A convolution, a norm if there is one, and an activation. */
export class FeatureLayer {
  /** [O, I, K], as PyTorch keeps a convolution's */
  readonly weight: Weight<tf.Rank.R3>;
  /** [O] */
  readonly bias?: tf.Variable<tf.Rank.R1>;
  /** Over the channels, or of the first layer over time, for each channel. */
  readonly norm?: LayerNorm;

  readonly #isOverTime: boolean;
  readonly #stride: number;
  readonly #activation: Activation;

  constructor(params: Params, config: Wav2Vec2Config, index: number) {
    checkModule("FeatureLayer", params, { config });
    const { dim, kernel, stride } = config.convolutions[index] as FeatureConvolution;
    const inputDim = config.convolutions[index - 1]?.dim ?? 1;
    this.#stride = stride;
    this.#activation = config.convolutionActivation;
    this.#isOverTime = config.convolutionNorm === "group";
    this.weight = params.matrix<tf.Rank.R3>("weight", [dim, inputDim, kernel], normal(config.initializerRange));
    if (config.convolutionBias) this.bias = params.bias<tf.Rank.R1>("bias", [dim]);
    if (!this.#isOverTime || index === 0) this.norm = new LayerNorm(params.at("norm"), dim, { eps: NORM_EPS });
  }

  /** @param x [B, L, I]  @returns [B, T, O] */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    const [outputDim, inputDim, kernel] = this.weight.shape;
    return tf.tidy(() => {
      const matrix = tf.reshape(tf.transpose(denseOf(this.weight), [0, 2, 1]), [outputDim, kernel * inputDim]);
      const columns = frames(x, kernel, this.#stride);
      if (this.norm === undefined) return linear(columns, matrix, this.bias, this.#activation) as tf.Tensor3D;
      const y = linear(columns, matrix, this.bias) as tf.Tensor3D;
      const normed = this.#isOverTime ? overTime(y, this.norm) : this.norm.forward(y);
      return activate(normed, this.#activation) as tf.Tensor3D;
    });
  }
}

/** PyTorch's group norm with a group for each channel: mean 0 and variance 1 over time. */
function overTime(x: tf.Tensor3D, { weight, bias, eps }: LayerNorm): tf.Tensor3D {
  const centred = tf.sub(x, tf.mean(x, 1, true));
  const variance = tf.mean(tf.square(centred), 1, true);
  const normed = tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, eps))), weight);
  return (bias === undefined ? normed : tf.add(normed, bias)) as tf.Tensor3D;
}
