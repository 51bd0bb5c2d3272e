import { checkTensor, denseOf, type Weight } from "@qkv/ops";
import { checkModule, dropout, LayerNorm, normal, type Params, Pass } from "@qkv/nn";
import { Block, type BlockSpec, stackActivations } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { patchGrid } from "../grid.ts";
import { PatchEmbedding } from "../patchEmbedding.ts";
import { positionsFor } from "../positionsFor.ts";
import type { YolosConfig } from "./config.ts";

/** A Vision Transformer whose patches are followed by tokens that find objects. */
export class YolosBackbone {
  readonly patches: PatchEmbedding;
  /** [1, 1, E] */
  readonly classToken: Weight<tf.Rank.R3>;
  /** [1, T, E] */
  readonly detectionTokens: Weight<tf.Rank.R3>;
  /** [1, 1 + N + T, E] */
  readonly positions: Weight<tf.Rank.R3>;
  /** [layers - 1, 1, 1 + N + T, E], added after each layer but the last; absent in small models */
  readonly midPositions?: Weight<tf.Rank.R4>;
  readonly layers: readonly Block[];
  readonly norm: LayerNorm;
  /** Every activation of a pass, by its path, in its order. */
  readonly activations: readonly string[];

  readonly #config: YolosConfig;

  constructor(params: Params, config: YolosConfig) {
    checkModule("YolosBackbone", params, { config });
    const { dModel, numLayers, detectionTokens, layerNormEps: eps, imageSize } = config;
    const init = normal(config.initializerRange);
    const [rows, columns] = patchGrid({ ...config, stem: [] }, imageSize);
    const length = 1 + rows * columns + detectionTokens;
    const table = (name: string, count: number) => params.embedding<tf.Rank.R3>(name, [1, count, dModel], init);
    this.patches = new PatchEmbedding(params.at("patches"), config);
    this.classToken = table("classToken", 1);
    this.detectionTokens = table("detectionTokens", detectionTokens);
    this.positions = table("positions", length);
    if (config.midPositions && numLayers > 0) {
      this.midPositions = params.embedding<tf.Rank.R4>("midPositions", [numLayers - 1, 1, length, dModel], init);
    }
    const blocks = Array<BlockSpec>(numLayers).fill(yolosBlock(config));
    this.layers = blocks.map((spec, i) => new Block(params.at("layers", i), spec));
    this.norm = new LayerNorm(params.at("norm"), dModel, { eps });
    this.activations = ["embeddings", ...stackActivations(blocks, { kind: "layerNorm", eps })];
    this.#config = config;
  }

  /**
   * @param pixels [B, C, H, W]; for another size than the model's, positions are interpolated
   * @returns [B, 1 + N + T, E], after the final norm
   */
  forward(pixels: tf.Tensor, pass: Pass = Pass.plain): tf.Tensor3D {
    checkTensor("YolosBackbone.forward", "pixels", pixels, "[B, C, H, W]");
    const [batch, , height, width] = pixels.shape as [number, number, number, number];
    const config = { ...this.#config, stem: [] };
    const grids = { from: patchGrid(config, config.imageSize), to: patchGrid(config, [height, width]) };
    return tf.tidy(() => {
      const place = (positions: tf.Tensor) => {
        const flat = tf.reshape(positions, [-1, config.dModel]) as tf.Tensor2D;
        return positionsFor(flat, 1, { ...grids, antialias: false, after: config.detectionTokens });
      };
      const repeat = (token: Weight<tf.Rank.R3>) => tf.tile(denseOf(token), [batch, 1, 1]);
      const tokens = [repeat(this.classToken), this.patches.forward(pixels), repeat(this.detectionTokens)];
      const placed = tf.add(tf.concat(tokens, 1), place(denseOf(this.positions)));
      let x = pass.tap("embeddings", dropout(placed, config.dropout, pass.random) as tf.Tensor3D);
      const mid = this.midPositions && denseOf(this.midPositions);
      for (const [i, layer] of this.layers.entries()) {
        x = layer.forward(x, {}, pass.at("layers", i));
        if (mid === undefined || i === this.layers.length - 1) continue;
        x = tf.add(x, place(tf.slice(mid, [i, 0, 0, 0], [1, -1, -1, -1])));
      }
      return pass.tap("norm", this.norm.forward(x));
    });
  }
}

function yolosBlock(config: YolosConfig): BlockSpec {
  const { dModel, numHeads, ffnDim, activation, qkvBias, layerNormEps, dropout, attentionDropout } = config;
  return {
    dModel,
    norm: { kind: "layerNorm", eps: layerNormEps, placement: "pre" },
    selfAttn: { numHeads, bias: { q: qkvBias, k: qkvBias, v: qkvBias, out: true }, dropout: attentionDropout },
    ffn: { kind: "mlp", dim: ffnDim, activation },
    dropout,
    init: normal(config.initializerRange),
  };
}
