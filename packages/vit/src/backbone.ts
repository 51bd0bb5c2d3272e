import { checkModule, type LayerNorm, normal, type Params, Pass } from "@qkv/nn";
import { checkTensor } from "@qkv/ops";
import { type Block, type BlockSpec, type NormSpec, Stack, stackActivations } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { VitConfig } from "./config.ts";
import { patchGrid } from "./grid.ts";
import { patchRotary } from "./patchRotary.ts";
import { VitEmbeddings } from "./embeddings.ts";

/** A Vision Transformer without a head: embeddings, pre-norm layers, a norm (arXiv:2010.11929). */
export class VitBackbone {
  readonly embeddings: VitEmbeddings;
  readonly layers: readonly Block[];
  readonly norm: LayerNorm;

  readonly #config: VitConfig;
  readonly #stack: Stack;

  constructor(params: Params, config: VitConfig) {
    checkModule("VitBackbone", params, { config });
    this.embeddings = new VitEmbeddings(params.at("embeddings"), config);
    this.#stack = new Stack(params, vitBlocks(config), { norm: vitNorm(config) });
    this.layers = this.#stack.layers;
    this.norm = this.#stack.norm as LayerNorm;
    this.#config = config;
  }

  /**
   * @param pixels [B, C, H, W]
   * @returns [B, L, E], after the final norm
   */
  forward(pixels: tf.Tensor, pass: Pass = Pass.plain): tf.Tensor3D {
    checkTensor("VitBackbone.forward", "pixels", pixels, "[B, C, H, W]");
    return tf.tidy(() => {
      const x = this.embeddings.forward(pixels, pass.at("embeddings"));
      return this.#stack.forward(x, this.#inputsFor(pixels), pass);
    });
  }

  /**
   * The embeddings and what each layer gives, without the final norm: numLayers + 1 times [B, L, E].
   *
   * @param pixels [B, C, H, W]
   */
  hiddenStates(pixels: tf.Tensor, pass: Pass = Pass.plain): tf.Tensor3D[] {
    checkTensor("VitBackbone.hiddenStates", "pixels", pixels, "[B, C, H, W]");
    return tf.tidy(() => {
      const states = [this.embeddings.forward(pixels, pass.at("embeddings"))];
      const inputs = this.#inputsFor(pixels);
      for (const [i, layer] of this.layers.entries())
        states.push(layer.forward(states[i] as tf.Tensor3D, inputs, pass.at("layers", i)));
      return states;
    });
  }

  /** What layers read besides: the number of columns, where patches turn. */
  #inputsFor({ shape }: tf.Tensor): { readonly span?: number } {
    if (this.#config.ropeTheta === undefined) return {};
    const [, , height = 0, width = 0] = shape;
    return { span: patchGrid(this.#config, [height, width])[1] };
  }
}

/** The activations of a {@link VitBackbone}, as a model that holds one as `backbone` names them. */
export function backboneActivations(config: VitConfig): readonly string[] {
  const names = ["embeddings", ...stackActivations(vitBlocks(config), vitNorm(config))];
  return names.map((name) => `backbone.${name}`);
}

function vitNorm({ layerNormEps }: VitConfig): NormSpec {
  return { kind: "layerNorm", eps: layerNormEps };
}

function vitBlocks(config: VitConfig): readonly BlockSpec[] {
  const { numLayers, dModel, numHeads, headDim, qkvBias, outBias = true, dropPath, ropeTheta } = config;
  const { q, k, v } = config.qkvBiases ?? { q: qkvBias, k: qkvBias, v: qkvBias };
  const rotary = ropeTheta === undefined ? undefined : patchRotary(config, ropeTheta);
  return Array.from({ length: numLayers }, (_, i) => ({
    dModel,
    norm: { ...vitNorm(config), placement: "pre" },
    selfAttn: {
      numHeads,
      headDim,
      bias: { q, k, v, out: outBias },
      rotary,
      dropout: config.attentionDropout,
    },
    ffn: {
      kind: config.swiGlu ? "packedGated" : config.gated ? "gated" : "mlp",
      dim: config.ffnDim,
      activation: config.swiGlu ? "silu" : config.activation,
      bias: config.ffnBias ?? true,
    },
    dropout: config.dropout,
    dropPath: ropeTheta === undefined && numLayers > 1 ? (dropPath * i) / (numLayers - 1) : dropPath,
    layerScale: config.layerScale,
    init: normal(config.initializerRange),
  }));
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
