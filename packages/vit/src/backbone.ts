import { checkRecord, checkTensor } from "@qkv/ops";
import { checkModule, LayerNorm, normal, type Params, tidy } from "@qkv/nn";
import { EncoderLayer, type ForwardOptions } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { VitConfig } from "./config.ts";
import { VitEmbeddings } from "./embeddings.ts";
import type { ImageStates } from "./imageModel.ts";

/** What a {@link VitBackbone} gives. */
export interface BackboneOutput extends ImageStates {
  /** [B, L, E], after the final norm */
  readonly lastHiddenState: tf.Tensor3D;
}

/** How a {@link VitBackbone} is run. */
export interface VitForwardOptions extends ForwardOptions {
  /** For each layer what is added to its attention weights, [B, H, L, L]: zeros, whose gradient is that of the weights. */
  readonly weightChanges?: readonly tf.Tensor[] | undefined;
}

/** A Vision Transformer without a head: embeddings, pre-norm layers, a norm (arXiv:2010.11929). */
export class VitBackbone {
  readonly embeddings: VitEmbeddings;
  readonly layers: readonly EncoderLayer[];
  readonly norm: LayerNorm;

  constructor(params: Params, config: VitConfig) {
    checkModule("VitBackbone", params, { config });
    const { qkvBias, outBias = true, numLayers, dModel, layerNormEps, dropPath, initializerRange } = config;
    this.embeddings = new VitEmbeddings(params.at("embeddings"), config);
    this.layers = Array.from({ length: numLayers }, (_, i) => {
      return new EncoderLayer(params.at("layers", i), {
        ...{ dModel, numHeads: config.numHeads, headDim: config.headDim },
        ...{ ffnDim: config.ffnDim, activation: config.activation, swiGlu: config.swiGlu },
        ...{ normOrder: "pre", layerNormEps, layerScale: config.layerScale, init: normal(initializerRange) },
        ...{ dropout: config.dropout, attentionDropout: config.attentionDropout, activationDropout: 0 },
        dropPath: numLayers > 1 ? (dropPath * i) / (numLayers - 1) : dropPath,
        attentionBias: { q: qkvBias, k: qkvBias, v: qkvBias, out: outBias },
      });
    });
    this.norm = new LayerNorm(params.at("norm"), dModel, { eps: layerNormEps });
  }

  /**
   * The tokens after the last layer, and what else is asked for.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: VitForwardOptions = {}): BackboneOutput {
    checkRecord("VitBackbone.forward", "options", options);
    checkTensor("VitBackbone.forward", "pixels", pixels, "[B, C, H, W]");
    const { random, hiddenStates, attentions, weightChanges } = options;
    return tidy(() => {
      let x = this.embeddings.forward(pixels, random);
      const states = [x];
      const weights: tf.Tensor4D[] = [];
      for (const [i, layer] of this.layers.entries()) {
        const looks = { returnWeights: attentions, weightChange: weightChanges?.[i] };
        const { output, selfWeights } = layer.forward(x, { random, ...looks });
        x = output;
        states.push(x);
        if (selfWeights) weights.push(selfWeights);
      }
      return {
        lastHiddenState: this.norm.forward(x),
        hiddenStates: hiddenStates ? states : [],
        attentions: weights,
      };
    });
  }
}

/** The vector of one token: [B, L, E] -> [B, E]. */
export function tokenAt(x: tf.Tensor3D, at: number): tf.Tensor2D {
  const [batch, , dModel] = x.shape;
  return tf.reshape(tf.slice(x, [0, at, 0], [batch, 1, dModel]), [batch, dModel]);
}

/** The mean of the tokens from `first` on: [B, L, E] -> [B, E]. */
export function meanFrom(x: tf.Tensor3D, first: number): tf.Tensor2D {
  const [batch, length, dModel] = x.shape;
  return tf.mean(tf.slice(x, [0, first, 0], [batch, length - first, dModel]), 1);
}
